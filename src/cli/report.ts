import path from 'node:path';
import { analyse } from '../analyse/analyse.ts';
import { version } from '../plan/version.ts';
import { readRun } from '../record/run-file.ts';
import { type ReportFormat, reportFormats } from '../report/report.ts';
import { renderTerminal } from '../report/terminal.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { shownPath, wantsColour, writeReports } from './output.ts';
import { findRun, reportsFolder } from './stored-runs.ts';
import { UsageError } from './usage-error.ts';

/** `loadline report RUN --format html,md`: writes the files; `terminal` goes to standard output. */
export async function report(
  asked: string,
  options: { readonly format: string; readonly out?: string },
  io: Io,
): Promise<number> {
  const formats = options.format.split(',').map((name) => formatOf(name.trim()));
  const file = findRun(asked, io.cwd);
  const analysis = analyse(readRun(file), { version });
  if (formats.includes('terminal')) {
    io.stdout.write(
      renderTerminal(analysis, { colour: wantsColour(io.stdout, io.env), width: io.stdout.columns ?? 80 }),
    );
  }
  const folder = options.out === undefined ? reportsFolder(io.cwd, file) : path.resolve(io.cwd, options.out);
  const files = writeReports(
    analysis,
    folder,
    formats.filter((format) => format !== 'terminal'),
  );
  for (const written of files) io.stdout.write(`${shownPath(written, io.cwd)}\n`);
  return exitCodes.ok;
}

function formatOf(name: string): ReportFormat {
  const format = reportFormats.find((known) => known === name);
  if (format === undefined)
    throw new UsageError(
      `--format: there is no format ${JSON.stringify(name)}`,
      `Choose of ${reportFormats.join(', ')}.`,
    );
  return format;
}
