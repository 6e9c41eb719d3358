import { limits } from '../../plan/limits.ts';
import type { LoadCeiling } from '../../plan/load-ceiling.ts';
import type { Plan, ThinkTime } from '../../plan/plan.ts';
import { meanThinkTimeMs } from '../../plan/think-time.ts';
import type { Run } from '../../record/run.ts';
import type { Trial, TrialOrder } from '../../record/trial.ts';
import { analyseCapacity } from '../capacity/capacity.ts';
import { bracket } from '../capacity/growth.ts';
import { kneePrecision } from '../capacity/knee-precision.ts';
import { loadPoints } from '../capacity/load-point.ts';
import { missedAlone } from '../capacity/rate-search.ts';
import { searchStages } from '../capacity/search-stages.ts';
import { promisesOf } from '../endpoints/promise.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { splitRun } from '../split-run.ts';
import { count, rate as rateWords, seconds as secondsWords } from '../words.ts';
import { fallen } from './fallen.ts';
import { findBudget, longestHoldMs, shortBudgetMs } from './find-budget.ts';
import { nextLadderStage } from './find-ladder.ts';
import { nextRate } from './find-rates.ts';
import type { SearchPlanner, SearchStep } from './search.ts';
import { lengthOf, type StageTimes, stageTimes } from './stage-times.ts';
import { type MeasuredBefore, type SeenTrial, seenTrials } from './trial-view.ts';

export type FindOptions = {
  readonly budgetMs: number;
  readonly plan: Plan;
  readonly seed: number;
  /** What the caller allows at most; absent: the plan's own largest loads. */
  readonly ceiling?: LoadCeiling;
};

/** A think time beyond this would let a short stage see too little: the ladder goes without, and N* is converted. */
export const shortThinkTimeMs = 250;
const noThinkTime: ThinkTime = { kind: 'uniform', minMs: 0, maxMs: 0 };
/** An open plan names no users. */
const usersOfOpenPlan = 1000;
/** Of the budget: what a ladder without a plateau may take of the rates' time. */
const overrunShare = 0.08;
const leastHoldSeconds = 2;
/** Kept free for the last answers. */
const longestDrainMs = 3000;

/** The think time that the users of a ladder have. */
export function ladderThinkTime(plan: Plan): ThinkTime {
  const given = plan.load.kind === 'closed' ? plan.load.thinkTime : noThinkTime;
  const mean = meanThinkTimeMs(given);
  return mean !== null && mean <= shortThinkTimeMs ? given : noThinkTime;
}

/** One user alone, however fast the answers, stays below the rate: 1/(R + Z) < 1/Z ≤ rate. */
function pacedThinkTime(given: ThinkTime, maxRate: number): ThinkTime {
  if (maxRate >= limits.ratePerSecond) return given;
  const leastMs = 1000 / maxRate;
  const mean = meanThinkTimeMs(given);
  return mean !== null && mean >= leastMs ? given : { kind: 'uniform', minMs: leastMs, maxMs: leastMs };
}

/**
 * Searches where a target breaks (docs/methods.md, "Where does it break?"): a ladder of users, stages that narrow the
 * knee, rates about the highest within the SLA, a light load to see it recover, and the recommended limit held.
 */
export function findPlanner(options: FindOptions): SearchPlanner {
  const { plan, seed } = options;
  const promises = promisesOf(plan).length > 0;
  const budget = findBudget(options.budgetMs, promises);
  const bounds = boundsOf(options);
  const thinkTime = pacedThinkTime(ladderThinkTime(plan), bounds.maxRate);
  const measured: MeasuredBefore = new Map();
  return { next };

  function next(run: Run, elapsedMs: number): SearchStep {
    const seen = seenTrials(run, measured);
    const afterMs = Math.max(elapsedMs, run.stages[run.stages.length - 1]?.endMs ?? 0);
    const [ladder, rates] = [measurementsOf(seen, 'ladder'), measurementsOf(seen, 'rate')];
    if (seen.some(({ trial: { kind } }) => kind === 'hold')) return done('the recommended limit was held');
    const last = seen[seen.length - 1];
    const lies = last !== undefined && fallen(last.measurement, plan) === 'down';
    if (lies && last.trial.kind === 'recovery') return done('the target did not come back');
    if (lies && last.measurement.users === 1) return done('one user alone gets no answers');
    if (lies) return recover();
    if (last?.trial.kind !== 'recovery') return searchStep() ?? recover();
    const downs = seen.filter(({ measurement }) => fallen(measurement, plan) === 'down').length;
    const before = seen[seen.length - 2];
    const early = before !== undefined && fallen(before.measurement, plan) === 'down';
    // A target that fell over and came back is asked again, below where it fell; one that falls twice is left alone.
    return (early && downs < 2 ? searchStep() : null) ?? hold();

    function searchStep(): SearchStep | null {
      const rung =
        rates.length > 0
          ? null
          : nextLadderStage(ladder, plan, {
              ...bounds,
              thinkTimeMs: meanThinkTimeMs(thinkTime) ?? 0,
              leftMs: budget.ladderUntilMs - afterMs,
              overrunMs: overrunShare * options.budgetMs,
              coarse: options.budgetMs < shortBudgetMs,
            });
      if (rung !== null) {
        return trial('ladder', rung.because, stageTimes(afterMs, rung.settleAtLeastMs, rung.seconds), {
          users: rung.users,
        });
      }
      if (!promises || missedAlone(ladder, plan)) return null;
      const points = loadPoints(ladder, 'closed');
      const saturated = bracket(points)?.firstBad != null;
      const highest = points.reduce((most, p) => Math.max(most, p.rate), 0);
      // The highest of noisy stages is more than the target can do; the plateau through all of them is not.
      const top = kneePrecision(points)?.maxRate ?? highest;
      if (!(top > 0)) return null;
      const step = nextRate(rates, plan, {
        maxThroughput: Math.min(top, highest),
        saturated,
        maxRate: bounds.maxRate,
        leftMs: budget.ratesUntilMs - afterMs,
        ofMs: budget.ratesUntilMs - ladderEnd(),
      });
      if (step === null) return null;
      return trial('rate', step.because, stageTimes(afterMs, step.settleAtLeastMs, step.seconds), {
        rate: step.ratePerSecond,
      });
    }

    function ladderEnd(): number {
      return seen.findLast(({ trial: { kind } }) => kind === 'ladder')?.stage.endMs ?? 0;
    }

    function recover(): SearchStep {
      const light = ladder[0]?.users ?? 1;
      const wholeSeconds = Math.max(1, Math.floor((budget.recoveryMs - 1200) / 1000));
      const times = stageTimes(afterMs, 300, wholeSeconds);
      if (afterMs + lengthOf(times) > options.budgetMs + 500) return done('the time is used up');
      return trial('recovery', 'a light load again: does the target come back?', times, { users: light });
    }

    function hold(): SearchStep {
      const limit = recommended(run, seed);
      if (limit === null) return done('nothing can be recommended, so nothing is held');
      const slowest = Math.max(0, ...rates.map(({ total }) => total.responseTime?.p99 ?? 0));
      const leftMs = options.budgetMs - afterMs - Math.min(longestDrainMs, slowest);
      const wholeSeconds = Math.floor(Math.min(longestHoldMs, leftMs - 1800) / 1000);
      if (wholeSeconds < leastHoldSeconds) return done('no time is left to hold the recommended limit');
      const settled = stageTimes(afterMs, Math.min(2000, leftMs / 10), wholeSeconds);
      const over = Math.ceil(Math.max(0, lengthOf(settled) - leftMs) / 1000);
      const times = { ...settled, durationMs: settled.durationMs - over * 1000 };
      const amount = limit.users === undefined ? rateWords(limit.rate) : count(limit.users, 'user');
      return trial(
        'hold',
        `the recommended limit, ${amount}, for ${secondsWords(wholeSeconds - over)}`,
        times,
        limit,
      );
    }

    function trial(
      kind: 'ladder' | 'rate' | 'recovery' | 'hold',
      because: string,
      times: StageTimes,
      load: { readonly users: number } | { readonly rate: number; readonly users?: undefined },
    ): SearchStep {
      const order: TrialOrder = {
        trial: { kind },
        because,
        closed: load.users === undefined ? null : { users: load.users, thinkTime, weights: null },
        open: load.users === undefined ? { ratePerSecond: load.rate, weights: null } : null,
        ...times,
      };
      return { kind: 'trial', order, of: run.stages.length + remaining(kind, lengthOf(times)) };
    }

    /** This stage and, by its length, those to come. */
    function remaining(kind: Trial['kind'], lengthMs: number): number {
      if (kind === 'hold') return 1;
      if (kind === 'recovery') return 2;
      const untilMs = promises ? budget.ratesUntilMs : budget.ladderUntilMs;
      return Math.max(1, Math.round((untilMs - afterMs) / Math.max(2000, lengthMs))) + 2;
    }

    function done(because: string): SearchStep {
      return { kind: 'done', because };
    }
  }
}

function recommended(
  run: Run,
  seed: number,
): { readonly users: number } | { readonly rate: number; readonly users?: undefined } | null {
  const split = splitRun(run);
  const { recommendedLimit: limit } = analyseCapacity(
    split.measurements,
    split.run.plan,
    seed,
    searchStages(split),
  );
  if (limit === null) return null;
  if (limit.users !== null) return { users: limit.users };
  return limit.rate === null ? null : { rate: limit.rate };
}

function measurementsOf(seen: readonly SeenTrial[], kind: Trial['kind']): readonly StageMeasurement[] {
  return seen.flatMap(({ trial, measurement }) => (trial.kind === kind ? [measurement] : []));
}

function boundsOf({ plan: { load }, ceiling = {} }: FindOptions): { maxUsers: number; maxRate: number } {
  const planned = load.kind === 'closed' ? load.stages.map(({ users }) => users) : [];
  const plannedRates = load.kind === 'open' ? load.stages.map(({ ratePerSecond }) => ratePerSecond) : [];
  const maxUsers = ceiling.users ?? (planned.length > 0 ? Math.max(...planned) : usersOfOpenPlan);
  const maxRate = ceiling.ratePerSecond ?? (plannedRates.length > 0 ? Math.max(...plannedRates) : Infinity);
  return {
    maxUsers: Math.max(1, Math.min(maxUsers, limits.users)),
    maxRate: Math.min(maxRate, limits.ratePerSecond),
  };
}
