import path from 'node:path';
import { analyse } from '../analyse/analyse.ts';
import type { Analysis } from '../analyse/analysis.ts';
import { version } from '../plan/version.ts';
import type { Run } from '../record/run.ts';
import { readRun } from '../record/run-file.ts';
import { renderReport } from '../report/report.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { importLocustFiles } from './import-locust.ts';
import type { Io } from './io.ts';
import { printSummary, writeJson, writeReports } from './output.ts';
import { findRun } from './stored-runs.ts';
import { UsageError } from './usage-error.ts';

export type AnalyseOptions = {
  readonly from?: 'locust';
  readonly plan?: string;
  readonly out?: string;
  readonly json?: string;
  readonly quiet?: boolean;
};

/** `loadline analyse RUN…`, or another tool's results. Its exit code is that of the worst run. */
export async function analyseCommand(
  asked: readonly string[],
  options: AnalyseOptions,
  io: Io,
): Promise<number> {
  if (options.plan !== undefined && options.from === undefined) {
    throw new UsageError('--plan goes with --from: a stored run holds its own plan');
  }
  const runs: { run: Run; file: string | null }[] =
    options.from === 'locust'
      ? [{ run: await importLocustFiles(asked, options.plan, io), file: null }]
      : asked.map((name) => findRun(name, io.cwd)).map((file) => ({ run: readRun(file), file }));
  const analyses: Analysis[] = [];
  let worst: number = exitCodes.ok;
  for (const { run, file } of runs) {
    const analysis = analyse(run, { version });
    analyses.push(analysis);
    const folder =
      options.out === undefined
        ? null
        : path.resolve(
            io.cwd,
            options.out,
            runs.length > 1 && file !== null ? path.basename(file, '.loadline') : '',
          );
    const reports = folder === null ? [] : writeReports(analysis, folder, ['html', 'md', 'json', 'junit']);
    if (options.quiet !== true && options.json !== '-') printSummary(analysis, { run: file, reports }, io);
    worst = Math.max(worst, exitCodeOf(analysis));
  }
  if (options.json !== undefined) {
    const [only] = analyses;
    const text =
      only !== undefined && analyses.length === 1
        ? renderReport(only, 'json')
        : `[\n${analyses.map((analysis) => renderReport(analysis, 'json').trimEnd()).join(',\n')}\n]\n`;
    writeJson(text, options.json, io);
  }
  return worst;
}
