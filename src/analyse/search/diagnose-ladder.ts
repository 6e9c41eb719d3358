import type { Wish } from './diagnose-orders.ts';
import { type DiagnoseView, planThinkMs } from './diagnose-view.ts';

export type LadderBounds = {
  readonly maxUsers: number;
  /** Few rungs, and none beyond the first that brought no more. */
  readonly brief: boolean;
};

/** Requests per second from which a short stage tells something. */
const tellingRate = 15;
const [briefSeconds, seconds] = [5, 6];
/** So many loads at which requests are refused show what kind of limit it is; more would only be refused faster. */
const refusingRungs = 2;
const mostRepeated = 3;

/**
 * The next stage of the whole mix; null: the ladder is done. It begins with one user, or, where users think, with as many
 * as bring some requests per second without waiting for each other; and it ends two loads past a plateau.
 */
export function nextRung(view: DiagnoseView, { maxUsers, brief }: LadderBounds): Wish | null {
  const { ladder, saturation, died, stages } = view;
  const thinkMs = planThinkMs(view.plan);
  const last = ladder.at(-1);
  if (last === undefined) {
    const tried = stages.some(({ trial }) => trial?.kind === 'ladder');
    if (tried) return null;
    const users = Math.min(maxUsers, firstLoad(view, thinkMs));
    return rung(users, 0, thinkMs, brief, `${usersText(users)}: the plan's mix without a crowd`);
  }
  const top = last.users ?? 1;
  if (died !== null || maxUsers < 1.5 * top) return null;
  const refusing = ladder.filter(({ total }) => total.refused >= Math.max(5, 0.02 * total.count));
  if (refusing.length >= refusingRungs) return null;
  if (saturation?.kind === 'plateau') {
    const past = ladder.filter(({ total }) => total.okRate >= 0.8 * saturation.okRate).length;
    if (brief || past >= 3) return null;
  }
  const users = Math.min(maxUsers, Math.round(brief ? top * 4 : stepUp(top)));
  const expectedMs = Math.max(last.total.meanMs, (users / Math.max(0.1, last.total.okRate)) * 1000 - thinkMs);
  return rung(
    users,
    last.total.okRate > 0 ? Math.min(expectedMs, (last.total.meanMs * users) / top) : 0,
    thinkMs,
    brief,
    `${usersText(users)}: does throughput still grow?`,
  );
}

/** A load that was disturbed, once more, the highest first: what stands still must be seen without doubt. Null: none. */
export function sameRung(view: DiagnoseView, { brief }: LadderBounds): Wish | null {
  const { ladder, disturbed, died } = view;
  if (died !== null) return null;
  const repeated = ladder.length - new Set(ladder.map(({ users }) => users)).size;
  if (repeated >= (brief ? 1 : mostRepeated)) return null;
  const at = (load: number | null) => ladder.filter(({ users }) => users === load);
  const stage = ladder.findLast(({ index, users }) => disturbed.has(index) && at(users).length === 1);
  if (stage === undefined) return null;
  const users = stage.users ?? 1;
  return rung(
    users,
    stage.total.meanMs,
    planThinkMs(view.plan),
    brief,
    `${usersText(users)} once more: the generator was disturbed`,
  );
}

function rung(users: number, expectedMs: number, thinkMs: number, brief: boolean, because: string): Wish {
  return {
    trial: { kind: 'ladder' },
    because,
    closed: { users, weights: null },
    settleMs: Math.min(4000, 600 + 2 * expectedMs + Math.min(1500, thinkMs / 2)),
    seconds: brief ? briefSeconds : seconds,
  };
}

/** So many that they bring some requests per second, and on average at most one of them waits for an answer. */
function firstLoad({ single, alone }: DiagnoseView, thinkMs: number): number {
  const times = alone.flatMap((index) => single.get(index)?.meanMs ?? []);
  const meanMs = times.length === 0 ? 20 : times.reduce((sum, ms) => sum + ms, 0) / times.length;
  const cycleMs = meanMs + thinkMs;
  const inFlight = Math.floor(cycleMs / Math.max(0.1, meanMs));
  return Math.max(1, Math.min(Math.ceil((tellingRate * cycleMs) / 1000), inFlight));
}

/** 1, 2, 5, 10, 20, 50, …; from in between about twice as many. */
function stepUp(users: number): number {
  const decade = 10 ** Math.floor(Math.log10(users));
  return ([2, 5, 10].find((step) => step * decade >= 1.9 * users) ?? 20) * decade;
}

function usersText(users: number): string {
  return `${users} ${users === 1 ? 'user' : 'users'}`;
}
