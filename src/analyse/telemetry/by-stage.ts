import type { TelemetryReading } from '../../plan/plan.ts';
import type { Run, RunStage } from '../../record/run.ts';
import { type TelemetryPoint, type TelemetrySource, telemetryOf } from '../../record/telemetry.ts';

/** Readings as a stage shows them: of counters their growth per second. */
export type TelemetryFigure =
  | Exclude<TelemetryReading, 'cpuSeconds' | 'gcSeconds'>
  /** Processor seconds per second. */
  | 'cpuCores'
  /** Seconds of garbage collection per second. */
  | 'gcShare';

export type Figure = { readonly mean: number; readonly max: number };

/** What one source told in the steady part of one stage. */
export type SourceTelemetry = {
  readonly source: TelemetrySource;
  readonly figures: Readonly<Partial<Record<TelemetryFigure, Figure>>>;
  /** Of Server-Timing headers: metric → ms. */
  readonly timings: Readonly<Record<string, Figure>>;
};

const counters = { cpuSeconds: 'cpuCores', gcSeconds: 'gcShare' } as const;
/** One look is a moment. */
const fewestLooks = 2;

/** By the position of the run's stages; empty where nothing was told. */
export function telemetryByStage(run: Run): readonly (readonly SourceTelemetry[])[] {
  const bySource = Map.groupBy(telemetryOf(run), ({ source }) => `${source.kind} ${source.index}`);
  return run.stages.map((stage) => [...bySource.values()].flatMap((points) => inStage(points, stage)));
}

function inStage(all: readonly TelemetryPoint[], stage: RunStage): readonly SourceTelemetry[] {
  const points = all.filter(({ atMs }) => atMs >= stage.steadyFromMs && atMs <= stage.steadyToMs);
  const [first] = points;
  if (first === undefined || points.length < fewestLooks) return [];
  const figures: Partial<Record<TelemetryFigure, Figure>> = {};
  const readings = new Set(points.flatMap((point) => Object.keys(point.readings) as TelemetryReading[]));
  for (const reading of readings) {
    const values = points.flatMap((point) => {
      const value = point.readings[reading];
      return value === undefined ? [] : [{ atMs: point.atMs, value }];
    });
    if (values.length < fewestLooks) continue;
    if (reading === 'cpuSeconds' || reading === 'gcSeconds') {
      const growth = growthOf(values);
      if (growth !== null) figures[counters[reading]] = growth;
    } else {
      figures[reading] = figureOf(values.map(({ value }) => value));
    }
  }
  const timings = timingsIn(points);
  return Object.keys(figures).length + Object.keys(timings).length === 0
    ? []
    : [{ source: first.source, figures, timings }];
}

function timingsIn(points: readonly TelemetryPoint[]): Readonly<Record<string, Figure>> {
  const metrics = new Set(points.flatMap(({ serverTiming }) => Object.keys(serverTiming ?? {})));
  const told = [...metrics].flatMap((metric): [string, Figure][] => {
    const values = points.flatMap(({ serverTiming }) => serverTiming?.[metric] ?? []);
    return values.length < fewestLooks ? [] : [[metric, figureOf(values)]];
  });
  return Object.fromEntries(told);
}

function figureOf(values: readonly number[]): Figure {
  const sum = values.reduce((total, value) => total + value, 0);
  return { mean: sum / values.length, max: Math.max(...values) };
}

/** A counter that falls began anew: what it shows then is its growth. */
function growthOf(values: readonly { readonly atMs: number; readonly value: number }[]): Figure | null {
  let grown = 0;
  let max = 0;
  let from = values[0];
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < 500) return null;
  for (const next of values.slice(1)) {
    if (from === undefined) break;
    const step = next.value >= from.value ? next.value - from.value : next.value;
    grown += step;
    if (next.atMs > from.atMs) max = Math.max(max, (1000 * step) / (next.atMs - from.atMs));
    from = next;
  }
  return { mean: (1000 * grown) / (last.atMs - first.atMs), max };
}
