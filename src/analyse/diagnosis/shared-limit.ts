import type { Endpoint } from '../../plan/plan.ts';
import type { Interval } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import type { CouplingReading, ProbeReadings, SoloReading } from '../probes/probe-readings.ts';
import { ratioOf } from './contrast.ts';

/** What one endpoint, held beyond its own limit, did to the others, and which of them serves as the control. */
export type SharedLimit = {
  /** Index of the held endpoint. */
  readonly held: number;
  readonly name: string;
  readonly solo: SoloReading | null;
  /** At most so many of its requests are served at once. */
  readonly parallelism: Interval | null;
  readonly neighbours: readonly Neighbour[];
  /** The plan's other endpoints that surely wait with it. */
  readonly sharing: readonly Neighbour[];
  readonly control: Neighbour | null;
  /** Share of this limit that the mix uses at its highest load, if all that may share it do; null: not known. */
  readonly busy: number | null;
};

export type Neighbour = {
  readonly index: number;
  readonly name: string;
  /** Requested by probes only. */
  readonly isProbe: boolean;
  readonly reading: CouplingReading;
  readonly together: Together;
};

export type Together =
  /** Gained the same time: both wait in one queue. */
  | 'same-time'
  /** Gained surely a part of that time, by far more than the held one's factor: it waits in that queue, not as often. */
  | 'part-of-the-time'
  /** Slowed by the same factor: both share a processor. */
  | 'same-factor'
  /** Slowed, and by its single-user time the two cannot be told apart. */
  | 'slowed'
  | 'free'
  | 'unclear';

/** "The same" (docs/methods.md §3, P3): the interval touches this band … */
const alike = { from: 0.8, to: 1.25 };
/** … and is not wider than this. */
const telling = { from: 0.3, to: 3 };
/** Surely slowed: by this factor of its own time. */
const slowedBy = 1.5;
/** Below this share of the held one's added time an endpoint is independent. */
export const freeBelow = 0.2;
/** … and surely below this: who waits in the queue gains four fifths and more. */
const surelyNotQueued = 0.35;
/** A control is so many times faster than the suspect. */
export const controlFaster = 3;

export function sharedLimitsOf(
  readings: ProbeReadings,
  endpoints: readonly Endpoint[],
  loaded: StageMeasurement | null,
): SharedLimit[] {
  const held = [...new Set(readings.coupling.map((r) => r.held))];
  return held
    .map((index) => limitOf(index, readings, endpoints, loaded))
    .toSorted((a, b) => (b.busy ?? 0) - (a.busy ?? 0) || a.held - b.held);
}

function limitOf(
  held: number,
  readings: ProbeReadings,
  endpoints: readonly Endpoint[],
  loaded: StageMeasurement | null,
): SharedLimit {
  const solo = readings.solo.find((r) => r.endpoint === held) ?? null;
  const neighbours = readings.coupling
    .filter((r) => r.held === held && r.probed !== held)
    .map((reading) => ({
      index: reading.probed,
      name: endpoints[reading.probed]?.name ?? '',
      isProbe: endpoints[reading.probed]?.probe !== undefined,
      reading,
      together: togetherOf(reading),
    }));
  const waits = (n: Neighbour) => n.together !== 'free' && n.together !== 'unclear';
  const sharing = neighbours.filter((n) => !n.isProbe && waits(n));
  return {
    held,
    name: endpoints[held]?.name ?? '',
    solo,
    parallelism: solo?.parallelism ?? solo?.knee ?? null,
    neighbours,
    sharing,
    control: controlOf(neighbours, singleOf(held, readings), endpoints),
    busy: busyOf(held, solo, neighbours, readings, endpoints, loaded),
  };
}

/** Two explanations, one queue or one processor: the one that the intervals allow, if they exclude the other. */
export function togetherOf({ share, factor, idle, loaded }: CouplingReading): Together {
  if (share?.low == null || share.high === null) return 'unclear';
  if (factor?.low == null || factor.high === null) return 'unclear';
  const slowdown = idle === null || loaded === null ? null : ratioOf(idle, loaded);
  const slowed = (slowdown?.low ?? 0) >= slowedBy;
  const [byTime, byFactor] = [touches(share), touches(factor)];
  if (slowed && byFactor && !byTime && isTelling(factor)) return 'same-factor';
  if (isOutside(share)) return 'free';
  if (share.low <= freeBelow) return 'unclear';
  if (byTime && !byFactor && isTelling(share)) return 'same-time';
  return !byFactor && factor.low > alike.to ? 'part-of-the-time' : 'slowed';
}

/** Gained a small part of the held one's time: it does not wait in its queue. */
export function isOutside({ value, high }: Interval): boolean {
  return value < freeBelow && (high ?? Number.POSITIVE_INFINITY) < surelyNotQueued;
}

function touches({ low, high }: Interval): boolean {
  return (low ?? 0) <= alike.to && (high ?? Infinity) >= alike.from;
}

function isTelling({ low, high }: Interval): boolean {
  return (low ?? 0) >= telling.from && (high ?? Infinity) <= telling.to;
}

/**
 * The neighbour that says whether everything is slowed. A free one does, whichever it is. If none is free, only what does
 * nothing of its own can say that all wait: a path that is not there. A HEAD, or a fast endpoint of the plan, may share
 * the pool; the latter serves where no trivial path was asked.
 */
function controlOf(
  neighbours: readonly Neighbour[],
  single: Interval | null,
  endpoints: readonly Endpoint[],
): Neighbour | null {
  const idle = (n: Neighbour) => n.reading.idle?.value ?? Number.POSITIVE_INFINITY;
  const own = neighbours.filter((n) => !n.isProbe).toSorted((a, b) => idle(a) - idle(b));
  const probes = neighbours.filter((n) => endpoints[n.index]?.probe?.kind === 'control');
  const trivial = probes.find((n) => {
    const probe = endpoints[n.index]?.probe;
    return probe?.kind === 'control' && probe.of === null;
  });
  const fastest = own.find((n) => single !== null && idle(n) * controlFaster <= single.value);
  const isFree = (n: Neighbour) => n.together === 'free';
  return own.find(isFree) ?? probes.find(isFree) ?? trivial ?? fastest ?? null;
}

export function singleOf(endpoint: number, readings: ProbeReadings): Interval | null {
  return (
    readings.single.find((r) => r.endpoint === endpoint)?.mean ??
    readings.solo.find((r) => r.endpoint === endpoint)?.single ??
    readings.coupling.find((r) => r.probed === endpoint && r.idle !== null)?.idle ??
    null
  );
}

/** Σ X·S over the endpoints that are not free, over the highest X·S of the held one alone. */
function busyOf(
  held: number,
  solo: SoloReading | null,
  neighbours: readonly Neighbour[],
  readings: ProbeReadings,
  endpoints: readonly Endpoint[],
  loaded: StageMeasurement | null,
): number | null {
  const own = singleOf(held, readings);
  if (loaded === null || solo?.saturation == null || own === null) return null;
  const free = new Set(neighbours.filter((n) => n.together === 'free').map((n) => n.index));
  let demand = 0;
  for (const [index, measured] of loaded.endpoints.entries()) {
    if (free.has(index) || !measured || endpoints[index]?.probe !== undefined) continue;
    const single = singleOf(index, readings) ?? own;
    demand += ((measured.rate ?? 0) * single.value) / 1000;
  }
  return demand / ((solo.saturation.value * own.value) / 1000);
}
