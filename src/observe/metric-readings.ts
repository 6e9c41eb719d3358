import { parseSelector } from '../plan/metric-selector.ts';
import type { PrometheusSource, TelemetryReading } from '../plan/plan.ts';
import { telemetryReadings } from '../plan/plan.ts';
import type { Readings } from '../record/telemetry.ts';
import { readMetrics, type Sample } from './prometheus-text.ts';
import { type Recipe, recipeOf, usualMetrics } from './usual-metrics.ts';

/** Turns metrics pages of one source into readings. */
export class MetricReader {
  readonly #recipes: ReadonlyMap<TelemetryReading, readonly Recipe[]>;
  readonly #names: ReadonlySet<string>;

  constructor(metrics: PrometheusSource['metrics']) {
    const recipes = telemetryReadings.map((reading) => {
      const selector = parseSelector(metrics[reading] ?? '');
      const own = selector === null ? usualMetrics[reading] : [recipeOf(reading, selector)];
      return [reading, own] as const;
    });
    this.#recipes = new Map(recipes);
    this.#names = new Set(recipes.flatMap(([, own]) => own.map(({ of }) => of.name)));
  }

  read(page: string): Readings {
    const byName = new Map<string, Sample[]>();
    for (const sample of readMetrics(page, (name) => this.#names.has(name)).samples) {
      const of = byName.get(sample.name);
      if (of === undefined) byName.set(sample.name, [sample]);
      else of.push(sample);
    }
    const matching = (recipe: Recipe): readonly Sample[] =>
      (byName.get(recipe.of.name) ?? []).filter(
        ({ labels, value }) =>
          Number.isFinite(value) &&
          [...recipe.of.labels].every(([key, wanted]) => labels.get(key) === wanted),
      );
    const readings: Partial<Record<TelemetryReading, number>> = {};
    const ofOthers = machineMetrics.some((name) => byName.has(name));
    for (const [reading, recipes] of this.#recipes) {
      const recipe = recipes.find(
        (one) =>
          matching(one).length > 0 && !(ofOthers && recipes.length > 1 && ofExporter.test(one.of.name)),
      );
      if (recipe === undefined) continue;
      const value = combined(matching(recipe), recipe);
      if (Number.isFinite(value) && value >= 0) readings[reading] = value;
    }
    return { ...readings, ...this.#tightestPool(matching) };
  }

  /** Of several pools the one with the longest line, then the fullest: the sum of all would hide it. */
  #tightestPool(matching: (recipe: Recipe) => readonly Sample[]): Readings {
    const pools = new Map<string, Partial<Record<TelemetryReading, number>>>();
    for (const reading of ['poolInUse', 'poolWaiting', 'poolSize'] as const) {
      const recipe = this.#recipes.get(reading)?.find((one) => matching(one).length > 0);
      if (recipe === undefined) continue;
      for (const sample of matching(recipe)) {
        const key = poolOf(sample, recipe);
        const pool = pools.get(key) ?? {};
        pool[reading] = (pool[reading] ?? 0) + sample.value * recipe.factor;
        pools.set(key, pool);
      }
    }
    const fullness = ({ poolInUse = 0, poolSize = 0 }: Readings) => (poolSize > 0 ? poolInUse / poolSize : 0);
    const [tightest] = [...pools.values()].sort(
      (a, b) => (b.poolWaiting ?? 0) - (a.poolWaiting ?? 0) || fullness(b) - fullness(a),
    );
    const whole = [...pools.values()].filter(({ poolInUse }) => poolInUse !== undefined);
    // Series whose labels don't fit together can't be told apart: then their sums stand.
    return tightest === undefined || whole.length < pools.size ? {} : tightest;
  }
}

/** On a page with one of these, what is told of a process is the exporter's own. */
const machineMetrics = ['node_cpu_seconds_total', 'pg_stat_activity_count', 'pg_stat_database_numbackends'];
const ofExporter = /^(?:process|go)_/;

function combined(samples: readonly Sample[], { by, factor }: Recipe): number {
  const sum = (of: readonly Sample[]) => of.reduce((total, { value }) => total + value, 0) * factor;
  if (by === 'sum') return sum(samples);
  if (by === 'max') return Math.max(...samples.map(({ value }) => value)) * factor;
  if (by === 'busy') return sum(samples.filter(({ labels }) => !idle.has(labels.get('mode') ?? '')));
  return new Set(samples.map(({ labels }) => labels.get(by.distinct))).size;
}

/** `guest` is part of `user` already. */
const idle: ReadonlySet<string> = new Set(['idle', 'iowait', 'steal', 'guest', 'guest_nice']);

function poolOf({ labels }: Sample, { of }: Recipe): string {
  const own = [...labels].filter(([key]) => !of.labels.has(key) && key !== 'state');
  return JSON.stringify(own.sort(([a], [b]) => (a < b ? -1 : 1)));
}
