import { type Wish, weightsOf } from './diagnose-orders.ts';
import { clamp } from './diagnose-probes.ts';
import { type DiagnoseView, isDone, isHarmless, type Slowed } from './diagnose-view.ts';
import type { StageFigures } from './stage-figures.ts';

export type CouplingBounds = {
  readonly maxUsers: number;
  readonly brief: boolean;
};

/** Of each probed endpoint, requests per second at most; and how many are wanted. */
const mostPerSecond = 3;
const wantedProbes = 20;
/** Of what is worked on at once they may keep so much busy, all together. */
const mostBusy = 0.15;
/** Waited with the held endpoint by less than this share, in time and in factor: it waits for something else. */
const apartShare = 0.3;
const mostSoloStages = 3;
const mostSuspects = 3;
/** Endpoints that are asked alone before no more are suspected. */
const mostAsked = 6;
/** Alone with more users than the mix keeps busy, and hardly slower than for one: it is not what is full. */
const aloneSlowdown = 1.4;
/** A held endpoint waits for N − 1, who asks beside it for N: with eight users these differ by an eighth at most. */
const fewestHeld = 8;

/**
 * P2 and P3. A suspect alone at rising loads until it brings no more, then held there while everybody else is asked now
 * and then: who waits with it? Where somebody slow did not, that one is held next. Null: nothing of it is open.
 */
export function nextCoupling(view: DiagnoseView, bounds: CouplingBounds): Wish | null {
  for (const suspect of suspectsOf(view, bounds.brief ? 1 : mostSuspects)) {
    const { endpoint } = suspect;
    if (isDone(view, (trial) => trial.kind === 'coupling' && trial.held === endpoint)) continue;
    const solo = soloOf(view, suspect);
    const next = bounds.brief && solo.stages.length > 0 ? null : nextSolo(view, suspect, solo, bounds);
    if (next !== null) return next;
    // Alone it never came to its limit: what it waits for, others fill. In brief one load must do to see it.
    if (bounds.brief ? !solo.waits : solo.stages.length > 0 && !solo.saturated) continue;
    return hold(view, suspect, solo, bounds);
  }
  return null;
}

/** P2 of one that the load did not slow: it is free of what the others wait for, or only seldom asked. */
export function soloOfFree(view: DiagnoseView, { maxUsers }: CouplingBounds): Wish | null {
  const { plan, alone, slowed, single, stages, parallelism } = view;
  if (slowed.length === 0) return null;
  const free = alone
    .filter((index) => isHarmless(plan, index) && slowed.every(({ endpoint }) => endpoint !== index))
    .toSorted((a, b) => (single.get(b)?.meanMs ?? 0) - (single.get(a)?.meanMs ?? 0) || a - b)[0];
  if (free === undefined) return null;
  if (stages.some(({ trial }) => trial?.kind === 'solo' && trial.endpoint === free)) return null;
  return {
    trial: { kind: 'solo', endpoint: free },
    because: `${nameOf(view, free)} did not slow down: does it carry more alone?`,
    closed: {
      users: Math.ceil(clamp(3 * parallelism, 6, maxUsers)),
      weights: weightsOf(plan, [free]),
    },
    settleMs: 800,
    seconds: 5,
  };
}

/**
 * Those that slowed down, the longest of them first: it fills what they share with the fewest users. Then who did not
 * wait with the ones that were held. Harmless ones go before writes.
 */
function suspectsOf(view: DiagnoseView, most: number): readonly Slowed[] {
  const bySingle = view.slowed.toSorted(
    (a, b) =>
      Number(isHarmless(view.plan, b.endpoint)) - Number(isHarmless(view.plan, a.endpoint)) ||
      b.singleMs - a.singleMs ||
      a.endpoint - b.endpoint,
  );
  const suspects: Slowed[] = [];
  let asked = 0;
  for (const one of bySingle) {
    const solo = soloOf(view, one);
    asked += solo.stages.length > 0 ? 1 : 0;
    if (solo.stages.length > 0 && !solo.waits) continue;
    if (suspects.length >= most || (solo.stages.length === 0 && asked >= mostAsked)) break;
    if (suspects.every(({ endpoint }) => isApart(view, endpoint, one.endpoint))) suspects.push(one);
  }
  return suspects;
}

/** True: while `held` was held, the other one did not wait with it, or `held` itself did not wait. */
function isApart(view: DiagnoseView, held: number, other: number): boolean {
  const stage = coupled(view, held);
  const single = view.single;
  if (stage === undefined) {
    // It was not held, since alone it never came to its limit: another one is asked in its place.
    const solo = soloOf(view, { endpoint: held, singleMs: single.get(held)?.meanMs ?? 0 });
    return solo.stages.length > 0 && !solo.saturated;
  }
  const heldMs = single.get(held)?.meanMs ?? 0;
  const heldAdded = (stage.endpoints[held]?.meanMs ?? 0) - heldMs;
  if (heldAdded < 0.5 * heldMs) return true;
  const probed = stage.endpoints[other];
  if (probed === undefined || probed.ok < 5) return false;
  const otherMs = single.get(other)?.meanMs ?? 0;
  const added = probed.meanMs - otherMs;
  return added < apartShare * heldAdded && added * heldMs < apartShare * heldAdded * otherMs;
}

type Solo = {
  readonly stages: readonly StageFigures[];
  readonly saturated: boolean;
  /** It had to wait for itself when it was asked by many. */
  readonly waits: boolean;
  /** Highest throughput, and the users at which it would be reached without waiting; at least 1. */
  readonly okRate: number;
  readonly knee: number;
};

function soloOf(
  { stages }: DiagnoseView,
  { endpoint, singleMs }: Pick<Slowed, 'endpoint' | 'singleMs'>,
): Solo {
  const own = stages
    .filter(({ trial }) => trial?.kind === 'solo' && trial.endpoint === endpoint)
    .toSorted((a, b) => (a.users ?? 0) - (b.users ?? 0));
  const okRate = Math.max(0, ...own.map(({ total }) => total.okRate));
  const last = own.at(-1);
  const before = own.at(-2);
  const stands =
    last !== undefined &&
    before !== undefined &&
    last.total.okRate <= before.total.okRate * ((last.users ?? 1) / (before.users ?? 1)) ** 0.35;
  return {
    stages: own,
    saturated: stands,
    waits: last === undefined || last.total.meanMs >= aloneSlowdown * singleMs,
    okRate,
    knee: Math.max(1, (okRate * singleMs) / 1000),
  };
}

function nextSolo(
  view: DiagnoseView,
  { endpoint }: Slowed,
  { stages, saturated, waits }: Solo,
  { maxUsers, brief }: CouplingBounds,
): Wish | null {
  const top = stages.at(-1)?.users ?? 0;
  if (saturated || !waits || stages.length >= mostSoloStages || top >= maxUsers) return null;
  const users = Math.min(
    maxUsers,
    Math.ceil(
      top > 0 ? 2.5 * top : clamp((brief ? 2.5 : 1.5) * view.parallelism, brief ? 6 : 4, maxUsers / 2),
    ),
  );
  const name = nameOf(view, endpoint);
  return {
    trial: { kind: 'solo', endpoint },
    because:
      top === 0
        ? `${name} slows down: how much does it carry alone?`
        : `${name} alone at ${users} users: does it bring more?`,
    closed: { users, weights: weightsOf(view.plan, [endpoint]) },
    settleMs: 800,
    seconds: brief ? 5 : 7,
  };
}

function hold(
  view: DiagnoseView,
  { endpoint, singleMs }: Slowed,
  solo: Solo,
  { maxUsers, brief }: CouplingBounds,
): Wish | null {
  const { plan, alone, controls, single } = view;
  const others = [...alone.filter((index) => index !== endpoint), ...controls];
  if (others.length === 0) return null;
  const knee = solo.stages.length > 0 ? solo.knee : view.parallelism;
  const users = Math.ceil(clamp(3 * knee, Math.min(fewestHeld, maxUsers), maxUsers));
  const busyMs = others.reduce((sum, index) => sum + (single.get(index)?.meanMs ?? 50), 0);
  const each = clamp((mostBusy * knee * 1000) / Math.max(1, busyMs), 1, mostPerSecond);
  const waitMs = (users / Math.max(1, knee)) * singleMs;
  const first = !view.stages.some(({ trial }) => trial?.kind === 'coupling');
  const name = nameOf(view, endpoint);
  return {
    trial: { kind: 'coupling', held: endpoint },
    because: first
      ? `${name} held at ${users} users: who waits with it?`
      : `${name} did not wait with the others: who waits with it? (${users} users)`,
    closed: { users, weights: weightsOf(plan, [endpoint]) },
    open: { ratePerSecond: each * others.length, weights: weightsOf(plan, others) },
    settleMs: Math.min(4000, 800 + 2 * waitMs),
    seconds: clamp(Math.ceil(wantedProbes / each), brief ? 6 : 8, brief ? 8 : 20),
  };
}

function coupled({ stages }: DiagnoseView, held: number): StageFigures | undefined {
  return stages.findLast(({ trial }) => trial?.kind === 'coupling' && trial.held === held);
}

function nameOf({ plan }: DiagnoseView, index: number): string {
  return plan.endpoints[index]?.name ?? `endpoint ${index}`;
}
