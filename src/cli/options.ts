import { availableParallelism } from 'node:os';
import type { LoadCeiling } from '../plan/load-ceiling.ts';
import type { PlanOverrides } from '../plan/override-plan.ts';
import { parseDuration } from '../plan/quantity.ts';
import type { MeasureOptions } from './measure.ts';
import { UsageError } from './usage-error.ts';

const shortestBudgetMs = 10_000;
const longestBudgetMs = 3_600_000;

/** Options that every measuring command takes, as typed. */
export type MeasuringOptions = {
  readonly target?: string;
  readonly users?: string;
  readonly rate?: string;
  readonly spawnRate?: string;
  readonly duration?: string;
  readonly workers?: string;
  readonly maxUsers?: string;
  readonly maxRate?: string;
  readonly yesIMayLoadThisTarget?: boolean;
  readonly seed?: string;
  readonly out?: string;
  readonly json?: string;
  readonly quiet?: boolean;
};

/** Those of `find` and `diagnose`, whose stages are chosen as they go. */
export type SearchingOptions = MeasuringOptions & { readonly budget?: string };

/** How a measuring command measures, from what was typed. */
export function measureOptionsOf(options: MeasuringOptions): MeasureOptions {
  return {
    workers: workersOf(options),
    seed: seedOf(options),
    quiet: options.quiet === true,
    mayLoad: options.yesIMayLoadThisTarget === true,
    maxRatePerSecond: ceilingOf(options).ratePerSecond ?? null,
  };
}

/** All the time that a search may take. */
export function budgetOf({ budget }: SearchingOptions, otherwiseMs: number): number {
  if (budget === undefined) return otherwiseMs;
  const ms = parseDuration(budget.trim());
  if (ms === null || ms < shortestBudgetMs || ms > longestBudgetMs)
    throw new UsageError(
      `--budget: expected a duration from 10s to 1h such as 90s, received ${JSON.stringify(budget)}`,
      'Units are ms, s, m and h.',
    );
  return ms;
}

/** What bounds a search, as it was typed. */
export function askedOf({ budget, maxUsers, maxRate, workers }: SearchingOptions): readonly string[] {
  const given = { '--budget': budget, '--max-users': maxUsers, '--max-rate': maxRate, '--workers': workers };
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name, value.trim()]));
}

export function overridesOf(options: MeasuringOptions): PlanOverrides {
  return {
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(options.users === undefined ? {} : { users: numbers('--users', options.users, '10,50,100') }),
    ...(options.rate === undefined ? {} : { rate: numbers('--rate', options.rate, '50,100,200') }),
    ...(options.spawnRate === undefined
      ? {}
      : { spawnRate: numbers('--spawn-rate', options.spawnRate, '2,5,10') }),
    ...(options.duration === undefined ? {} : { durationMs: durations(options.duration) }),
  };
}

/** A generator thread fills one core; one core is left to the rest of the machine. */
export function workersOf(options: MeasuringOptions): number {
  return options.workers === undefined
    ? Math.max(1, availableParallelism() - 1)
    : whole('--workers', options.workers, 1, 256);
}

/** What a plan may ask for at most. */
export function ceilingOf({ maxUsers, maxRate }: MeasuringOptions): LoadCeiling {
  return {
    ...(maxUsers === undefined ? {} : { users: whole('--max-users', maxUsers, 1, 10_000_000) }),
    ...(maxRate === undefined ? {} : { ratePerSecond: above0('--max-rate', maxRate) }),
  };
}

export function seedOf(options: MeasuringOptions): number {
  return options.seed === undefined ? 1 : whole('--seed', options.seed, 0, 4294967295);
}

function numbers(option: string, text: string, example: string): number[] {
  return text.split(',').map((part) => {
    const value = part.trim() === '' ? Number.NaN : Number(part);
    if (!Number.isFinite(value))
      throw new UsageError(
        `${option}: expected numbers such as ${example}, received ${JSON.stringify(text)}`,
      );
    return value;
  });
}

function above0(option: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new UsageError(
      `${option}: expected requests per second such as 500, received ${JSON.stringify(text)}`,
    );
  return value;
}

function durations(text: string): number[] {
  return text.split(',').map((part) => {
    const ms = parseDuration(part.trim());
    if (ms === null)
      throw new UsageError(
        `--duration: expected a duration such as 60s, received ${JSON.stringify(part)}`,
        'Units are ms, s, m and h.',
      );
    return ms;
  });
}

function whole(option: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
    throw new UsageError(
      `${option}: expected a whole number from ${low} to ${high}, received ${JSON.stringify(text)}`,
    );
  }
  return value;
}
