import type { Run } from '../../record/run.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { median } from './contrast.ts';

/** Moments in which no request of any endpoint ended, and after which the answers showed that they had waited. */
export type StageStalls = {
  readonly stage: StageMeasurement;
  readonly stalls: readonly Stall[];
  /** Median time from one stall's begin to the next, ms; null: fewer than three stalls. */
  readonly periodMs: number | null;
  /** Most of the times between stalls lie close to the period. */
  readonly regular: boolean;
  /** Endpoints so frequent that their silence in all stalls together is no chance. */
  readonly silent: readonly number[];
  /** Endpoints too rare to say so. */
  readonly rare: readonly number[];
};

export type Stall = { readonly fromMs: number; readonly lengthMs: number };

/** So many answers are missing in a stall: with Poisson arrivals a chance of e⁻²⁰. */
const leastMissing = 20;
/** Missing answers of one endpoint over all stalls, to say that it was silent: e⁻⁵ = 0.7 %. */
const leastMissingOfOne = 5;
const mostQuiet = 0.6;
/** The answers after a stall have waited, together, for at least half of it … */
const leastWaited = 0.5;
/** … and the generator's own event loop was not late by a third of it. */
const mostGeneratorDelay = 0.3;
/** A rhythm takes so many equal steps; of irregular stalls, about one in fifty looks like it. */
const sameTime = 0.2;
const mostOf = 0.8;
const fewestSteps = 5;

export function stallsOf(stage: StageMeasurement, run: Run): StageStalls | null {
  const rows = filled(stage.fine);
  if (rows.length < 20) return null;
  const totals = rows.map((r) => r.count);
  const typical = median(totals) ?? 0;
  if (typical < 1 || totals.filter((n) => n === 0).length > mostQuiet * totals.length) return null;
  const count = totals.reduce((a, b) => a + b, 0);
  const meanMs = rows.reduce((sum, r) => sum + r.sumMs, 0) / count;
  const late = generatorDelays(run, stage);
  const stalls: Stall[] = [];
  for (let i = 0; i < rows.length; i += 1) {
    if (totals[i] !== 0) continue;
    let end = i;
    while (end < rows.length && totals[end] === 0) end += 1;
    const length = end - i;
    const after = rows.slice(end, end + 2);
    const waitedMs = after.reduce((sum, r) => sum + r.sumMs - r.count * meanMs, 0);
    const from = rows[i]?.tenth ?? 0;
    const generatorMs = Math.max(
      0,
      ...Array.from({ length: length + 2 }, (_, k) => late.get(Math.floor((from + k) / 10)) ?? 0),
    );
    const isStall =
      length * typical >= leastMissing &&
      waitedMs >= leastWaited * length * 100 &&
      generatorMs < mostGeneratorDelay * length * 100;
    // A pause that begins and ends within a tenth hides up to one more tenth, half of it on average at each end.
    if (isStall) stalls.push({ fromMs: from * 100, lengthMs: length * 100 + 100 });
    i = end;
  }
  const steps = stalls.slice(1).map((s, k) => s.fromMs - (stalls[k]?.fromMs ?? 0));
  const periodMs = stalls.length < 3 ? null : median(steps);
  const regular =
    periodMs !== null &&
    steps.length >= fewestSteps &&
    steps.filter((s) => Math.abs(s - periodMs) <= sameTime * periodMs).length >= mostOf * steps.length;
  const quietTenths = stalls.reduce((sum, s) => sum + s.lengthMs / 100 - 1, 0);
  const expected = (index: number) =>
    (quietTenths * stage.fine.reduce((sum, f) => sum + (f.completed[index] ?? 0), 0)) / rows.length;
  const indexes = run.plan.endpoints.map((_, i) => i);
  return {
    stage,
    stalls,
    periodMs,
    regular,
    silent: indexes.filter((i) => expected(i) >= leastMissingOfOne),
    rare: indexes.filter((i) => expected(i) < leastMissingOfOne),
  };
}

type Row = { readonly tenth: number; readonly count: number; readonly sumMs: number };

/** One row a tenth, tenths without any answer included. */
function filled(fine: StageMeasurement['fine']): Row[] {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const byTenth = new Map<number, Row>();
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const point of fine) {
    first = Math.min(first, point.tenth);
    last = Math.max(last, point.tenth);
    byTenth.set(point.tenth, {
      tenth: point.tenth,
      count: sum(point.completed),
      sumMs: sum(point.responseSumUs) / 1000,
    });
  }
  if (!Number.isFinite(first)) return [];
  return Array.from(
    { length: last - first + 1 },
    (_, i) => byTenth.get(first + i) ?? { tenth: first + i, count: 0, sumMs: 0 },
  );
}

/** Second → the longest delay of the generator's event loops, ms. */
function generatorDelays(run: Run, stage: StageMeasurement): Map<number, number> {
  const delays = new Map<number, number>();
  const data = run.stages[stage.stage - 1]?.data;
  if (data?.kind !== 'windows') return delays;
  for (const sample of data.health) {
    delays.set(sample.second, Math.max(delays.get(sample.second) ?? 0, sample.loopDelayMaxMs));
  }
  return delays;
}
