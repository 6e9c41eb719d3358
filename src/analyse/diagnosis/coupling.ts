import type { Plan } from '../../plan/plan.ts';
import type { Interval } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { averageOf, differenceOf, median, rateOf } from './contrast.ts';

/** How the endpoints of a mix slowed down together: by the same time, by the same factor, or not at all. */
export type Coupling = {
  readonly base: StageMeasurement;
  readonly loaded: StageMeasurement;
  readonly endpoints: readonly CoupledEndpoint[];
  /** Slowed, surely (the interval's high end), by less than a fifth of the median added time of all endpoints. */
  readonly free: readonly CoupledEndpoint[];
  readonly slowed: readonly CoupledEndpoint[];
  /** Median over the slowed endpoints, ms. */
  readonly typicalAdded: number;
  readonly typicalFactor: number;
  /** Share of the slowed endpoints within 0.8 to 1.25 of the median. */
  readonly sameAdded: number;
  readonly sameFactor: number;
  /** Slowest over fastest of the slowed endpoints at the base: below 3 the two patterns cannot be told apart. */
  readonly baseSpread: number;
  readonly pattern: 'same-added-delay' | 'same-factor' | 'neither' | 'cannot-tell';
  /** Xsat·S, S the mean time of the slowed endpoints at the base: at most so many requests are served at once. */
  readonly parallelism: Interval | null;
};

export type CoupledEndpoint = {
  readonly index: number;
  readonly name: string;
  readonly baseMs: number;
  readonly loadedMs: number;
  readonly added: Interval;
  readonly factor: number;
};

export const fewestRequests = 20;
const alike = { from: 0.8, to: 1.25 };
const freeBelow = 0.2;
const mostOf = 0.75;
const leastSpread = 3;

/** Null where fewer than two endpoints have enough requests in both stages, or nothing slowed down. */
export function couplingOf(base: StageMeasurement, loaded: StageMeasurement, plan: Plan): Coupling | null {
  const endpoints: CoupledEndpoint[] = [];
  for (const [index, { name }] of plan.endpoints.entries()) {
    const before = base.endpoints[index];
    const after = loaded.endpoints[index];
    if (!before || !after) continue;
    if (before.count - before.failed < fewestRequests || after.count - after.failed < fewestRequests)
      continue;
    const [low, high] = [averageOf(before), averageOf(after)];
    if (low === null || high === null || low.value <= 0) continue;
    endpoints.push({
      index,
      name,
      baseMs: low.value,
      loadedMs: high.value,
      added: differenceOf(low, high),
      factor: high.value / low.value,
    });
  }
  const first = median(endpoints.map((e) => e.added.value));
  if (endpoints.length < 2 || first === null || first <= 0) return null;
  const free = endpoints.filter((e) => e.added.high !== null && e.added.high < freeBelow * first);
  const slowed = endpoints.filter((e) => !free.includes(e));
  const typicalAdded = median(slowed.map((e) => e.added.value)) ?? first;
  const typicalFactor = median(slowed.map((e) => e.factor)) ?? 1;
  const within = (value: number, typical: number) =>
    value >= alike.from * typical && value <= alike.to * typical;
  const shareOf = (alikes: readonly CoupledEndpoint[]) =>
    slowed.length === 0 ? 0 : alikes.length / slowed.length;
  const sameAdded = shareOf(slowed.filter((e) => within(e.added.value, typicalAdded)));
  const sameFactor = shareOf(slowed.filter((e) => within(e.factor, typicalFactor)));
  const bases = slowed.map((e) => e.baseMs);
  const baseSpread = bases.length === 0 ? 1 : Math.max(...bases) / Math.min(...bases);
  return {
    base,
    loaded,
    endpoints,
    free,
    slowed,
    typicalAdded,
    typicalFactor,
    sameAdded,
    sameFactor,
    baseSpread,
    pattern: patternOf(slowed.length, baseSpread, sameAdded, sameFactor),
    parallelism: parallelismOf(slowed, base, loaded),
  };
}

function patternOf(
  slowed: number,
  baseSpread: number,
  sameAdded: number,
  sameFactor: number,
): Coupling['pattern'] {
  if (slowed < 2 || baseSpread < leastSpread) return 'cannot-tell';
  if (sameAdded >= mostOf && sameFactor < mostOf) return 'same-added-delay';
  if (sameFactor >= mostOf && sameAdded < mostOf) return 'same-factor';
  return 'neither';
}

/** Σ Xₑ·Sₑ over the slowed endpoints: rate under load × time at the base. Its relative width is the wider of the two. */
function parallelismOf(
  slowed: readonly CoupledEndpoint[],
  base: StageMeasurement,
  loaded: StageMeasurement,
): Interval | null {
  let value = 0;
  for (const endpoint of slowed) {
    const rate = loaded.endpoints[endpoint.index]?.rate;
    if (rate === null || rate === undefined) return null;
    value += (rate * endpoint.baseMs) / 1000;
  }
  const rate = rateOf(loaded.total);
  const time = averageOf(base.total);
  if (rate?.low == null || rate.high === null || time?.low == null || time.high === null) {
    return { value, low: null, high: null };
  }
  return {
    value,
    low: value * (1 - Math.hypot(1 - rate.low / rate.value, 1 - time.low / time.value)),
    high: value * (1 + Math.hypot(rate.high / rate.value - 1, time.high / time.value - 1)),
  };
}
