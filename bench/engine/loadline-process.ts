import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { jsonFigures } from './json-figures.ts';
import type { Client } from './rounds.ts';

/** One of the client scripts beside this file, on core 0; it prints its figures (`printMeasuredRun`). */
export function loadlineProcess(name: string, script: string, args: readonly (string | number)[]): Client {
  const words = ['-c', '0', process.execPath, path.join(import.meta.dirname, script), ...args.map(String)];
  return {
    name,
    run: () => {
      const out = execFileSync('taskset', words, { encoding: 'utf8' });
      const { requests, cpuSeconds, seconds } = jsonFigures(out, ['requests', 'cpuSeconds', 'seconds']);
      return { requests, cpuSeconds, seconds };
    },
  };
}
