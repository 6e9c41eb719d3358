import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from './run.ts';
import { RunFileError } from './run-file-error.ts';
import { readRunOutline } from './run-reader.ts';

/** One stored run in a list. `unreadable`: the other figures are empty, `problem` says why. */
export type RunListing = {
  readonly file: string;
  readonly name: string;
  /** UTC, ISO 8601. */
  readonly startedAt: string | null;
  readonly state: Run['state'] | 'unreadable';
  readonly target: string | null;
  readonly stages: number;
  readonly requests: number;
  readonly problem: string | null;
};

/** The runs of a folder, oldest first (their names begin with the time). A folder that isn't there holds none. */
export function listRuns(folder: string): readonly RunListing[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT') return [];
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RunFileError('not-readable', folder, `the folder can't be read: ${reason}`, cause);
  }
  const runs = names.filter((name) => name.endsWith('.loadline')).sort();
  return runs.map((name) => listing(folder, name));
}

function listing(folder: string, name: string): RunListing {
  const file = join(folder, name);
  try {
    const outline = readRunOutline(file);
    return { file, ...outline, problem: null };
  } catch (cause) {
    const problem = cause instanceof RunFileError ? cause.detail : String(cause);
    const nothing = { startedAt: null, target: null, stages: 0, requests: 0 };
    return { file, name: name.slice(0, -'.loadline'.length), ...nothing, state: 'unreadable', problem };
  }
}
