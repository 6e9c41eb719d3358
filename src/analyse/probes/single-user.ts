import { bucketLowUs, bucketMidUs, type HistogramSnapshot, mergeSnapshots } from '../../record/histogram.ts';
import type { Interval } from '../analysis.ts';
import type { Measurement } from '../measure/measurement.ts';
import { fromAnswers, meanTime, medianTime } from './probe-interval.ts';
import type { SingleUserReading } from './probe-readings.ts';
import { type ProbedStage, type Probing, stagesOf } from './trial-stage.ts';

/** A second mode: so many answers at least, this share of all at least and at most, so many times the rest. */
const mode = { fewest: 3, least: 0.01, most: 0.4, gap: 2, factor: 4, ms: 20 };
const fewestForModes = 30;

/** P1: every endpoint that a single user asked, in the stage that holds the most of its answers. */
export function readSingleUser(probing: Probing): readonly SingleUserReading[] {
  const stages = stagesOf(probing, 'single-user');
  return probing.run.plan.endpoints.flatMap((_, endpoint): SingleUserReading[] => {
    const asked = stages.filter(({ measurement }) => (measurement.endpoints[endpoint]?.count ?? 0) > 0);
    const usable = asked.filter(({ unusable }) => unusable === null);
    const best = (usable.length > 0 ? usable : asked).toSorted(
      (a, b) =>
        (b.measurement.endpoints[endpoint]?.count ?? 0) - (a.measurement.endpoints[endpoint]?.count ?? 0),
    )[0];
    const own = best?.measurement.endpoints[endpoint];
    if (best === undefined || !own) return [];
    return [best.unusable === null ? readingOf(endpoint, best, own) : unread(endpoint, best, own)];
  });
}

function readingOf(endpoint: number, stage: ProbedStage, own: Measurement): SingleUserReading {
  const { measurement, windows } = stage;
  const share = own.newConnections ?? 0;
  const connectMs = own.connectTime?.avg ?? null;
  return {
    endpoint,
    stage: measurement.stage,
    count: own.count,
    mean: meanTime([own]),
    p50: medianTime(own),
    firstByte: firstByteOf(
      mergeSnapshots(
        windows
          .filter((window) => window.endpoint === endpoint && window.outcome === 'ok')
          .map(({ firstByte }) => firstByte),
      ),
      (connectMs ?? 0) * share,
    ),
    connect: connectMs === null || share <= 0 ? null : { mean: connectMs, share },
    serverCloses: own.serverCloses,
    bytes: own.bytes,
    slowMode: own.histogram === null ? null : slowModeOf(own.histogram),
  };
}

/** Seen, and not to be used. */
function unread(endpoint: number, { measurement }: ProbedStage, { count }: Measurement): SingleUserReading {
  return {
    endpoint,
    stage: measurement.stage,
    count,
    mean: null,
    p50: null,
    firstByte: null,
    connect: null,
    serverCloses: null,
    bytes: null,
    slowMode: null,
  };
}

/** The recording counts from the real start, connecting included. */
function firstByteOf(times: HistogramSnapshot, connectingMs: number): Interval | null {
  const whole = fromAnswers(times);
  if (whole === null) return null;
  const less = (end: number | null) => (end === null ? null : Math.max(0, end - connectingMs));
  return { value: Math.max(0, whole.value - connectingMs), low: less(whole.low), high: less(whole.high) };
}

/**
 * The widest gap (in ratios) between neighbouring answers such that what lies above it is a small part and far from the
 * rest. Null: none, or too few answers to say.
 */
export function slowModeOf(times: HistogramSnapshot): SingleUserReading['slowMode'] {
  const { buckets, counts, count } = times;
  if (count < fewestForModes) return null;
  let below = 0;
  let best: { share: number; fromMs: number; gap: number } | null = null;
  for (let i = 0; i + 1 < buckets.length; i += 1) {
    below += counts[i] ?? 0;
    const above = count - below;
    const share = above / count;
    if (above < mode.fewest || share < mode.least || share > mode.most) continue;
    const from = bucketLowUs(buckets[i + 1] ?? 0);
    const gap = from / Math.max(1, bucketMidUs(buckets[i] ?? 0));
    if (gap >= mode.gap && gap > (best?.gap ?? 0)) best = { share, fromMs: from / 1000, gap };
  }
  if (best === null) return null;
  const restMs = meanBelow(times, best.fromMs * 1000) / 1000;
  if (best.fromMs < mode.factor * restMs || best.fromMs - restMs < mode.ms) return null;
  return { share: best.share, fromMs: best.fromMs };
}

function meanBelow({ buckets, counts }: HistogramSnapshot, limitUs: number): number {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < buckets.length; i += 1) {
    const bucket = buckets[i] ?? 0;
    if (bucketLowUs(bucket) >= limitUs) break;
    sum += bucketMidUs(bucket) * (counts[i] ?? 0);
    n += counts[i] ?? 0;
  }
  return n > 0 ? sum / n : 0;
}
