import path from 'node:path';
import { analysedRun } from '../analyse/what-if/analysed-run.ts';
import { type Change, faultsOfChange } from '../analyse/what-if/change.ts';
import { predict } from '../analyse/what-if/predict.ts';
import { parseDuration } from '../plan/quantity.ts';
import { version } from '../plan/version.ts';
import { readRun } from '../record/run-file.ts';
import { type PredictionFormat, predictionFormats, renderPrediction } from '../report/prediction/report.ts';
import { renderPredictionTerminal } from '../report/prediction/terminal.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { shownPath, wantsColour, writeJson, writeText } from './output.ts';
import { findRun } from './stored-runs.ts';
import { UsageError } from './usage-error.ts';

/** The parts of a change, as typed. */
export type ChangeOptions = {
  readonly pool?: string;
  readonly poolNow?: string;
  readonly cacheHit?: string;
  readonly demand?: string;
  readonly instances?: string;
  readonly keepAlive?: boolean;
  readonly thinkTime?: string;
  readonly users?: string;
  readonly endpoint?: readonly string[];
};

export type WhatIfOptions = ChangeOptions & {
  readonly format?: string;
  readonly out?: string;
  readonly json?: string;
  readonly quiet?: boolean;
};

/**
 * `loadline what-if RUN --pool 50`: what a change would bring, beside what was measured. Exit code 0: something was
 * predicted, 3: the run holds no basis for it.
 */
export async function whatIf(asked: string, options: WhatIfOptions, io: Io): Promise<number> {
  const formats = formatsOf(options);
  const change = changeOf(options);
  const file = findRun(asked, io.cwd);
  const analysed = analysedRun(readRun(file));
  const faults = faultsOfChange(
    change,
    analysed.run.plan.endpoints.map((e) => e.name),
  );
  if (faults.length > 0)
    throw new UsageError(
      faults.join('\n'),
      'For instance: loadline what-if RUN --pool 50 --cache-hit 0.8 --instances 3',
    );
  const prediction = predict(analysed, change, version);
  const folder = path.resolve(
    io.cwd,
    options.out ?? path.join('.loadline', 'reports', path.basename(file, '.loadline')),
  );
  const written = formats.map((format) => {
    const to = path.join(folder, `what-if.${format}`);
    writeText(to, renderPrediction(prediction, format));
    return to;
  });
  if (options.json !== undefined) writeJson(renderPrediction(prediction, 'json'), options.json, io);
  if (options.quiet !== true && options.json !== '-') {
    const colour = wantsColour(io.stdout, io.env);
    io.stdout.write(renderPredictionTerminal(prediction, { colour, width: io.stdout.columns ?? 100 }));
    for (const to of written) io.stdout.write(`Report   ${shownPath(to, io.cwd)}\n`);
  }
  return prediction.state === 'predicted' ? exitCodes.ok : exitCodes.invalid;
}

/** Throws a {@link UsageError} for what can't be read; what makes no sense is told by {@link faultsOfChange}. */
export function changeOf(options: ChangeOptions): Change {
  const { pool, poolNow, cacheHit, demand, instances, keepAlive, thinkTime, users, endpoint } = options;
  return {
    ...(pool === undefined ? {} : { pool: number('--pool', pool, '50') }),
    ...(poolNow === undefined ? {} : { poolNow: number('--pool-now', poolNow, '10') }),
    ...(cacheHit === undefined ? {} : { cacheHit: share('--cache-hit', cacheHit) }),
    ...(demand === undefined ? {} : { demand: share('--demand', demand) }),
    ...(instances === undefined ? {} : { instances: number('--instances', instances, '3') }),
    ...(keepAlive === true ? { keepAlive: true } : {}),
    ...(thinkTime === undefined ? {} : { thinkTimeMs: duration(thinkTime) }),
    ...(users === undefined ? {} : { users: users.split(',').map((n) => number('--users', n, '100,200')) }),
    ...(endpoint === undefined || endpoint.length === 0 ? {} : { endpoints: endpoint }),
  };
}

function number(option: string, text: string, example: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value))
    throw new UsageError(`${option}: expected a number such as ${example}, received ${JSON.stringify(text)}`);
  return value;
}

/** `0.8` or `80%`. */
function share(option: string, text: string): number {
  const trimmed = text.trim();
  return trimmed.endsWith('%')
    ? number(option, trimmed.slice(0, -1), '80%') / 100
    : number(option, trimmed, '0.8 or 80%');
}

function duration(text: string): number {
  const ms = parseDuration(text.trim());
  if (ms === null)
    throw new UsageError(
      `--think-time: expected a duration such as 500ms, received ${JSON.stringify(text)}`,
      'Units are ms, s, m and h.',
    );
  return ms;
}

function formatsOf({ format, out }: WhatIfOptions): readonly PredictionFormat[] {
  if (format === undefined) return out === undefined ? [] : predictionFormats;
  return format
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== 'terminal')
    .map((text) => {
      const known = predictionFormats.find((name) => name === text);
      if (known === undefined)
        throw new UsageError(
          `--format: there is no format ${JSON.stringify(text)}`,
          `Choose of ${predictionFormats.join(', ')}, terminal.`,
        );
      return known;
    });
}
