import type { Interval } from '../analysis.ts';
import { differenceOf, meanOf, okRateOf, ratioOf } from '../diagnosis/contrast.ts';
import type { Measurement } from '../measure/measurement.ts';
import { meanTime, productOf, scaled } from './probe-interval.ts';
import type { CouplingReading, SingleUserReading, SoloReading } from './probe-readings.ts';
import { type ProbedStage, type Probing, stagesOf } from './trial-stage.ts';

/** Throughput grew surely if even its interval's low end grew by more than the load to this power. */
const growing = 0.35;
/** More users than this times X·R₁: most of them wait. */
const waitingUsers = 1.8;
/** Up to this part of X·R₁ users none waits; the planner asks at three quarters. */
const freeLoad = 0.8;
/** Who waits with a held endpoint by this share of its added time takes its part of what is full. */
const sharing = 0.5;
/**
 * What no interval of blocks shows: work beside the held time that the control does not have, and the warmth of caches.
 * In simulated pools m̂ is off by 0.4 % without any noise, on real servers by more.
 */
const modelError = 0.02;

type Point = {
  readonly stage: number;
  readonly users: number;
  readonly okRate: Interval;
  readonly blockRates: readonly number[];
};

type Context = {
  readonly single: readonly SingleUserReading[];
  readonly coupling: readonly CouplingReading[];
  /** Of the fastest control. */
  readonly controlMs: Interval | null;
};

/**
 * P2: an endpoint alone at rising loads. Where there was no time for that, the stage in which it was held for the
 * coupling: then what those who share its limit took of it is added.
 */
export function readSolo(probing: Probing, context: Context): readonly SoloReading[] {
  const solos = stagesOf(probing, 'solo');
  const held = stagesOf(probing, 'coupling');
  const endpoints = [
    ...new Set([...solos.map(({ trial }) => trial.endpoint), ...held.map(({ trial }) => trial.held)]),
  ].sort((a, b) => a - b);
  return endpoints.map((endpoint) => {
    const own = solos.filter(({ trial }) => trial.endpoint === endpoint);
    const besides = held.filter(({ trial }) => trial.held === endpoint);
    const alone = own.length === 0 ? null : readingOf(endpoint, own, true, context);
    if (alone !== null && (alone.saturation !== null || besides.length === 0)) return alone;
    const beside = readingOf(endpoint, besides, false, context);
    return alone === null || beside.saturation !== null ? beside : alone;
  });
}

function readingOf(
  endpoint: number,
  stages: readonly ProbedStage[],
  alone: boolean,
  { single, coupling, controlMs }: Context,
): SoloReading {
  const mean = single.find((one) => one.endpoint === endpoint)?.mean ?? null;
  const held = mean === null ? null : heldTime(mean, controlMs);
  const measured = stages.flatMap(({ measurement, unusable }) => {
    const own = measurement.endpoints[endpoint];
    return unusable !== null || !own ? [] : [{ measurement, own }];
  });
  const points = measured
    .flatMap(({ measurement: { stage, users, endpoints }, own }): Point[] => {
      const okRate = okRateOf(own);
      if (okRate === null || users === null) return [];
      const others = alone || held === null ? 0 : demandOf(coupling, endpoint, endpoints, controlMs);
      const whole = held === null ? 1 : 1 + others / Math.max(1e-9, (okRate.value * held.value) / 1000);
      const blockRates = own.blocks.map(({ count, failed, seconds }) => (whole * (count - failed)) / seconds);
      return [{ stage, users, okRate: scaled(okRate, whole), blockRates }];
    })
    .toSorted((a, b) => a.users - b.users || a.stage - b.stage);
  const count = measured.reduce((sum, { own }) => sum + own.count, 0);
  const errors = count > 0 ? measured.reduce((sum, { own }) => sum + own.failed, 0) / count : 0;
  const reading = {
    endpoint,
    stages: stages.map(({ measurement }) => measurement.stage),
    single: mean,
    errors,
  };
  const none = { saturation: null, knee: null, parallelism: null };
  if (points.length === 0) {
    const [reason] = stages.flatMap(({ unusable }) => unusable ?? []);
    return { ...reading, ...none, because: reason ?? 'no request of it ended' };
  }
  if (mean === null || held === null)
    return { ...reading, ...none, because: 'no single user asked it often enough' };
  const flat = plateauOf(points, mean);
  if (flat.length === 0)
    return {
      ...reading,
      ...none,
      because: 'its throughput still grew with the users, or too few of them waited',
    };
  const saturation = together(flat);
  const knee = productOf(saturation, scaled(mean, 1 / 1000));
  const served = alone ? withoutWaiting(measured, knee.value) : null;
  const parallelism = productOf(saturation, scaled(served ? heldTime(served, controlMs) : held, 1 / 1000));
  return {
    ...reading,
    saturation,
    knee,
    parallelism: productOf(parallelism, { value: 1, low: 1 - modelError, high: 1 + modelError }),
    because: null,
  };
}

/** Its time at the load that leaves a place free, where that was asked: as under load, and none waits. */
function withoutWaiting(
  measured: readonly { readonly measurement: { readonly users: number | null }; readonly own: Measurement }[],
  knee: number,
): Interval | null {
  const free = measured.filter(({ measurement: { users } }) => users !== null && users <= freeLoad * knee);
  const most = free.toSorted((a, b) => b.own.count - a.own.count)[0];
  return most === undefined ? null : meanTime([most.own]);
}

/** What those who wait with the held endpoint keep busy of its limit: Σ X·S. */
function demandOf(
  coupling: readonly CouplingReading[],
  held: number,
  endpoints: readonly (Measurement | null)[],
  controlMs: Interval | null,
): number {
  return coupling.reduce((sum, { held: of, probed, share, idle }) => {
    const rate = endpoints[probed]?.rate ?? 0;
    if (of !== held || idle === null || (share?.value ?? 0) < sharing) return sum;
    return sum + (rate * heldTime(idle, controlMs).value) / 1000;
  }, 0);
}

/** The loads at which most users waited, if throughput grew surely between none of them; empty: it has no limit yet. */
function plateauOf(points: readonly Point[], single: Interval): readonly Point[] {
  const flat = points.filter((point) => waits(point, single));
  const top = flat.at(-1);
  if (top === undefined || top.users < Math.max(...points.map(({ users }) => users))) return [];
  return flat.filter((point) => {
    const growth = point === top ? null : ratioOf(point.okRate, top.okRate);
    return growth === null || (growth.low ?? 0) <= (top.users / point.users) ** growing;
  });
}

/** One user alone brings 1/R₁, N who do not wait for each other N/R₁. */
function waits({ users, okRate }: Point, single: Interval): boolean {
  return users >= (waitingUsers * okRate.value * single.value) / 1000;
}

/** The plateau's throughput: all its blocks together. */
function together(points: readonly Point[]): Interval {
  const [only] = points;
  if (only !== undefined && points.length === 1) return only.okRate;
  return (
    meanOf(points.flatMap(({ blockRates }) => blockRates)) ??
    only?.okRate ?? { value: 0, low: null, high: null }
  );
}

/**
 * How long a request holds what limits it: its time alone without what every request costs (network, parsing), as the
 * control shows. At least a tenth of it stays.
 */
function heldTime(single: Interval, controlMs: Interval | null): Interval {
  if (controlMs === null || controlMs.value > 0.9 * single.value) return single;
  const held = differenceOf(controlMs, single);
  const least = single.value / 10;
  return { ...held, low: held.low === null ? null : Math.max(least, held.low) };
}
