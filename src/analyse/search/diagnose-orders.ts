import type { Plan, ThinkTime } from '../../plan/plan.ts';
import { isNoThinkTime, meanThinkTimeMs } from '../../plan/think-time.ts';
import type { Trial, TrialOrder } from '../../record/trial.ts';
import { stageTimes } from './stage-times.ts';

/** What the caller lets a search ask for at most; absent: no bound. */
export type SearchCeiling = {
  readonly users?: number | undefined;
  readonly ratePerSecond?: number | undefined;
};

/** A stage that somebody would like to have. */
export type Wish = {
  readonly trial: Trial;
  readonly because: string;
  readonly closed?: {
    readonly users: number;
    /** Null: the plan's mix, with its think time. */
    readonly weights: readonly number[] | null;
  };
  readonly open?: { readonly ratePerSecond: number; readonly weights: readonly number[] | null };
  readonly settleMs: number;
  readonly seconds: number;
  /** Shorter it would tell nothing. */
  readonly whole?: true;
};

const noThinkTime: ThinkTime = { kind: 'uniform', minMs: 0, maxMs: 0 };

/**
 * The wish as an order within the ceiling. Users of probes do not think, those of the mix do as in the plan; where N users
 * could bring more than the permitted rate, each pauses for N/rate, so that X ≤ N/(R + Z) holds it.
 */
export function orderOf(wish: Wish, plan: Plan, ceiling: SearchCeiling, elapsedMs: number): TrialOrder {
  const { closed, open } = wish;
  const most = ceiling.ratePerSecond ?? Number.POSITIVE_INFINITY;
  const users = Math.max(1, Math.min(closed?.users ?? 1, ceiling.users ?? Number.POSITIVE_INFINITY));
  // What arrives beside users shares the bound with them.
  const rate = Math.min(open?.ratePerSecond ?? 0, closed === undefined ? most : most / 3);
  return {
    trial: wish.trial,
    because: wish.because,
    closed:
      closed === undefined
        ? null
        : {
            users,
            thinkTime: thinkTimeOf(plan, closed.weights, users, most - rate),
            weights: closed.weights,
          },
    open: open === undefined ? null : { ratePerSecond: rate, weights: open.weights },
    ...stageTimes(elapsedMs, wish.settleMs, wish.seconds),
  };
}

function thinkTimeOf(
  { load }: Plan,
  weights: readonly number[] | null,
  users: number,
  mostPerSecond: number,
): ThinkTime {
  const own =
    weights !== null || load.kind === 'open' || load.thinkTime.kind === 'unknown'
      ? noThinkTime
      : load.thinkTime;
  const leastMs = Math.ceil((users / mostPerSecond) * 1000);
  const mean = isNoThinkTime(own) ? 0 : (meanThinkTimeMs(own) ?? 0);
  return mean >= leastMs ? own : { kind: 'uniform', minMs: leastMs, maxMs: leastMs };
}

/** Weights by endpoint's index: 1 for those named, 0 for all others. */
export function weightsOf(plan: Plan, indices: readonly number[]): readonly number[] {
  return plan.endpoints.map((_, index) => (indices.includes(index) ? 1 : 0));
}
