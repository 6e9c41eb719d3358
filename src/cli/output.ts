import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Analysis } from '../analyse/analysis.ts';
import { type ReportFormat, renderReport, reportFileName } from '../report/report.ts';
import { renderTerminal } from '../report/terminal.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** Writes the reports and returns their paths. */
export function writeReports(analysis: Analysis, folder: string, formats: readonly ReportFormat[]): string[] {
  return formats.map((format) => {
    const file = path.join(folder, reportFileName(format));
    writeText(file, renderReport(analysis, format));
    return file;
  });
}

/** `-` is standard output. */
export function writeJson(text: string, file: string, io: Io): void {
  if (file === '-') io.stdout.write(text);
  else writeText(path.resolve(io.cwd, file), text);
}

/** Makes the folders; a {@link UsageError} if it can't be written. */
export function writeText(file: string, text: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      'Name another place with --out or --json.',
    );
  }
}

/** Colours only for a person at a terminal who did not refuse them (https://no-color.org). */
export function wantsColour(stream: NodeJS.WriteStream, env: Io['env']): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

export function shownPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') ? file : relative;
}

/** The one-screen summary, then where everything lies. */
export function printSummary(
  analysis: Analysis,
  files: { readonly run: string | null; readonly reports: readonly string[] },
  io: Io,
): void {
  const colour = wantsColour(io.stdout, io.env);
  io.stdout.write(renderTerminal(analysis, { colour, width: io.stdout.columns ?? 80 }));
  const lines = [
    ...(files.run === null ? [] : [`Run      ${shownPath(files.run, io.cwd)}`]),
    ...files.reports.map((file) => `Report   ${shownPath(file, io.cwd)}`),
  ];
  if (lines.length > 0) io.stdout.write(`\n${lines.join('\n')}\n`);
}
