import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** A process of the lab's own program that was handed its assignment. */
export interface OwnProcess {
  /** Detached; what it is told further goes to its standard input. */
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Its first line on standard output: `undefined` when it ended before. */
  readonly firstLine: Promise<string | undefined>;
  readonly ended: Promise<undefined>;
  /** The end of what it said on standard error, or why it could not be started. */
  complaints(): string;
}

/** Starts `main.ts` with a command that reads its assignment, one line of JSON, from standard input. */
export function startOwnProcess(
  command: 'serve-instance' | 'serve-stack',
  assignment: unknown,
  folder: string,
): OwnProcess {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, command], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(assignment)}\n`);
  const ended = new Promise<undefined>((resolve) => {
    child.once('close', () => resolve(undefined));
    child.once('error', (error) => {
      complaints += error.message;
      resolve(undefined);
    });
  });
  const said = new Promise<string>((resolve) =>
    createInterface({ input: child.stdout }).once('line', resolve),
  );
  return { child, firstLine: Promise.race([said, ended]), ended, complaints: () => complaints.trim() };
}
