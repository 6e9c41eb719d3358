import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { importLocust, type LocustFile } from '../import/locust.ts';
import { loadPlan } from '../plan/load-plan.ts';
import type { Run } from '../record/run.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** A stage's file holds a few rows; its history one line a second. */
const mostBytes = 64 * 2 ** 20;

/** Reads `10=a_stats.csv 50=b_stats.csv …`; a `_stats_history.csv` beside a file is taken too. */
export async function importLocustFiles(
  stages: readonly string[],
  planFile: string | undefined,
  io: Io,
): Promise<Run> {
  const files = stages.map((stage) => locustFile(stage, io.cwd));
  // A plan's data files and secrets don't matter here, but its faults do.
  const plan = planFile === undefined ? null : (await loadPlan(planFile, { env: io.env, cwd: io.cwd })).plan;
  return importLocust({ files, plan });
}

function locustFile(stage: string, cwd: string): LocustFile {
  const match = /^(\d+)=(.+)$/.exec(stage);
  const users = Number(match?.[1]);
  const file = match?.[2];
  if (file === undefined || users < 1) {
    throw new UsageError(
      `expected USERS=FILE such as 10=run_stats.csv, received ${JSON.stringify(stage)}`,
      'Locust writes such files with --csv run.',
    );
  }
  const historyFile = file.replace(/_stats\.csv$/, '_stats_history.csv');
  const history = historyFile === file ? null : path.resolve(cwd, historyFile);
  return {
    users,
    file,
    statsText: read(path.resolve(cwd, file), file),
    ...(history !== null && existsSync(history)
      ? { historyFile, historyText: read(history, historyFile) }
      : {}),
  };
}

function read(file: string, shown: string): string {
  try {
    if (statSync(file).size > mostBytes)
      throw new UsageError(`${shown} is larger than 64 MiB`, 'Is it Locust’s _stats.csv?');
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `${shown} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
