import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** `loadline lab …`: the lab is a program of its own, part of a checkout and not of the package. */
export async function lab(args: readonly string[], io: Io): Promise<number> {
  const entry = fileURLToPath(new URL('../../lab/src/main.ts', import.meta.url));
  if (!existsSync(entry)) {
    throw new UsageError(
      'the lab is not part of the installed package',
      "It comes with Loadline's source: clone the repository, run npm ci, then ./bin/loadline lab.",
    );
  }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    cwd: io.cwd,
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; other signals come to us alone.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const ignore = (): void => {};
  process.on('SIGTERM', pass);
  process.on('SIGINT', ignore);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('error', reject);
  child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  try {
    return await promise;
  } finally {
    process.off('SIGTERM', pass);
    process.off('SIGINT', ignore);
  }
}
