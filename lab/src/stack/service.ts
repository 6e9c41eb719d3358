import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../lab-error.ts';
import { endProcess, identify } from '../process-identity.ts';
import type { Running } from './running.ts';
import type { StackState } from './state.ts';

/** A program of the system that serves on a port of its own. */
export interface ServiceProgram {
  /** As `lab status` shows it; its output goes to `<name>.log` in the stack's folder. */
  readonly name: string;
  readonly url: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Whether it answers; a rejection counts as "not yet". */
  readonly isReady: () => Promise<boolean>;
}

const startLimitMs = 15_000;
const pollMs = 15;
const endingSignals = [
  ['SIGTERM', 5000],
  ['SIGKILL', 2000],
] as const;

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches the supervisor first, and waits until it answers.
 *
 * @throws LabError with the end of its log, when it ended or was not ready in 15 s.
 */
export async function startService(state: StackState, service: ServiceProgram): Promise<Running> {
  const { name, url, program, args, isReady } = service;
  const logFile = join(state.folder, `${name}.log`);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(program, args, { cwd: state.folder, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let ending: string | undefined;
  child.once('error', (error) => {
    ending = error.message;
  });
  child.once('exit', (code, signal) => {
    ending ??= `it ended with ${signal ?? code}`;
  });
  child.unref();
  const { pid } = child;
  const noted = pid === undefined ? undefined : state.note(name, pid);
  const stop = async () => {
    if (noted !== undefined) await endProcess(noted, endingSignals);
  };
  const until = performance.now() + startLimitMs;
  while (!(await isReady().catch(() => false))) {
    if (ending === undefined && performance.now() > until) ending = `not ready in ${startLimitMs / 1000} s`;
    if (ending !== undefined) {
      await stop();
      throw new LabError(
        'component-not-started',
        `${name} did not start: ${ending}${endOf(logFile)}`,
        `see whether ${program} runs by itself`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  // Another process may have been given the port in between and answer in its place.
  if (noted === undefined || identify(noted.pid)?.startedAt !== noted.startedAt) {
    throw new LabError(
      'component-not-started',
      `${name} ended while it started: ${ending ?? 'without a word'}${endOf(logFile)}`,
      `see whether ${program} runs by itself`,
    );
  }
  return { name, pid: noted.pid, url, stop };
}

function endOf(logFile: string): string {
  try {
    const text = readFileSync(logFile, 'utf8').trim().slice(-1000);
    return text === '' ? '' : `\n${text}`;
  } catch {
    return '';
  }
}
