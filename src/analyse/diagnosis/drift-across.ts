import type { Interval } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { slopeOf } from './contrast.ts';
import type { Facts } from './facts.ts';

/** Response times that grew from stage to stage, and did not come back with the load. */
export type DriftAcross = {
  /** In the order of time. */
  readonly stages: readonly StageMeasurement[];
  /** Of each, 1 = the first. */
  readonly levels: readonly number[];
  /** Last over first, less 1, by the line through the logarithms. */
  readonly growth: Interval;
  /** Of the light load at the end, less 1. */
  readonly atTheEnd: number;
};

const fewestStages = 5;
const fewestRequests = 5;
const leastGrowth = 0.2;
const leastGrowthLow = 0.1;
/** Rank correlation of level and time. */
const leastRank = 0.85;
/** Load alone would go away with it: the light load at the end keeps so much of the highest level. */
const leastKept = 0.75;

/**
 * A ladder raises load and time together; the light load after it tells them apart. Null: no such stage, or the times
 * came back, or they grew too little to say.
 */
export function driftAcrossOf(facts: Facts): DriftAcross | null {
  const startMs = (stage: StageMeasurement) => facts.whole.stages[stage.stage - 1]?.startMs ?? 0;
  const stages = facts.all
    .filter((stage) => stage.validity.state === 'valid' && isPlain(stage, facts))
    .toSorted((a, b) => startMs(a) - startMs(b));
  const last = stages.at(-1);
  if (last === undefined || facts.trials[last.stage - 1]?.kind !== 'recovery') return null;
  if (stages.length < fewestStages) return null;
  const levels = levelsOf(stages);
  const first = levels[0];
  if (first === undefined || levels.some((level) => level === null)) return null;
  const logs = levels.flatMap((level) => (level === null ? [] : [Math.log(level)]));
  const slope = slopeOf(logs, 0.99);
  const final = Math.exp(logs.at(-1) ?? 0);
  if (slope?.low == null || slope.high === null) return null;
  const steps = logs.length - 1;
  const growth = {
    value: Math.exp(slope.value * steps) - 1,
    low: Math.exp(slope.low * steps) - 1,
    high: Math.exp(slope.high * steps) - 1,
  };
  const highest = Math.exp(Math.max(...logs));
  if (growth.value < leastGrowth || growth.low < leastGrowthLow) return null;
  if (final < leastKept * highest || final < 1 + leastGrowth) return null;
  if (rankCorrelation(logs) < leastRank) return null;
  return { stages, levels: logs.map(Math.exp), growth, atTheEnd: final - 1 };
}

/** The plan's own requests, at any load. */
function isPlain({ stage }: StageMeasurement, { trials }: Facts): boolean {
  const kind = trials[stage - 1]?.kind ?? 'ladder';
  return kind === 'ladder' || kind === 'single-user' || kind === 'recovery';
}

/** exp of the mean of ln(median here / median when it was first seen), over the endpoints, by their requests. */
function levelsOf(stages: readonly StageMeasurement[]): readonly (number | null)[] {
  const firstSeen = new Map<number, number>();
  return stages.map(({ endpoints }) => {
    let weighted = 0;
    let count = 0;
    for (const [index, m] of endpoints.entries()) {
      const p50 = m?.responseTime?.p50;
      if (!m || p50 === undefined || p50 <= 0 || m.count - m.failed < fewestRequests) continue;
      const reference = firstSeen.get(index) ?? p50;
      firstSeen.set(index, reference);
      weighted += m.count * Math.log(p50 / reference);
      count += m.count;
    }
    return count === 0 ? null : Math.exp(weighted / count);
  });
}

/** Spearman's ρ of the values and their positions. */
function rankCorrelation(values: readonly number[]): number {
  const n = values.length;
  const sorted = values.toSorted((a, b) => a - b);
  const squares = values.reduce((sum, value, i) => sum + (sorted.indexOf(value) - i) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
}
