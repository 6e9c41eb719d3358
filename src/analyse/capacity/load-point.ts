import type { Interval, Validity } from '../analysis.ts';
import { alikeBlocksFactor, fewBlocksFactor, z95 } from '../measure/interval.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';

/**
 * What a load brought: successful requests per second at so many users (closed model) or at an asked rate (open
 * model), with its uncertainty. Several stages at the same load are one point. Points ascend by load.
 */
export type LoadPoint = {
  readonly stages: readonly number[];
  /** Users, or asked requests per second. */
  readonly load: number;
  readonly validity: Exclude<Validity, 'invalid'>;
  /** Requests that ended; failed ones included. */
  readonly count: number;
  readonly failed: number;
  readonly seconds: number | null;
  /** Successful requests per second, > 0. */
  readonly rate: number;
  /** Successful requests per second in each time block; empty: the run holds no blocks. */
  readonly blockRates: readonly number[];
  /** Standard error of ln(rate), alike blocks considered, and its degrees of freedom. */
  readonly logError: number;
  /**
   * The same as if blocks were independent. Fits weigh the points by it: the correlation of five blocks is mostly noise,
   * harmless in an interval, and in weights it costs accuracy (bench/knee-accuracy.ts: one to two systems of 40).
   */
  readonly plainLogError: number;
  readonly degreesOfFreedom: number;
  /** Averages of all endpoints together, ms. */
  readonly responseTimeMs: number | null;
  readonly thinkTimeMs: number | null;
  /** Mean over the endpoints of their fastest answers, weighted by their counts, ms: no mean can be unloaded and lower. */
  readonly fastestMs: number | null;
};

/** A rate is never taken for more exact than this, however even its blocks were. */
const leastLogError = 0.002;

/** The analysable stages of one workload model as points; invalid stages and those without a success are left out. */
export function loadPoints(
  measurements: readonly StageMeasurement[],
  model: 'closed' | 'open',
): readonly LoadPoint[] {
  const byLoad = new Map<number, LoadPoint>();
  for (const measurement of measurements) {
    const point = pointOf(measurement, model);
    if (point === null) continue;
    const same = byLoad.get(point.load);
    byLoad.set(point.load, same === undefined ? point : together(same, point));
  }
  return [...byLoad.values()].sort((a, b) => a.load - b.load);
}

/** 95 % interval of a point's rate, from its standard error. */
export function rateInterval(point: LoadPoint): Interval {
  const reach = Math.exp(studentT95(point.degreesOfFreedom) * point.logError);
  return { value: point.rate, low: point.rate / reach, high: point.rate * reach };
}

/** Two-sided 95 % quantile of Student's t. */
export function studentT95(degreesOfFreedom: number): number {
  if (!Number.isFinite(degreesOfFreedom)) return z95;
  const n = degreesOfFreedom + 1;
  return z95 * fewBlocksFactor(n) * Math.sqrt(degreesOfFreedom / n);
}

function pointOf(measurement: StageMeasurement, model: 'closed' | 'open'): LoadPoint | null {
  const load = model === 'closed' ? measurement.users : measurement.askedRate;
  const { total, validity } = measurement;
  if (load === null || load <= 0 || validity.state === 'invalid') return null;
  if (total.rate === null || total.count <= total.failed) return null;
  const rate = total.rate * (1 - total.failed / total.count);
  if (!(rate > 0)) return null;
  const blockRates = total.blocks
    .filter((block) => block.seconds > 0)
    .map((block) => (block.count - block.failed) / block.seconds);
  return {
    stages: [measurement.stage],
    load,
    validity: validity.state,
    count: total.count,
    failed: total.failed,
    seconds: measurement.seconds,
    rate,
    blockRates,
    ...uncertainty(blockRates, total.count - total.failed),
    responseTimeMs: total.responseTime?.avg ?? null,
    thinkTimeMs: measurement.thinkTimeMs,
    fastestMs: fastestMs(measurement.endpoints),
  };
}

/**
 * From the spread of the blocks, widened where neighbours are alike; without blocks from the count alone, as if arrivals
 * were Poisson: 1/√n.
 */
function uncertainty(
  blockRates: readonly number[],
  successes: number,
): Pick<LoadPoint, 'logError' | 'plainLogError' | 'degreesOfFreedom'> {
  const n = blockRates.length;
  const mean = blockRates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, n);
  if (n < 3 || mean <= 0) {
    const error = Math.max(leastLogError, 1 / Math.sqrt(successes));
    return { logError: error, plainLogError: error, degreesOfFreedom: Number.POSITIVE_INFINITY };
  }
  const variance = blockRates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (n - 1);
  const error = Math.sqrt(variance / n) / mean;
  return {
    logError: Math.max(leastLogError, alikeBlocksFactor(blockRates) * error),
    plainLogError: Math.max(leastLogError, error),
    degreesOfFreedom: n - 1,
  };
}

/** Mean over the endpoints of their fastest answers, weighted by their counts, ms; null: one is not known. */
export function fastestMs(endpoints: readonly (Measurement | null)[]): number | null {
  let weighted = 0;
  let count = 0;
  for (const endpoint of endpoints) {
    if (endpoint === null || endpoint.count === 0) continue;
    const min = endpoint.responseTime?.min;
    if (min === undefined) return null;
    weighted += min * endpoint.count;
    count += endpoint.count;
  }
  return count === 0 ? null : weighted / count;
}

function together(a: LoadPoint, b: LoadPoint): LoadPoint {
  const count = a.count + b.count;
  const mean = (x: number | null, y: number | null) =>
    x === null || y === null ? null : (x * a.count + y * b.count) / count;
  const aWeight = (a.seconds ?? 1) / ((a.seconds ?? 1) + (b.seconds ?? 1));
  const rate = a.rate * aWeight + b.rate * (1 - aWeight);
  const blockRates =
    a.blockRates.length > 0 && b.blockRates.length > 0 ? [...a.blockRates, ...b.blockRates] : [];
  return {
    stages: [...a.stages, ...b.stages],
    load: a.load,
    validity: a.validity === 'valid' && b.validity === 'valid' ? 'valid' : 'lower-bound',
    count,
    failed: a.failed + b.failed,
    seconds: a.seconds === null || b.seconds === null ? null : a.seconds + b.seconds,
    rate,
    blockRates,
    ...uncertainty(blockRates, count - a.failed - b.failed),
    responseTimeMs: mean(a.responseTimeMs, b.responseTimeMs),
    thinkTimeMs: mean(a.thinkTimeMs, b.thinkTimeMs),
    fastestMs: mean(a.fastestMs, b.fastestMs),
  };
}
