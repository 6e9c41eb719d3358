import type { Interval } from '../analysis.ts';
import { type LoadPoint, studentT95 } from './load-point.ts';

/** How throughput changed from one load to the next. */
export type Growth = {
  readonly from: LoadPoint;
  readonly to: LoadPoint;
  /** Relative change of the successful requests per second, with its 95 % interval: +1 = doubled. */
  readonly change: Interval;
  /**
   * `proportional`: grew, and a user (or an asked request) still brings the share {@link proportionalShare} of what
   * it brought at the baseline. `slower`: grew, but less. `stopped`: the interval excludes growth in proportion,
   * the estimate is at most a quarter of it (in ln, {@link plateauShare}), and the interval reaches down to +5 % or
   * lies below that quarter as a whole. `declined`: the interval lies
   * below zero. `unclear`: too uncertain for any.
   */
  readonly kind: 'proportional' | 'slower' | 'stopped' | 'declined' | 'unclear';
  /** Throughput per user at `to` as a share of the baseline's. */
  readonly efficiency: number;
};

/** Throughput per user that still counts as "in proportion", as a share of the baseline's. */
const proportionalShare = 0.7;
/** Growth up to here is no growth worth the name. */
const noGrowth = 0.05;
/** A plateau may hold so much of the growth in proportion (in ln) at most; between it and that lies `slower`. */
const plateauShare = 0.25;
/** The baseline's throughput per user must be known this well (standard error of its ln). */
const baselineError = 0.1;

/** What one user (or one asked request per second) brings at the lowest loads. */
export type Baseline = { readonly perLoad: number; readonly points: readonly LoadPoint[] };

/** The first point; where it is too uncertain, the lowest points together, weighted by their certainty. */
export function baseline(points: readonly LoadPoint[]): Baseline | null {
  const used: LoadPoint[] = [];
  let weights = 0;
  let sum = 0;
  for (const point of points) {
    used.push(point);
    weights += point.logError ** -2;
    sum += Math.log(point.rate / point.load) * point.logError ** -2;
    if (weights ** -0.5 <= baselineError) break;
  }
  return used.length === 0 ? null : { perLoad: Math.exp(sum / weights), points: used };
}

/** Growth between any two points, against a baseline. */
export function growth(from: LoadPoint, to: LoadPoint, base: Baseline): Growth {
  const reach =
    studentT95(Math.min(from.degreesOfFreedom, to.degreesOfFreedom)) * Math.hypot(from.logError, to.logError);
  const log = Math.log(to.rate / from.rate);
  const proportion = Math.log(to.load / from.load);
  const efficiency = to.rate / to.load / base.perLoad;
  const [low, high] = [log - reach, log + reach];
  const change = { value: Math.expm1(log), low: Math.expm1(low), high: Math.expm1(high) };
  return { from, to, change, efficiency, kind: kindOf() };

  function kindOf(): Growth['kind'] {
    if (high < 0) return 'declined';
    const excludesProportion = high < proportion;
    const hardly = plateauShare * proportion;
    if (excludesProportion && log <= hardly && (low <= Math.log1p(noGrowth) || high <= hardly))
      return 'stopped';
    if (low <= 0) return 'unclear';
    return efficiency >= proportionalShare ? 'proportional' : 'slower';
  }
}

/** Consecutive pairs. */
export function growths(points: readonly LoadPoint[]): readonly Growth[] {
  const base = baseline(points);
  if (base === null) return [];
  return points.slice(1).flatMap((to, i) => {
    const from = points[i];
    return from === undefined ? [] : [growth(from, to, base)];
  });
}

/**
 * Where growth stopped: after `lastGood` and, if `firstBad` is known, not after it.
 * A point that is only a lower bound can be good, never bad: the target may have been able to do more.
 */
export type Bracket = {
  readonly lastGood: LoadPoint;
  readonly firstBad: LoadPoint | null;
  /** The pair that shows the stop. */
  readonly stop: Growth | null;
  /** Throughput bends below proportion after `lastGood` (but, with no `firstBad`, still grows). */
  readonly bends: boolean;
};

export function bracket(points: readonly LoadPoint[]): Bracket | null {
  const base = baseline(points);
  const first = points[0];
  if (base === null || first === undefined) return null;
  const pairs = growths(points);
  const isStop = (pair: Growth, at: number) =>
    (pair.kind === 'stopped' || pair.kind === 'declined') &&
    pair.to.validity === 'valid' &&
    pairs.slice(at + 1).every((later) => !growsBeyond(pair, later.to, base));
  const stopAt = pairs.findIndex(isStop);
  const before = stopAt < 0 ? pairs : pairs.slice(0, stopAt);
  let lastGood = first;
  for (const pair of before) if (pair.kind === 'proportional') lastGood = pair.to;
  const stop = pairs[stopAt] ?? null;
  const bends = before.some((pair) => pair.kind === 'slower');
  return { lastGood, firstBad: stop?.to ?? null, stop, bends };
}

/** A later load that clearly brings more than the one at which growth seemed to stop: it had not stopped. */
function growsBeyond(stop: Growth, later: LoadPoint, base: Baseline): boolean {
  const best = stop.from.rate > stop.to.rate ? stop.from : stop.to;
  return (growth(best, later, base).change.low ?? 0) > noGrowth;
}
