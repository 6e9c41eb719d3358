import { helpText, readCommandLine } from './command-line.ts';
import { groundTruth } from './ground-truth.ts';
import { startLab } from './lab.ts';
import { LabError } from './lab-error.ts';

const command = readCommandLine(process.argv.slice(2), process.env);
switch (command.kind) {
  case 'help':
    process.stdout.write(helpText());
    break;
  case 'wrong':
    process.stderr.write(`${command.faults.map((fault) => `lab: ${fault}`).join('\n')}\nSee --help.\n`);
    process.exitCode = 2;
    break;
  case 'start':
    await serve(command);
    break;
  default:
    command satisfies never;
}

async function serve({
  options,
  json,
  stopWithParent,
}: Extract<typeof command, { kind: 'start' }>): Promise<void> {
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

  try {
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
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    process.stderr.write(`lab: ${error.message}\n  ${error.remedy}\n`);
    process.exitCode = 1;
  }
  process.exit();
}
