import type { Interval } from '../analysis.ts';
import { ratioOf } from './contrast.ts';
import { loadOf } from './facts.ts';
import type { FailureFacts, StageFailures } from './failures.ts';

/** Requests that the server refused on purpose (429, or fast 503), and what stayed the same meanwhile. */
export type TurnedAway = {
  readonly status: 429 | 503;
  /** Stages with refusals, lowest load first. */
  readonly stages: readonly StageFailures[];
  readonly first: StageFailures;
  readonly last: StageFailures;
  /** Successful rate of the last over the first; null: one stage only. */
  readonly okRatio: Interval | null;
  /** Served requests in flight, last over first. */
  readonly servedRatio: number | null;
  readonly named: 'rate-limit' | 'load-shedding' | null;
};

const leastShare = 0.01;
const flat = 0.03;
/** The interval of a flat ratio must stay within this. */
const flatInterval = 0.1;
const leastLoadGrowth = 1.5;
export function turnedAwayOf(failures: FailureFacts): TurnedAway | null {
  const refused = (s: StageFailures) => Math.max(s.tooMany.value, s.unavailable.value);
  const stages = failures.stages.filter(
    (s) => refused(s) >= leastShare && Math.max(s.tooMany.low ?? 0, s.unavailable.low ?? 0) > failures.limit,
  );
  const first = stages[0];
  const last = stages.at(-1);
  if (first === undefined || last === undefined) return null;
  const status = last.tooMany.value >= last.unavailable.value ? 429 : 503;
  if (status === 503 && !last.fast) return null;
  const okRatio =
    stages.length < 2 || first.okRate === null || last.okRate === null
      ? null
      : ratioOf(first.okRate, last.okRate);
  const servedRatio =
    stages.length < 2 || first.served === null || last.served === null || first.served === 0
      ? null
      : last.served / first.served;
  return { status, stages, first, last, okRatio, servedRatio, named: name() };

  function name(): TurnedAway['named'] {
    if (first === undefined || last === undefined || okRatio === null || servedRatio === null) return null;
    if (loadOf(last.stage) < leastLoadGrowth * loadOf(first.stage)) return null;
    const isFlat =
      Math.abs(okRatio.value - 1) <= flat &&
      (okRatio.low ?? 0) >= 1 - flatInterval &&
      (okRatio.high ?? 2) <= 1 + flatInterval;
    const servedFlat = Math.abs(servedRatio - 1) <= flatInterval;
    // A cap on the number in flight holds X·R, a limiter holds X. But a full server behind a cap holds X, too, and more wait
    // in it at the higher load: only 429, which says so, names a limiter here.
    if (isFlat && status === 429) return 'rate-limit';
    if (status === 503 && servedFlat && Math.abs(okRatio.value - 1) > flatInterval) return 'load-shedding';
    return null;
  }
}
