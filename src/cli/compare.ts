import path from 'node:path';
import { compareRuns } from '../analyse/compare/compare.ts';
import type { Comparison } from '../analyse/compare/comparison.ts';
import { version } from '../plan/version.ts';
import type { Run } from '../record/run.ts';
import { readRun } from '../record/run-file.ts';
import { type ComparisonFormat, comparisonFormats, renderComparison } from '../report/comparison/report.ts';
import { renderComparisonTerminal } from '../report/comparison/terminal.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { shownPath, wantsColour, writeJson, writeText } from './output.ts';
import { findRun } from './stored-runs.ts';
import { UsageError } from './usage-error.ts';

export type CompareOptions = {
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly format?: string;
  readonly out?: string;
  readonly json?: string;
  readonly failOn: 'regressed' | 'inconclusive' | 'never';
  readonly anyway?: boolean;
  readonly quiet?: boolean;
};

/**
 * `loadline compare BEFORE AFTER`, or sets of runs with `--before A B C --after D E F`. Exit code 1: it regressed (with
 * `--fail-on inconclusive` also: nothing was decided); 2: the plans differ; 3: no stage is usable on both sides.
 */
export async function compare(asked: readonly string[], options: CompareOptions, io: Io): Promise<number> {
  const formats = formatsOf(options);
  const [before, after] = sidesOf(asked, options).map((names) => names.map((name) => findRun(name, io.cwd)));
  if (before === undefined || after === undefined) return exitCodes.usage;
  const tell = (text: string): void => {
    if (options.quiet !== true) io.stderr.write(`${text}\n`);
  };
  const read = (file: string): Run => {
    tell(`reading ${shownPath(file, io.cwd)}`);
    return readRun(file);
  };
  const runs = { before: before.map(read), after: after.map(read) };
  tell(`comparing ${runs.before.length} with ${runs.after.length}`);
  const comparison = compareRuns(runs.before, runs.after, { version, anyway: options.anyway === true });
  const folder = path.resolve(
    io.cwd,
    options.out ?? path.join('.loadline', 'comparisons', folderName(before, after)),
  );
  const written = formats.map((format) => {
    const file = path.join(folder, `comparison.${format}`);
    writeText(file, renderComparison(comparison, format));
    return file;
  });
  if (options.json !== undefined) writeJson(renderComparison(comparison, 'json'), options.json, io);
  if (options.quiet !== true && options.json !== '-') print(comparison, written, io);
  return exitCodeOf(comparison, options.failOn);
}

function print(comparison: Comparison, written: readonly string[], io: Io): void {
  const colour = wantsColour(io.stdout, io.env);
  io.stdout.write(renderComparisonTerminal(comparison, { colour, width: io.stdout.columns ?? 80 }));
  if (written.length > 0) {
    io.stdout.write(`\n${written.map((file) => `Report   ${shownPath(file, io.cwd)}\n`).join('')}`);
  }
}

function exitCodeOf({ verdict }: Comparison, failOn: CompareOptions['failOn']): ExitCode {
  switch (verdict) {
    case 'nothing-compared':
      return exitCodes.invalid;
    case 'regressed':
      return failOn === 'never' ? exitCodes.ok : exitCodes.missed;
    case 'inconclusive':
      return failOn === 'inconclusive' ? exitCodes.missed : exitCodes.ok;
    case 'improved':
    case 'equivalent':
      return exitCodes.ok;
    default:
      return verdict satisfies never;
  }
}

type Sides = readonly [before: readonly string[], after: readonly string[]];

/** Two runs by their place, or sets by their options; never a mixture. */
function sidesOf(asked: readonly string[], { before = [], after = [] }: CompareOptions): Sides {
  const usage =
    'Two runs: loadline compare BEFORE AFTER. Sets: loadline compare --before A B C --after D E F';
  if (before.length === 0 && after.length === 0) {
    const [from, to] = asked;
    if (from === undefined || to === undefined || asked.length > 2) {
      throw new UsageError(`expected two runs, received ${asked.length}`, usage);
    }
    return [[from], [to]];
  }
  if (asked.length > 0) {
    throw new UsageError(
      `${asked[0]} is neither a run before nor one after: with sets name both sides`,
      usage,
    );
  }
  if (before.length === 0) throw new UsageError('--after goes with --before', usage);
  if (after.length === 0) throw new UsageError('--before goes with --after', usage);
  return [before, after];
}

function formatsOf({ format, out }: CompareOptions): readonly ComparisonFormat[] {
  if (format === undefined) return out === undefined ? [] : comparisonFormats;
  return format.split(',').map((text) => {
    const known = comparisonFormats.find((name) => name === text.trim());
    if (known === undefined) {
      throw new UsageError(
        `--format: there is no format ${JSON.stringify(text.trim())}`,
        `Choose of ${comparisonFormats.join(', ')}.`,
      );
    }
    return known;
  });
}

/** `old-vs-new`, from the first run of each side. */
function folderName([before = '']: readonly string[], [after = '']: readonly string[]): string {
  return [before, after].map((file) => path.basename(file, '.loadline')).join('-vs-');
}
