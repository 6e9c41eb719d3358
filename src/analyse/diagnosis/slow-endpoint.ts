import { mergeSnapshots } from '../../record/histogram.ts';
import type { Interval } from '../analysis.ts';
import { judge, promisesOf } from '../endpoints/promise.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';
import { meanTime } from '../probes/probe-interval.ts';
import type { SingleUserReading } from '../probes/probe-readings.ts';
import { secondHillOf, shareBeyond } from '../probes/second-hill.ts';
import { slowModeOf } from '../probes/single-user.ts';
import { median, ratioOf } from './contrast.ts';
import { type Facts, loadOf } from './facts.ts';
import { isWrite } from './writes.ts';

/** Always slow: so many times the plan's other endpoints (their median), and so long. */
const slow = { times: 10, ms: 100 };
/** With no other endpoint to compare with, so long. */
const slowAloneMs = 1000;
/** The control, beside it. */
const overControl = 10;
/** The load changes the median by less than this; it is tried at so many times the lowest load. */
const mostGrowth = 1.3;
/** … or by up to this, if it may as well be none: a median of few answers is not exact. */
const mostGrowthByChance = 1.6;
const leastLoads = 4;
/** So many answers at that lowest load. */
const fewestAtBase = 20;
/** A slow mode begins so far above the median, and so many of the requests are in it. */
const mode = { overMedian: 5, ms: 50, share: [0.005, 0.5] } as const;
/** Its share may change by this factor with the load. */
const modeChange = 2.5;
/** A share of a slow mode is compared a little below where it begins. */
const below = 0.7;
const fewestSlow = 5;
/** Slow answers come one by one: their part of a second varies little more than by chance (χ²/ν). */
const mostClustered = 1.7;
/** The same key is so much faster: the fast mode is a cache. */
const cached = 0.8;

type SlowMode = NonNullable<SingleUserReading['slowMode']>;

/** An endpoint that waits for something slow, whatever the load. */
export type SlowEndpoint = {
  readonly single: SingleUserReading;
  readonly name: string;
  /** Of one user; where too few asked, of the lowest load that made no difference. */
  readonly mean: Interval;
  /** Those that `mean` is from. */
  readonly stages: readonly number[];
  /** At the highest load, ms. */
  readonly medianMs: number;
  readonly slowMode: SlowMode | null;
  readonly how: 'always' | 'promise' | 'mode';
  readonly growth: { readonly ratio: Interval; readonly stage: StageMeasurement } | null;
  readonly others: number | null;
};

/** What everybody must pay: the fastest control, or the fastest endpoint where none was asked. */
export function controlOf({ readings, endpoints }: Facts): SingleUserReading | null {
  const known = readings.single.filter((r) => r.mean !== null);
  const controls = known.filter((r) => endpoints[r.endpoint]?.probe?.kind === 'control');
  const from = controls.length > 0 ? controls : known;
  return from.toSorted((a, b) => (a.mean?.value ?? 0) - (b.mean?.value ?? 0))[0] ?? null;
}

/** Null: it is not slow, or load makes a difference, or too little was seen of it. */
export function slowEndpointOf(
  single: SingleUserReading,
  control: SingleUserReading,
  facts: Facts,
): SlowEndpoint | null {
  const { endpoint } = single;
  if (control.mean?.high == null || endpoint === control.endpoint) return null;
  const base = baseOf(endpoint, facts);
  const growth = base === null ? null : growthFrom(base, endpoint, facts);
  if (growth !== null && grew(growth.ratio)) return null;
  const alone = timeOfOne(single, base, facts);
  if (alone?.mean.low == null) return null;
  const others = median(
    facts.readings.single.flatMap((r) =>
      r.endpoint !== endpoint && facts.endpoints[r.endpoint]?.probe === undefined
        ? (r.mean?.value ?? [])
        : [],
    ),
  );
  const { name = '', method = 'GET' } = facts.endpoints[endpoint] ?? {};
  const medianMs = facts.sound.at(-1)?.endpoints[endpoint]?.responseTime?.p50 ?? 0;
  const row = { single, name, ...alone, growth, others, medianMs, slowMode: null };
  const slowMode = slowModeAtAnyLoad(single, control, facts);
  if (slowMode !== null) return { ...row, how: 'mode', slowMode };
  if (alone.mean.low < overControl * control.mean.high || alone.mean.low < slow.ms) return null;
  // A write that takes long is the rule of slow writes'.
  if (isWrite(method) || growth === null) return null;
  const promised = promisesOf(facts.run.plan).filter((p) => p.endpoint === endpoint);
  if (base !== null && promised.length > 0) {
    return promised.some((p) => judge(base, p).state === 'missed') ? { ...row, how: 'promise' } : null;
  }
  const isSlow = others === null ? alone.mean.low >= slowAloneMs : alone.mean.low >= slow.times * others;
  return isSlow ? { ...row, how: 'always' } : null;
}

/** The lowest valid load with enough answers of it. */
function baseOf(endpoint: number, { sound }: Facts): StageMeasurement | null {
  return sound.find((stage) => successes(stage.endpoints[endpoint]) >= fewestAtBase) ?? null;
}

function grew({ value, low }: Interval): boolean {
  return value > (low !== null && low <= 1 ? mostGrowthByChance : mostGrowth);
}

function successes(m: Measurement | null | undefined): number {
  return m ? m.count - m.failed : 0;
}

/** Its median at the highest valid load over that at the base. Null: too little load was tried. */
function growthFrom(base: StageMeasurement, endpoint: number, { sound }: Facts): SlowEndpoint['growth'] {
  const last = sound.at(-1);
  if (last === undefined || loadOf(last) < leastLoads * loadOf(base)) return null;
  const p50 = (stage: StageMeasurement): Interval | null => {
    const measured = stage.endpoints[endpoint];
    const value = measured?.responseTime?.p50;
    return !measured || value === undefined
      ? null
      : (measured.intervals.p50 ?? { value, low: null, high: null });
  };
  const [from, to] = [p50(base), p50(last)];
  const ratio = from === null || to === null ? null : ratioOf(from, to);
  return ratio === null ? null : { ratio, stage: last };
}

/**
 * The mean of one user: of the probe, or of all stages of one user together. Slow answers are few in them; where the
 * base took surely no longer than one user, it tells the same, and better.
 */
function timeOfOne(
  single: SingleUserReading,
  base: StageMeasurement | null,
  { all }: Facts,
): Pick<SlowEndpoint, 'mean' | 'stages'> | null {
  const { endpoint } = single;
  const ofOne = all.filter(
    ({ users, validity, endpoints }) =>
      users === 1 && validity.state === 'valid' && successes(endpoints[endpoint]) > 0,
  );
  const together = meanTime(ofOne.map(({ endpoints }) => endpoints[endpoint]));
  const one =
    single.mean !== null
      ? { mean: single.mean, stages: [single.stage] }
      : together === null
        ? null
        : { mean: together, stages: ofOne.map(({ stage }) => stage) };
  const many = base === null ? null : meanTime([base.endpoints[endpoint]]);
  if (one === null || base === null || many === null || successes(base.endpoints[endpoint]) <= single.count)
    return one;
  const growth = ratioOf(one.mean, many);
  return growth !== null && (growth.low ?? growth.value) <= mostGrowth
    ? { mean: many, stages: [base.stage] }
    : one;
}

/** The slow mode, if load makes no difference to it: seen at the highest load, and at another a quarter of it or less. */
function slowModeAtAnyLoad(
  { endpoint }: SingleUserReading,
  control: SingleUserReading,
  facts: Facts,
): SlowMode | null {
  const { sound } = facts;
  if (control.slowMode !== null) return null;
  const key = facts.readings.keys.find((k) => k.endpoint === endpoint);
  if (key?.ratio?.high != null && key.ratio.high < cached) return null;
  const top = sound.at(-1);
  const own = top?.endpoints[endpoint];
  if (top === undefined || !own || own.histogram === null) return null;
  const found = modeIn(own);
  if (found === null || found.share * own.histogram.count < fewestSlow) return null;
  // What makes most endpoints slow now and then is not what one of them calls.
  const asked = top.endpoints.flatMap((m) => (m && successes(m) >= fewestAtBase ? [m] : []));
  const slowOnes = asked.filter((m) => modeIn(m) !== null).length;
  if (asked.length > 1 && slowOnes > asked.length / 2) return null;
  if (clusteringOf(endpoint, found, top, facts) > mostClustered) return null;
  const alike = sound.filter((stage) => {
    const histogram = stage.endpoints[endpoint]?.histogram ?? null;
    if (histogram === null || histogram.count * found.share < fewestSlow) return false;
    const share = shareBeyond(histogram, found.fromMs * 1000 * below);
    return share <= modeChange * found.share && share >= found.share / modeChange;
  });
  return alike.some((stage) => loadOf(stage) * leastLoads <= loadOf(top)) ? found : null;
}

/** χ²/ν of the slow answers among those of each second: 1 by chance; what stops everybody makes many slow at once. */
function clusteringOf(endpoint: number, mode: SlowMode, top: StageMeasurement, { whole }: Facts): number {
  const data = whole.stages[top.stage - 1]?.data;
  if (data?.kind !== 'windows') return Number.POSITIVE_INFINITY;
  const own = data.windows.filter((w) => w.phase === 'steady' && w.endpoint === endpoint);
  const seconds = [...Map.groupBy(own, ({ second }) => second).values()].map((windows) => {
    const times = mergeSnapshots(windows.map(({ response }) => response));
    return { all: times.count, slow: times.count * shareBeyond(times, mode.fromMs * 1000 * below) };
  });
  const all = seconds.reduce((sum, { all: n }) => sum + n, 0);
  const share = seconds.reduce((sum, { slow: n }) => sum + n, 0) / all;
  const squares = seconds.reduce(
    (sum, { all: n, slow: k }) => sum + (n > 0 ? (k - share * n) ** 2 / (n * share * (1 - share)) : 0),
    0,
  );
  return share > 0 && seconds.length > 1 ? squares / (seconds.length - 1) : Number.POSITIVE_INFINITY;
}

/** Far above the median, and a small part of all. */
function modeIn({ histogram, responseTime }: Measurement): SlowMode | null {
  const p50 = responseTime?.p50;
  if (histogram === null || p50 === undefined) return null;
  const isMode = (found: SlowMode | null): found is SlowMode =>
    found !== null &&
    found.fromMs >= Math.max(mode.ms, mode.overMedian * p50) &&
    found.share >= mode.share[0] &&
    found.share <= mode.share[1];
  return [slowModeOf(histogram), secondHillOf(histogram)].find(isMode) ?? null;
}
