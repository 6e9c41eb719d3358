import type { Wish } from './diagnose-orders.ts';
import { type DiagnoseView, planThinkMs, slowdownOf } from './diagnose-view.ts';
import type { StageFigures } from './stage-figures.ts';

export type LadderBounds = {
  readonly maxUsers: number;
  /** Few rungs, and none beyond the first that brought no more, unless it brought less. */
  readonly brief: boolean;
};

/** Requests per second from which a short stage tells something. */
const tellingRate = 15;
const [briefSeconds, seconds] = [5, 6];
/** So many loads at which requests are refused show what kind of limit it is; more would only be refused faster. */
const refusingRungs = 2;
const mostRepeated = 3;
/** Five blocks of 4 s, several of most periods. */
const longSeconds = 22;
/** In brief: what comes every two seconds is seen five times. */
const briefLongSeconds = 11;
const shortestLongSeconds = 10;
const driftSeconds = 32;
const uprightSlowdown = 1.5;
const growth = 1.05;
/** Throughput beyond the limit below this share of the highest one has fallen. */
const fallen = 0.9;
/** Throughput below this share of its peak fell; one load alone may be a chance. */
const fell = 0.93;

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
    if ((brief || past >= 3) && !fallsOnce(ladder, saturation.okRate)) return null;
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

/** The highest load, and no other beyond the peak, brought less: does it go on falling? */
function fallsOnce(ladder: readonly StageFigures[], peakRate: number): boolean {
  const peak = ladder.findIndex(({ total }) => total.okRate === peakRate);
  const beyond = ladder.slice(peak + 1);
  const fallen = beyond.filter(({ total }) => total.okRate < fell * peakRate);
  return fallen.length === 1 && fallen[0] === beyond.at(-1);
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

/**
 * Everything slowed down, and throughput grew all the same, or it fell: the first load once more, before anybody is
 * suspected. What is as slow now was slowed by time, not by load.
 */
export function firstRungAgain(view: DiagnoseView, { brief }: LadderBounds): Wish | null {
  const { ladder, died, saturation } = view;
  const [first] = ladder;
  if (first === undefined || died !== null || saturation === null) return null;
  const fell = saturation.stage.total.okRate < fallen * saturation.okRate;
  if (saturation.kind !== 'waiting' && !fell) return null;
  if (ladder.filter(({ users }) => users === first.users).length > 1) return null;
  const users = first.users ?? 1;
  return rung(
    users,
    first.total.meanMs,
    planThinkMs(view.plan),
    brief,
    `${usersText(users)} once more: was it the load, or the time?`,
  );
}

/**
 * The load that brought most without a crowd, held several times as long: what comes now and then, or grows with time,
 * a short stage does not show. Twice, where the first one grew. Null: done, or nothing stood upright.
 */
export function longRung(view: DiagnoseView, brief = false): Wish | null {
  const { ladder, died, drifts } = view;
  if (died !== null) return null;
  const long = ladder.filter(isLong);
  const [first] = ladder;
  const unloaded = first === undefined ? 1 : Math.max(1, slowdownOf(first, view.single));
  const upright = ladder.filter(
    (stage) => !isLong(stage) && (drifts || slowdownOf(stage, view.single) < uprightSlowdown * unloaded),
  );
  const best = upright.toSorted((a, b) => b.total.okRate - a.total.okRate)[0];
  const load = long[0] ?? best;
  if (load === undefined || long.length >= 2) return null;
  if (long.length === 1 && !drifts && !long.some(grew)) return null;
  const users = load.users ?? 1;
  const wish = rung(
    users,
    load.total.meanMs,
    planThinkMs(view.plan),
    false,
    long.length === 0
      ? `${usersText(users)} for longer: does anything come now and then, or grow with time?`
      : `${usersText(users)} once more: does it go on growing?`,
  );
  if (brief) return { ...wish, seconds: briefLongSeconds, whole: true };
  return { ...wish, seconds: drifts || long.length > 0 ? driftSeconds : longSeconds };
}

function isLong({ seconds: length }: StageFigures): boolean {
  return length > shortestLongSeconds;
}

/** The means of its last third lie above those of its first. */
function grew({ thirds: [first, , last] }: StageFigures): boolean {
  return first > 0 && last >= growth * first;
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
