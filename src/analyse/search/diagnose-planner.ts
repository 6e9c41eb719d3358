import type { Plan } from '../../plan/plan.ts';
import type { NotRun, Trial } from '../../record/trial.ts';
import { nextCoupling, soloOfFree } from './diagnose-coupling.ts';
import { firstRungAgain, longRung, nextRung, sameRung } from './diagnose-ladder.ts';
import { orderOf, type SearchCeiling, type Wish } from './diagnose-orders.ts';
import {
  heldWithoutWaiting,
  keys,
  moreWorkers,
  recovery,
  reuse,
  rows,
  singleUser,
  sizes,
  steps,
} from './diagnose-probes.ts';
import { type DiagnoseView, diagnoseViewOf } from './diagnose-view.ts';
import type { SearchPlanner, SearchStep } from './search.ts';
import type { MeasuredBefore } from './trial-view.ts';

export type DiagnoseOptions = {
  readonly budgetMs: number;
  /** With its probes (`withProbes`), as it stands in the run. */
  readonly plan: Plan;
  readonly seed: number;
  readonly ceiling?: SearchCeiling;
  readonly allow: {
    /** P7: writes to one row. */
    readonly writes: boolean;
    /** Rates beyond what the target carried, although it refused nothing. */
    readonly bursts: boolean;
  };
};

/** Below this budget: fewer rungs, one held endpoint, no repetitions. */
const briefBudgetMs = 100_000;
/** The ladder may take so much of it. */
const ladderShare = 0.5;
/** For the last answers and the order to the workers, ms. */
const betweenMs = 300;
const recoveryMs = 6800;
const shortestSeconds = 5;
/** Never more users than the plan's highest stage times this, unless it names few. */
const beyondPlan = 2;
const fewUsers = 128;

/**
 * Chooses the stages of a diagnosis: what a single user meets, a ladder of the plan's mix, and then only what these
 * left open (docs/methods.md, "Probes as built"). Pure: the same run and time give the same step.
 */
export function diagnosePlanner(options: DiagnoseOptions): SearchPlanner {
  const { plan, budgetMs } = options;
  const measured: MeasuredBefore = new Map();
  const brief = budgetMs < briefBudgetMs;
  const bounds = { maxUsers: maxUsersOf(plan, options.ceiling ?? {}), brief };
  const ceiling = { users: bounds.maxUsers, ratePerSecond: maxRateOf(plan, options.ceiling ?? {}) };
  return {
    next: (run, elapsedMs) => {
      const view = diagnoseViewOf(run, plan, measured);
      const given = { ...options, brief, bounds, ceiling, view, cores: run.environment.cores, elapsedMs };
      return step(given) ?? done(given);
    },
  };

  function done(given: Given): SearchStep {
    const { view } = given;
    const missing = [...new Set([...wishes(given)].map(({ trial }) => probeNames[trial.kind]))];
    return {
      kind: 'done',
      because: isDown(view)
        ? 'the target did not come back: no more load'
        : missing.length > 0
          ? `the budget of ${Math.round(budgetMs / 1000)} s is used up; a longer one would look further`
          : 'what could be asked was asked',
      notRun: [
        ...missing.map((probe) => ({ probe, because: 'the budget was used up' })),
        ...notAllowed(view, options.allow),
      ],
    };
  }
}

const probeNames: Readonly<Record<Trial['kind'], string>> = {
  ladder: 'a higher rung of the ladder',
  rate: 'a rate',
  hold: 'a hold',
  recovery: 'the light load after the heavy ones',
  'single-user': 'more requests of a single user',
  solo: 'one endpoint alone',
  coupling: 'one endpoint held, the others beside it',
  reuse: 'connections used again and new ones',
  keys: 'the same key and conditional requests',
  sizes: 'results of several sizes',
  rows: 'writes to one row and to spread rows',
  step: 'a step of the rate',
  workers: 'more workers',
};

/** Probes that would have told something, and need somebody's leave; and what cannot be asked at all. */
function notAllowed(view: DiagnoseView, allow: DiagnoseOptions['allow']): readonly NotRun[] {
  const { plan, saturation, refused } = view;
  const inFlows = plan.endpoints.filter(({ flow }) => flow !== undefined).map(({ name }) => name);
  return [
    ...(!allow.writes && rows(view) !== null
      ? [{ probe: probeNames.rows, because: 'it changes data: allow it with --allow-writes' }]
      : []),
    ...(!allow.bursts && !refused && saturation !== null
      ? [{ probe: probeNames.step, because: 'it could hurt: allow it with --allow-bursts' }]
      : []),
    ...(inFlows.length > 0
      ? [{ probe: probeNames.solo, because: `${inFlows.join(', ')}: filled by a flow, never asked alone` }]
      : []),
  ];
}

type Given = DiagnoseOptions & {
  readonly brief: boolean;
  readonly bounds: { readonly maxUsers: number; readonly brief: boolean };
  readonly ceiling: SearchCeiling;
  readonly view: DiagnoseView;
  /** Of this machine; null: not known. */
  readonly cores: number | null;
  readonly elapsedMs: number;
};

/** The first wish that the budget still holds. */
function step(given: Given): SearchStep | null {
  const { view, plan, ceiling, elapsedMs, budgetMs } = given;
  for (const wish of wishes(given)) {
    const reserveMs = wish.trial.kind === 'recovery' || !needsRecovery(view, wish) ? 0 : recoveryMs;
    const leftMs = budgetMs - elapsedMs - reserveMs - betweenMs;
    const order = [wish.seconds, shortestSeconds]
      .filter((seconds) => seconds === wish.seconds || (wish.whole !== true && seconds < wish.seconds))
      .map((seconds) => orderOf({ ...wish, seconds }, plan, ceiling, elapsedMs))
      .find(({ settleMs, durationMs }) => settleMs + durationMs <= leftMs);
    if (order === undefined) continue;
    const of = view.stages.length + 1 + (needsRecovery(view, wish) ? 1 : 0);
    return { kind: 'trial', order, of };
  }
  return null;
}

function needsRecovery({ stages }: DiagnoseView, wish: Wish): boolean {
  return (wish.closed?.users ?? 9) > 4 || stages.some(({ users }) => (users ?? 0) > 4);
}

/** What one would like to know next, the most telling first. */
function* wishes(given: Given): Generator<Wish> {
  const { view, bounds, brief, allow, elapsedMs, budgetMs } = given;
  const back = recovery(view);
  if (view.died !== null && back !== null && lastStageDied(view)) {
    yield back;
    return;
  }
  if (isDown(view)) return;
  yield* one(singleUser(view, brief));
  if (elapsedMs < ladderShare * budgetMs) {
    yield* one(nextRung(view, bounds));
    if (!brief) yield* one(sameRung(view, bounds));
    yield* one(firstRungAgain(view, bounds));
  }
  if (view.refused) yield* one(steps(view, allow.bursts));
  const calm = view.died === null;
  if (!brief && calm) yield* one(moreWorkers(view, given.cores));
  if (view.drifts && calm) yield* one(longRung(view, brief));
  if (view.saturation !== null && !view.drifts && calm) yield* one(nextCoupling(view, bounds));
  if (!brief) yield* one(heldWithoutWaiting(view));
  if (brief) yield* one(sameRung(view, bounds));
  yield* one(sizes(view));
  yield* one(keys(view));
  yield* one(reuse(view));
  if (brief) yield* one(heldWithoutWaiting(view));
  // Nothing is full: what comes now and then is what is left to be seen.
  if (brief && calm && view.saturation === null) yield* one(longRung(view, brief));
  if (allow.writes && calm) yield* one(rows(view));
  if (!brief && calm) yield* one(longRung(view));
  if (!brief && calm && !view.drifts) yield* one(soloOfFree(view, bounds));
  if (!view.refused) yield* one(steps(view, allow.bursts));
  yield* one(back);
}

function* one(wish: Wish | null): Generator<Wish> {
  if (wish !== null) yield wish;
}

function lastStageDied({ died, stages }: DiagnoseView): boolean {
  return died !== null && died.index === stages.at(-1)?.index;
}

/** Not even a light load is answered any more. */
function isDown({ stages }: DiagnoseView): boolean {
  const last = stages.at(-1);
  if (last?.trial?.kind !== 'recovery') return false;
  return last.total.ok < 0.5 * Math.max(1, last.total.count);
}

function maxUsersOf({ load, readiness }: Plan, { users = Number.POSITIVE_INFINITY }: SearchCeiling): number {
  const planned = load.kind === 'closed' ? Math.max(0, ...load.stages.map((stage) => stage.users)) : 0;
  return Math.min(users, Math.max(beyondPlan * planned, readiness.users ?? 0, fewUsers));
}

function maxRateOf({ load }: Plan, { ratePerSecond = Number.POSITIVE_INFINITY }: SearchCeiling): number {
  if (load.kind === 'closed') return ratePerSecond;
  const planned = Math.max(0, ...load.stages.map((stage) => stage.ratePerSecond));
  return Math.min(ratePerSecond, planned > 0 ? beyondPlan * planned : Number.POSITIVE_INFINITY);
}
