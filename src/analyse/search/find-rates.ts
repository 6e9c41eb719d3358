import type { Plan } from '../../plan/plan.ts';
import { type RateSearch, rateSearch } from '../capacity/rate-search.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { rate as rateWords } from '../words.ts';
import { fallen } from './fallen.ts';

/** The next open stage. */
export type RateStep = {
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly settleAtLeastMs: number;
  readonly because: string;
};

export type RateBounds = {
  /** Highest successful throughput of the ladder, or that of its plateau. */
  readonly maxThroughput: number;
  /** Throughput stopped growing there: beyond it queues grow without bound. */
  readonly saturated: boolean;
  /** Requests per second that may be asked for at most; infinite: no bound. */
  readonly maxRate: number;
  readonly leftMs: number;
  /** What the search had at its begin. */
  readonly ofMs: number;
};

const firstShare = 0.75;
/** Near a plateau's throughput a trial of seconds cannot show what minutes would. */
const belowPlateau = 0.985;
/** Bracketed, these are the trials that tell most about the slope and the root. */
const around = [0.97, 1.03, 0.94, 1] as const;
const trialsWanted = 5;
const [shortestSeconds, longestSeconds] = [2, 10];
const longestSettleMs = 2000;
const narrow = 0.05;
const z95 = 1.96;
/** From one trial to the next at most. */
const [stepDown, stepUp] = [0.5, 1.3];
/** No lower: there is no rate within the SLA. */
const lowestShare = 0.02;

/** The next rate to try; null: known well enough, or nothing more can be learnt in the time. */
export function nextRate(
  trials: readonly StageMeasurement[],
  plan: Plan,
  bounds: RateBounds,
): RateStep | null {
  const ceiling = Math.min(
    bounds.maxRate,
    bounds.maxThroughput * (bounds.saturated ? belowPlateau : 1),
    ...trials.flatMap((t) => (fallen(t, plan) === null ? [] : [(t.askedRate ?? 0) * 0.97])),
  );
  const found = rateSearch(trials, plan, bounds.saturated ? bounds.maxThroughput : null);
  if (isKnown(found, trials.length)) return null;
  const asked = wanted(found, trials, bounds, ceiling);
  if (asked === null || asked < lowestShare * bounds.maxThroughput) return null;
  const settleAtLeastMs = Math.min(longestSettleMs, bounds.ofMs / 20);
  const share = bounds.ofMs / trialsWanted - settleAtLeastMs - 800;
  const seconds = Math.max(shortestSeconds, Math.min(longestSeconds, Math.floor(share / 1000)));
  const fits = Math.floor((bounds.leftMs - settleAtLeastMs - 1300) / 1000);
  if (fits < Math.min(seconds, 3)) return null;
  return {
    ratePerSecond: asked,
    seconds: Math.min(seconds, fits),
    settleAtLeastMs,
    because: becauseOf(found, asked),
  };
}

function isKnown(found: RateSearch, trials: number): boolean {
  return (
    found.error !== null &&
    found.someKept &&
    found.missed !== null &&
    trials >= 4 &&
    z95 * found.error <= narrow
  );
}

function wanted(
  found: RateSearch,
  trials: readonly StageMeasurement[],
  { maxThroughput, saturated }: RateBounds,
  ceiling: number,
): number | null {
  if (trials.length === 0) return Math.min(firstShare * maxThroughput, ceiling);
  const [low, high] = [found.kept, found.missed];
  if (high === null) {
    const highest = Math.max(...trials.map((t) => t.askedRate ?? 0));
    if (highest >= ceiling * 0.999) return null;
    const guess = saturated ? Math.max(found.rate ?? 0, Math.sqrt(highest * ceiling)) : ceiling;
    return Math.min(ceiling, highest * stepUp, Math.max(highest * 1.03, guess));
  }
  if (low === null && !(found.someKept && found.error !== null)) {
    const guess = found.rate === null ? high * 0.7 : found.rate * 0.97;
    return Math.min(ceiling, Math.max(high * stepDown, Math.min(high * 0.95, guess)));
  }
  const held = low ?? high;
  const centre = found.error === null || found.rate === null ? Math.sqrt(held * high) : found.rate;
  if (found.error === null) return high / held <= 1.06 ? null : Math.min(ceiling, centre);
  const next = around.find((factor) =>
    trials.every((t) => Math.abs(Math.log((t.askedRate ?? 1) / (centre * factor))) > 0.012),
  );
  return Math.min(ceiling, centre * (next ?? 1));
}

function becauseOf(found: RateSearch, asked: number): string {
  const at = rateWords(asked);
  if (found.kept !== null && found.missed !== null) {
    return `${at}: the limit lies near ${rateWords(found.rate ?? Math.sqrt(found.kept * found.missed))}`;
  }
  if (found.kept !== null) return `${at}: every promise was kept at ${rateWords(found.kept)}`;
  if (found.missed !== null) return `${at}: a promise was missed at ${rateWords(found.missed)}`;
  return `${at}: does the SLA hold with requests that come by themselves?`;
}
