import { bucketMidUs, type HistogramSnapshot } from '../../record/histogram.ts';
import type { FinePoint, Measurement, StageMeasurement } from '../measure/measurement.ts';

/** What the form of the response times says, endpoint by endpoint, so that fast and slow endpoints are not mixed. */

/** Fewer samples show no form. */
export const shapeMinSamples = 200;
/** p99 ÷ p50 without load: an exponential distribution has 6.6. */
export const heavyTailRatio = 10;
/** Queueing: the fastest answers stay within this factor of the unloaded ones … */
export const queueingMinRatio = 2;
/** … while the mean grows by at least this factor. */
export const queueingMeanRatio = 3;
/** Each of two modes holds at least this share of the samples, */
export const modeMinShare = 0.1;
/** they lie at least this factor apart, */
export const modeMinRatio = 4;
/** and between them the density falls below this share of the lower one. */
export const valleyMaxShare = 0.25;
/** No request of any endpoint ends for so many tenths of a second … */
export const stallTenths = 3;
/** … so often in one stage, */
export const stallMinCount = 5;
/** although so many would be expected to end in that time (chance of none at all: e⁻¹⁰ each, if Poisson). */
export const stallMinExpected = 10;

/**
 * `queueing`: the fastest answers stayed, the mean grew. `all-slower`: even the fastest are slower, so that all wait or
 * all work is slower. Null: a minimum or an average of either is not known.
 */
export function growthOf(
  base: Measurement | null,
  loaded: Measurement,
): 'queueing' | 'all-slower' | 'little' | null {
  const [baseMin, baseAvg] = [base?.responseTime?.min, base?.responseTime?.avg];
  const [min, avg] = [loaded.responseTime?.min, loaded.responseTime?.avg];
  if (baseMin === undefined || baseAvg === undefined || min === undefined || avg === undefined) return null;
  if (avg < queueingMeanRatio * baseAvg) return 'little';
  return min <= queueingMinRatio * baseMin ? 'queueing' : 'all-slower';
}

/** p99 ÷ p50 if the tail is heavy; null: it is not, or too few samples show it. */
export function heavyTail({ histogram, responseTime }: Measurement): number | null {
  const p50 = responseTime?.p50;
  const p99 = responseTime?.p99;
  if (histogram === null || histogram.count < shapeMinSamples) return null;
  if (p50 === undefined || p99 === undefined || p50 <= 0) return null;
  return p99 / p50 >= heavyTailRatio ? p99 / p50 : null;
}

/** Bins per doubling. */
const resolution = 4;

/**
 * The two modes of a distribution in ms, if it clearly has two: on a logarithmic scale of quarter octaves, smoothed over
 * three, two peaks with a deep valley between them. Null: one mode, or not enough samples.
 */
export function twoModes(
  histogram: HistogramSnapshot | null,
): { low: number; high: number; share: number } | null {
  if (histogram === null || histogram.count < shapeMinSamples) return null;
  const bins = new Array<number>(32 * resolution + 2).fill(0);
  for (let i = 0; i < histogram.buckets.length; i += 1) {
    const us = Math.max(1, bucketMidUs(histogram.buckets[i] ?? 0));
    const bin = 1 + Math.floor(Math.log2(us) * resolution);
    bins[bin] = (bins[bin] ?? 0) + (histogram.counts[i] ?? 0) / histogram.count;
  }
  const smooth = bins.map((bin, i) => ((bins[i - 1] ?? 0) + 2 * bin + (bins[i + 1] ?? 0)) / 4);
  const peak = (from: number, to: number) => {
    let at = from;
    for (let i = from; i < to; i += 1) if ((smooth[i] ?? 0) > (smooth[at] ?? 0)) at = i;
    return at;
  };
  let found: { low: number; high: number; share: number; depth: number } | null = null;
  let below = 0;
  for (let valley = 1; valley < bins.length - 1; valley += 1) {
    below += bins[valley - 1] ?? 0;
    if (below < modeMinShare || below > 1 - modeMinShare) continue;
    const left = peak(0, valley);
    const right = peak(valley, bins.length);
    const lower = Math.min(smooth[left] ?? 0, smooth[right] ?? 0);
    const depth = (smooth[valley] ?? 0) / lower;
    if (right - left < Math.log2(modeMinRatio) * resolution || depth > valleyMaxShare) continue;
    if (found !== null && depth >= found.depth) continue;
    const value = (bin: number) => 2 ** ((bin - 0.5) / resolution) / 1000;
    found = { low: value(left), high: value(right), share: 1 - below, depth };
  }
  return found === null ? null : { low: found.low, high: found.high, share: found.share };
}

/** Times in which nothing ended anywhere though requests were in flight; empty: fewer than would be no chance. */
export function stalls({
  fine,
  total,
  inFlight,
}: StageMeasurement): readonly { tenth: number; tenths: number }[] {
  if (total.rate === null || total.rate * (stallTenths / 10) < stallMinExpected) return [];
  if (inFlight !== null && inFlight < 1) return [];
  const found: { tenth: number; tenths: number }[] = [];
  let from: FinePoint | null = null;
  let length = 0;
  const close = () => {
    if (from !== null && length >= stallTenths) found.push({ tenth: from.tenth, tenths: length });
    from = null;
    length = 0;
  };
  for (const point of fine) {
    if (point.completed.some((completed) => completed > 0)) close();
    else {
      from ??= point;
      length += 1;
    }
  }
  close();
  return found.length >= stallMinCount ? found : [];
}
