import path from 'node:path';
import { analyse } from '../analyse/analyse.ts';
import { version } from '../plan/version.ts';
import type { Run } from '../record/run.ts';
import { listRuns, type RunWriter, readRun } from '../record/run-file.ts';
import { renderReport } from '../report/report.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { MeasuringOptions } from './options.ts';
import { printSummary, writeJson, writeReports } from './output.ts';
import { reportsFolder, runsFolder } from './stored-runs.ts';

/** What every measuring command ends with: the analysis, stored in the run file, the reports, the summary, the exit code. */
export function finishRun(writer: RunWriter, options: MeasuringOptions, io: Io): number {
  try {
    const measured = readRun(writer.path);
    const analysis = analyse(measured, { version, earlier: earlierRun(measured, writer.path, io.cwd) });
    const folder =
      options.out === undefined ? reportsFolder(io.cwd, writer.path) : path.resolve(io.cwd, options.out);
    const reports = writeReports(analysis, folder, ['html', 'md', 'json', 'junit']);
    const json = renderReport(analysis, 'json');
    writer.storeAnalysis(json);
    if (options.json !== undefined) writeJson(json, options.json, io);
    if (options.quiet !== true && options.json !== '-')
      printSummary(analysis, { run: writer.path, reports }, io);
    const byUser = measured.state === 'interrupted' && analysis.run.stoppedBecause === undefined;
    return byUser ? exitCodes.interrupted : exitCodeOf(analysis);
  } finally {
    writer.close();
  }
}

/** The last run of the same target before this one: the reader will compare them. */
function earlierRun(run: Run, file: string, cwd: string): Run | null {
  const earlier = listRuns(runsFolder(cwd)).findLast(
    (other) =>
      other.file !== file &&
      other.state !== 'unreadable' &&
      other.target === run.plan.target &&
      (other.startedAt ?? '') < run.startedAt,
  );
  if (earlier === undefined) return null;
  try {
    return readRun(earlier.file);
  } catch {
    // It is damaged: then there is nothing to compare with.
    return null;
  }
}
