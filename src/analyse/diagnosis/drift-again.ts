import type { Interval } from '../analysis.ts';
import { z95 } from '../measure/interval.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';
import { ratioOf } from './contrast.ts';
import type { Facts } from './facts.ts';

/** One load that came several times, and was slower each time. */
export type DriftAgain = {
  /** In the order of time. */
  readonly stages: readonly StageMeasurement[];
  /** Of each, 1 = the first. */
  readonly levels: readonly number[];
  /** Last over first, less 1. */
  readonly growth: Interval;
};

const fewestTimes = 3;
const fewestRequests = 20;
const leastGrowth = 0.2;
const leastGrowthLow = 0.1;
/** Each time slower than the time before by at least so much. */
const leastStep = 0.03;

/** Null: no load came so often, or it was not slower each time. */
export function driftAgainOf(facts: Facts): DriftAgain | null {
  const startMs = (stage: StageMeasurement) => facts.whole.stages[stage.stage - 1]?.startMs ?? 0;
  const inTime = facts.sound
    .filter(({ users }) => users !== null)
    .toSorted((a, b) => startMs(a) - startMs(b));
  const byLoad = [...Map.groupBy(inTime, ({ users }) => users).values()];
  const grown = byLoad.flatMap((stages) => againOf(stages) ?? []);
  return grown.toSorted((a, b) => b.stages.length - a.stages.length)[0] ?? null;
}

function againOf(stages: readonly StageMeasurement[]): DriftAgain | null {
  const [first, last] = [stages[0], stages.at(-1)];
  if (first === undefined || last === undefined || stages.length < fewestTimes) return null;
  const ratios = stages.map((stage) => levelOf(first, stage));
  const levels = ratios.flatMap((ratio) => ratio?.value ?? []);
  const end = ratios.at(-1);
  if (levels.length < stages.length || end?.low == null || end.high === null) return null;
  const rises = levels.every((level, i) => i === 0 || level >= (1 + leastStep) * (levels[i - 1] ?? 0));
  const growth = { value: end.value - 1, low: end.low - 1, high: end.high - 1 };
  return rises && growth.value >= leastGrowth && growth.low >= leastGrowthLow
    ? { stages, levels, growth }
    : null;
}

/**
 * Geometric mean, over the endpoints by their requests, of median over median. Endpoints share what slows them, so their
 * standard errors are averaged, not their variances.
 */
function levelOf(from: StageMeasurement, to: StageMeasurement): Interval | null {
  let [sum, error, weight] = [0, 0, 0];
  for (const [index, after] of to.endpoints.entries()) {
    const before = from.endpoints[index];
    if (!before || !after) continue;
    const [a, b] = [medianOf(before), medianOf(after)];
    const ratio = a === null || b === null ? null : ratioOf(a, b);
    if (ratio?.low == null || ratio.high === null || ratio.low <= 0) continue;
    sum += after.count * Math.log(ratio.value);
    error += (after.count * Math.log(ratio.high / ratio.low)) / (2 * z95);
    weight += after.count;
  }
  if (weight === 0) return null;
  const [mean, half] = [sum / weight, (z95 * error) / weight];
  return { value: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half) };
}

function medianOf(m: Measurement): Interval | null {
  const value = m.responseTime?.p50;
  if (value === undefined || value <= 0 || m.count - m.failed < fewestRequests) return null;
  return m.intervals.p50 ?? { value, low: null, high: null };
}
