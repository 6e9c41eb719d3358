import { bucketLowUs, bucketMidUs, type HistogramSnapshot } from '../../record/histogram.ts';
import type { SingleUserReading } from './probe-readings.ts';

/** Steps of the logarithm in which answers are counted: a factor of √2 each. */
const perDoubling = 2;
/** A hill of its own: so many answers in its highest step, twice those of the valley before it, and no chance. */
const hill = { fewest: 10, overValley: 2, errors: 4 } as const;
/** It is a small part of all. */
const most = 0.5;

/**
 * Slow answers that lie on a hill of their own, though some lie between it and the rest: on a logarithmic axis a single
 * kind of answer, however long its tail, has one hill. `fromMs` lies half way (in ratios) between the valley and the
 * middle of the hill. Null: one hill, or too few answers to say.
 */
export function secondHillOf(times: HistogramSnapshot): SingleUserReading['slowMode'] {
  const { steps, first } = stepsOf(times);
  const main = steps.indexOf(Math.max(...steps));
  let best: { valley: number; rise: number } | null = null;
  let valley = main;
  for (let at = main + 1; at < steps.length; at += 1) {
    const [low, high] = [steps[valley] ?? 0, steps[at] ?? 0];
    if (high <= low) valley = at;
    const isHill =
      high >= hill.fewest &&
      high >= hill.overValley * low &&
      high - low >= hill.errors * Math.sqrt(high + low);
    if (isHill && high - low > (best?.rise ?? 0)) best = { valley, rise: high - low };
  }
  if (best === null) return null;
  const valleyUs = 2 ** ((first + best.valley + 1) / perDoubling);
  const beyond = shareBeyond(times, valleyUs);
  if (beyond > most) return null;
  const fromUs = Math.sqrt(valleyUs * quantileBeyond(times, valleyUs));
  return { share: shareBeyond(times, fromUs), fromMs: fromUs / 1000 };
}

/** Share of the answers that took so long or longer. */
export function shareBeyond({ buckets, counts, count }: HistogramSnapshot, us: number): number {
  let beyond = 0;
  for (const [i, bucket] of buckets.entries()) if (bucketMidUs(bucket) >= us) beyond += counts[i] ?? 0;
  return count > 0 ? beyond / count : 0;
}

function stepsOf({ buckets, counts }: HistogramSnapshot): { steps: number[]; first: number } {
  const stepOf = (bucket: number) => Math.floor(perDoubling * Math.log2(Math.max(1, bucketMidUs(bucket))));
  const first = stepOf(buckets[0] ?? 0);
  const steps: number[] = Array.from({ length: stepOf(buckets.at(-1) ?? 0) - first + 1 }, () => 0);
  for (const [i, bucket] of buckets.entries()) {
    const step = stepOf(bucket) - first;
    steps[step] = (steps[step] ?? 0) + (counts[i] ?? 0);
  }
  return { steps, first };
}

/** Median of those beyond. */
function quantileBeyond(times: HistogramSnapshot, us: number): number {
  const half = (shareBeyond(times, us) * times.count) / 2;
  let sum = 0;
  for (let i = times.buckets.length - 1; i >= 0; i -= 1) {
    sum += times.counts[i] ?? 0;
    if (sum >= half) return bucketLowUs(times.buckets[i] ?? 0);
  }
  return us;
}
