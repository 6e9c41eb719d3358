import { helpText, readCommandLine } from './command-line.ts';
import { groundTruth } from './ground-truth.ts';
import { startLab } from './lab.ts';

/** `lab [flags]`: one API process in the foreground. Answers the exit code. */
export async function serveCommand(args: readonly string[]): Promise<number> {
  const command = readCommandLine(args, process.env);
  switch (command.kind) {
    case 'help':
      process.stdout.write(helpText());
      return 0;
    case 'wrong':
      process.stderr.write(`${command.faults.map((fault) => `lab: ${fault}`).join('\n')}\nSee --help.\n`);
      return 2;
    case 'start':
      return serve(command);
    default:
      return command satisfies never;
  }
}

async function serve({
  options,
  json,
  stopWithParent,
}: Extract<ReturnType<typeof readCommandLine>, { kind: 'start' }>): Promise<number> {
  let stopRequested = false;
  let requestStop = () => {};
  const stopped = new Promise<void>((resolve) => {
    requestStop = () => {
      stopRequested = true;
      resolve();
    };
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, requestStop);
  if (stopWithParent) process.stdin.on('close', requestStop).on('error', requestStop).resume();
  // Whoever read this output may be gone; that is no reason to die before the folder is removed.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  const lab = await startLab(options);
  if (!stopRequested) {
    const { url, pid, config } = lab;
    const line = json
      ? JSON.stringify({ url, pid, config, planted: groundTruth(config) })
      : `lab ready at ${url}`;
    process.stdout.write(`${line}\n`);
    await stopped;
  }
  await lab.stop();
  return 0;
}
