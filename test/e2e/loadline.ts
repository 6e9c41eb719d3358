import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A command under way. */
export type Running = {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
};

/** Starts the real command line, as a user would. */
export function start(args: readonly string[], cwd: string, env: Record<string, string> = {}): Running {
  const child = spawn(path.join(root, 'bin', 'loadline'), args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  child.once('error', reject);
  child.once('close', (code) => resolve({ code, stdout, stderr }));
  return { child, stderr: () => stderr, ended: promise };
}

export async function loadline(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  return start(args, cwd, env).ended;
}

/** An empty folder for one test. */
export function folder(): { readonly path: string; remove(): void } {
  const made = mkdtempSync(path.join(os.tmpdir(), 'loadline-e2e-'));
  return { path: made, remove: () => rmSync(made, { recursive: true, force: true }) };
}

export function runFiles(cwd: string): string[] {
  const runs = path.join(cwd, '.loadline', 'runs');
  return readdirSync(runs).map((name) => path.join(runs, name));
}

/** Waits until the condition holds; throws when it has not within the limit. */
export async function until(condition: () => boolean, what: string, limitMs = 30_000): Promise<void> {
  const from = performance.now();
  while (!condition()) {
    if (performance.now() - from > limitMs)
      throw new Error(`${what} did not happen within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
