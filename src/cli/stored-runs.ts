import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from './usage-error.ts';

/** Where runs are kept, seen from the folder that Loadline was called in. */
export function runsFolder(cwd: string): string {
  return path.join(cwd, '.loadline', 'runs');
}

export function reportsFolder(cwd: string, runFile: string): string {
  return path.join(cwd, '.loadline', 'reports', path.basename(runFile, '.loadline'));
}

/** Finds a run by its path, its name in the runs' folder (or the unambiguous start or end of it), or `latest`. */
export function findRun(asked: string, cwd: string): string {
  const direct = path.resolve(cwd, asked);
  if (existsSync(direct)) return direct;
  const folder = runsFolder(cwd);
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.loadline'))
        .sort()
    : [];
  if (asked === 'latest') {
    const latest = names.at(-1);
    if (latest === undefined)
      throw new UsageError(`there is no run in ${folder}`, 'Make one with: loadline run PLAN');
    return path.join(folder, latest);
  }
  const matches = names.filter(
    (name) => name === asked || name.startsWith(asked) || name.endsWith(`${asked}.loadline`),
  );
  const [match] = matches;
  if (match !== undefined && matches.length === 1) return path.join(folder, match);
  if (matches.length > 1)
    throw new UsageError(
      `${asked} may mean ${matches.length} runs: ${matches.slice(0, 5).join(', ')}`,
      'Write more of the name.',
    );
  throw new UsageError(
    `there is no run ${asked}`,
    'loadline runs lists the stored runs; a path or "latest" will do as well.',
  );
}
