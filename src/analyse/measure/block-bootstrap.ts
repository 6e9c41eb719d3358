import { bucketMidUs } from '../../record/histogram.ts';
import { randomIndex } from '../../record/random.ts';
import type { Interval } from '../analysis.ts';
import { alikeBlocksFactor, fewBlocksFactor, percentileInterval } from './interval.ts';
import type { Block, Measurement } from './measurement.ts';

export const bootstrapResamples = 400;

/** A stage of fewer blocks has no intervals. */
export const minBlocks = 5;

/** Beyond this many, blocks are made longer: the interval is as good, and the work stays bounded. */
const maxBlocks = 120;

/** Length of a block in s for a part of so many seconds: 5 s (docs/methods.md, 2); null: too short for blocks. */
export function blockSeconds(seconds: number): number | null {
  if (seconds >= 5 * minBlocks) return Math.max(5, Math.ceil(seconds / maxBlocks));
  if (seconds >= 2 * minBlocks) return 2;
  return seconds >= minBlocks ? 1 : null;
}

/** So many samples must lie beyond a quantile (on either side) for an interval of it: fewer cannot bound it. */
const minBeyond = 5;

const quantiles = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

/**
 * 95 % intervals of rate, mean and quantiles by bootstrap over blocks of time. Single requests are never resampled:
 * they are correlated, and the interval would be far too narrow.
 */
export function blockIntervals(
  blocks: readonly Block[],
  at: { readonly rate: number; readonly times: Measurement['responseTime'] },
  random: () => number,
): Measurement['intervals'] {
  const none = { rate: null, avg: null, p50: null, p95: null, p99: null };
  if (blocks.length < minBlocks) return none;
  const resampled = resampleBlocks(blocks, bootstrapResamples, random);
  const samples = blocks.reduce((sum, block) => sum + block.histogram.count, 0);
  const few = fewBlocksFactor(blocks.length);
  const widen = few * alikeBlocksFactor(blockMeans(blocks));
  const widenRate = few * alikeBlocksFactor(blocks.map((block) => block.count / block.seconds));
  const quantile = (name: keyof typeof quantiles) => {
    const q = quantiles[name];
    const value = at.times?.[name];
    if (value === undefined || samples * Math.min(q, 1 - q) < minBeyond) return null;
    return widened(value, resampled[name], widen);
  };
  const avg = at.times?.avg;
  return {
    rate: widened(at.rate, resampled.rate, widenRate),
    avg: avg === undefined || samples < 2 * minBeyond ? null : widened(avg, resampled.avg, widen),
    p50: quantile('p50'),
    p95: quantile('p95'),
    p99: quantile('p99'),
  };
}

/** Rates per s and times in ms of so many bootstrap resamples of the blocks; one without timed requests has no times. */
export function resampleBlocks(
  blocks: readonly Block[],
  resamples: number,
  random: () => number,
): Readonly<Record<'rate' | 'avg' | keyof typeof quantiles, readonly number[]>> {
  const compressed = compress(blocks);
  const resampled = {
    rate: [] as number[],
    avg: [] as number[],
    p50: [] as number[],
    p95: [] as number[],
    p99: [] as number[],
  };
  const weights = new Uint32Array(blocks.length);
  const counts = new Float64Array(compressed.values.length);
  for (let resample = 0; resample < resamples; resample += 1) {
    drawWeights(weights, random);
    counts.fill(0);
    let seconds = 0;
    let ended = 0;
    let timed = 0;
    let sumUs = 0;
    for (const [b, block] of blocks.entries()) {
      const weight = weights[b] ?? 0;
      if (weight === 0) continue;
      seconds += weight * block.seconds;
      ended += weight * block.count;
      timed += weight * block.histogram.count;
      sumUs += weight * block.histogram.sumUs;
      const places = compressed.places[b];
      if (!places) continue;
      for (let i = 0; i < places.length; i += 1) {
        const place = places[i] ?? 0;
        counts[place] = (counts[place] ?? 0) + weight * (block.histogram.counts[i] ?? 0);
      }
    }
    resampled.rate.push(ended / seconds);
    if (timed === 0) continue;
    resampled.avg.push(sumUs / timed / 1000);
    let place = 0;
    let seen = counts[0] ?? 0;
    for (const [name, q] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const rank = Math.max(1, Math.ceil(q * timed));
      while (seen < rank && place + 1 < compressed.values.length) {
        place += 1;
        seen += counts[place] ?? 0;
      }
      resampled[name].push((compressed.values[place] ?? 0) / 1000);
    }
  }
  return resampled;
}

/** Relative change of the mean response time from one stage to another, with its interval; both sides resampled. */
export function changeOfMean(
  from: readonly Block[],
  to: readonly Block[],
  change: number,
  random: () => number,
): Interval {
  if (from.length < minBlocks || to.length < minBlocks) return { value: change, low: null, high: null };
  const logs: number[] = [];
  for (let resample = 0; resample < bootstrapResamples; resample += 1) {
    const ratio = resampledMean(to, random) / resampledMean(from, random);
    if (ratio > 0 && Number.isFinite(ratio)) logs.push(Math.log(ratio));
  }
  if (logs.length < bootstrapResamples / 2) return { value: change, low: null, high: null };
  const interval = percentileInterval(logs);
  const centre = Math.log(1 + change);
  const factor =
    fewBlocksFactor(Math.min(from.length, to.length)) *
    Math.max(alikeBlocksFactor(blockMeans(from)), alikeBlocksFactor(blockMeans(to)));
  return {
    value: change,
    low: Math.min(change, Math.exp(centre + factor * (interval.low - centre)) - 1),
    high: Math.max(change, Math.exp(centre + factor * (interval.high - centre)) - 1),
  };
}

function blockMeans(blocks: readonly Block[]): readonly number[] {
  return blocks.flatMap(({ histogram }) => (histogram.count > 0 ? [histogram.sumUs / histogram.count] : []));
}

function resampledMean(blocks: readonly Block[], random: () => number): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < blocks.length; i += 1) {
    const block = blocks[randomIndex(random, blocks.length)];
    sum += block?.histogram.sumUs ?? 0;
    count += block?.histogram.count ?? 0;
  }
  return sum / count;
}

function drawWeights(weights: Uint32Array, random: () => number): void {
  weights.fill(0);
  for (let i = 0; i < weights.length; i += 1) {
    const drawn = randomIndex(random, weights.length);
    weights[drawn] = (weights[drawn] ?? 0) + 1;
  }
}

/** The percentile interval, stretched around the estimate by what few, alike blocks make it too narrow; in ratios. */
function widened(value: number, resampled: readonly number[], factor: number): Interval | null {
  if (resampled.length < bootstrapResamples / 2) return null;
  const { low, high } = percentileInterval(resampled);
  if (value <= 0) return { value, low: Math.max(0, Math.min(low, value)), high: Math.max(high, value) };
  return {
    value,
    low: Math.min(value, value * (Math.max(0, low) / value) ** factor),
    high: Math.max(value, value * (high / value) ** factor),
  };
}

/** The buckets that occur in any block, numbered through: values in µs, and each block's places among them. */
function compress(blocks: readonly Block[]): { values: Float64Array; places: Uint16Array[] } {
  const used = new Set<number>();
  for (const block of blocks) for (const bucket of block.histogram.buckets) used.add(bucket);
  const sorted = [...used].sort((a, b) => a - b);
  const place = new Map(sorted.map((bucket, i) => [bucket, i]));
  return {
    values: Float64Array.from(sorted, bucketMidUs),
    places: blocks.map((block) =>
      Uint16Array.from(block.histogram.buckets, (bucket) => place.get(bucket) ?? 0),
    ),
  };
}
