import { median } from '../diagnosis/contrast.ts';
import type { Wish } from './diagnose-orders.ts';
import { weightsOf } from './diagnose-orders.ts';
import { type DiagnoseView, isDone, isHarmless, madeOf, probesOf } from './diagnose-view.ts';

/** What an endpoint must take to be worth a question of its own: times the control's, and ms. */
const large = { factor: 3, ms: 5 };
/** So much longer than the others that it is asked once only. */
const long = { factor: 8, ms: 300 };
const wantedSingle = 50;
const wantedEach = 30;
const mostSingle = 3;
const wantedOfHeld = 1500;
/** A generator that is busy for less of the time could have sent more. */
const busyGenerator = 0.5;
/** Of the users that fill it: so many are served at once, and leave a place. */
const withoutWaiting = 0.75;

/** P1. Null: every endpoint was asked often enough, or as often as the time allows. */
export function singleUser(view: DiagnoseView, brief: boolean): Wish | null {
  const { plan, alone, controls, single } = view;
  const { made, sound } = madeOf(view, ({ kind }) => kind === 'single-user');
  const trial = { kind: 'single-user' } as const;
  const asked = [...alone, ...controls];
  if (sound === 0 && made < mostSingle) {
    return {
      trial,
      because:
        made === 0
          ? 'one user: what does each request cost without waiting?'
          : 'one user once more: the generator was disturbed',
      closed: { users: 1, weights: alone.length === 0 ? null : weightsOf(plan, asked) },
      settleMs: 500,
      seconds: brief ? 5 : 8,
    };
  }
  if (brief || sound !== 1 || made >= mostSingle) return null;
  const typicalMs = median(asked.flatMap((index) => single.get(index)?.meanMs ?? [])) ?? 0;
  // One that takes a second would leave no time for the others; loads without a crowd tell its time as well.
  const isLong = (index: number) =>
    (single.get(index)?.meanMs ?? 0) >= Math.max(long.ms, long.factor * typicalMs);
  const few = asked.filter((index) => (single.get(index)?.ok ?? 0) < wantedSingle && !isLong(index));
  const neededMs = few.reduce((sum, index) => {
    const { ok, meanMs } = single.get(index) ?? { ok: 0, meanMs: 500 };
    return sum + (wantedSingle - ok) * meanMs;
  }, 0);
  if (few.length === 0) return null;
  return {
    trial,
    because: `one user: ${few.length} ${few.length === 1 ? 'endpoint was' : 'endpoints were'} seen too seldom`,
    closed: { users: 1, weights: weightsOf(plan, few) },
    settleMs: 300,
    seconds: clamp(Math.ceil(neededMs / 1000), 5, 20),
  };
}

/**
 * The held endpoint at three quarters of the load that fills it: as many at once as can be had without waiting show how
 * long a request holds what is full, sooner and under more of its load than one user after the other.
 */
export function heldWithoutWaiting(view: DiagnoseView): Wish | null {
  const { plan, stages, single, disturbed } = view;
  const held = stages.findLast(({ trial, index }) => trial?.kind === 'coupling' && !disturbed.has(index));
  if (held?.trial?.kind !== 'coupling') return null;
  const endpoint = held.trial.held;
  const singleMs = single.get(endpoint)?.meanMs ?? 0;
  const solos = stages.filter(({ trial }) => trial?.kind === 'solo' && trial.endpoint === endpoint);
  const okRate = Math.max(0, ...solos.map(({ total }) => total.okRate));
  const knee = (okRate * singleMs) / 1000;
  const users = Math.max(1, Math.floor(withoutWaiting * knee));
  if (knee <= 0 || solos.some((stage) => (stage.users ?? 0) <= knee)) return null;
  return {
    trial: { kind: 'solo', endpoint },
    because: `${plan.endpoints[endpoint]?.name ?? ''} at ${users} ${users === 1 ? 'user' : 'users'}, so that none waits: how long does a request hold what is full?`,
    closed: { users, weights: weightsOf(plan, [endpoint]) },
    settleMs: 600,
    seconds: clamp(Math.ceil((wantedOfHeld * singleMs) / users / 1000), 6, 20),
  };
}

/** P4: two short stages with connections used again around two with new ones. */
export function reuse(view: DiagnoseView): Wish | null {
  const { plan, stages, single } = view;
  const done = stages.filter(({ trial }) => trial?.kind === 'reuse').length;
  const reused = [true, false, false, true][done];
  if (reused === undefined || (done === 0 && !connectsOften(view))) return null;
  const fast = view.alone
    .filter((index) => isHarmless(plan, index) && probesOf(plan, 'no-reuse', index).length > 0)
    .toSorted((a, b) => (single.get(a)?.meanMs ?? 0) - (single.get(b)?.meanMs ?? 0) || a - b)
    .slice(0, 2);
  if (fast.length === 0) return null;
  const asked = reused ? fast : fast.flatMap((index) => probesOf(plan, 'no-reuse', index));
  return {
    trial: { kind: 'reuse', reused },
    because: `connections are not kept: what does it cost? (${reused ? 'used again' : 'a new one each'}, part ${done + 1} of 4)`,
    closed: { users: 1, weights: weightsOf(plan, asked) },
    settleMs: 300,
    seconds: 5,
  };
}

/**
 * Many connect anew, and it costs a part of the time. A server that closes after every answer leaves nothing to compare:
 * what connecting costs stands in every stage then.
 */
function connectsOften({ stages }: DiagnoseView): boolean {
  return stages.some(
    ({ trial, total }) =>
      (trial?.kind === 'single-user' || trial?.kind === 'ladder') &&
      total.count >= 20 &&
      total.closed < 0.9 &&
      (total.closed >= 0.2 || total.connectMs * total.connected >= 0.1 * total.meanMs),
  );
}

/** P9: the load at which throughput stands still by one worker more, between two stages by as many as always. */
export function moreWorkers(view: DiagnoseView, cores: number | null): Wish | null {
  const { plan, saturation, stages } = view;
  if (saturation?.kind !== 'plateau') return null;
  const { users, generator, total } = saturation.stage;
  const { workers, busy } = generator;
  // A second crew begins with the first row again.
  const unique = plan.endpoints.some(({ data }) =>
    Object.values(data ?? {}).some(({ order }) => order === 'unique'),
  );
  if (busy < busyGenerator || workers === 0 || workers + 1 > (cores ?? 0) || unique) return null;
  const done = stages.filter(({ trial }) => trial?.kind === 'workers').length;
  const asked = [workers, workers + 1, workers][done];
  if (asked === undefined) return null;
  return {
    trial: { kind: 'workers', workers: asked },
    because: `the generator was busy for ${Math.round(100 * busy)} % of the time: is it the limit? (${asked} ${asked === 1 ? 'worker' : 'workers'}, part ${done + 1} of 3)`,
    closed: { users: users ?? 1, weights: null },
    settleMs: Math.min(4000, 600 + 2 * total.meanMs),
    seconds: 5,
  };
}

/** P5: for what is slow for a single request, and may be asked for the same again. */
export function keys(view: DiagnoseView): Wish | null {
  const { plan } = view;
  if (isDone(view, ({ kind }) => kind === 'keys')) return null;
  const asked = largest(view, (index) =>
    [...probesOf(plan, 'same-key', index), ...probesOf(plan, 'conditional', index)].filter((probe) =>
      ['GET', 'HEAD'].includes(plan.endpoints[probe]?.method ?? ''),
    ),
  ).slice(0, 3);
  if (asked.length === 0) return null;
  const indices = asked.flatMap(({ index, probes }) => [index, ...probes]);
  return {
    trial: { kind: 'keys' },
    because: `${namesOf(view, asked)}: does the same answer come faster the second time?`,
    closed: { users: 1, weights: weightsOf(plan, indices) },
    settleMs: 300,
    seconds: secondsFor(asked),
  };
}

/** P6: for lists that are slow and can be bounded. */
export function sizes(view: DiagnoseView): Wish | null {
  const { plan } = view;
  if (isDone(view, ({ kind }) => kind === 'sizes')) return null;
  const asked = largest(view, (index) => probesOf(plan, 'size', index)).slice(0, 2);
  if (asked.length === 0) return null;
  return {
    trial: { kind: 'sizes' },
    because: `${namesOf(view, asked)}: what does each row of the list cost?`,
    closed: {
      users: 1,
      weights: weightsOf(
        plan,
        asked.flatMap(({ probes }) => probes),
      ),
    },
    settleMs: 300,
    seconds: secondsFor(asked),
  };
}

/** P7: only where the caller allows writes, and for a write that the load slowed. */
export function rows(view: DiagnoseView): Wish | null {
  const { plan, stages, slowed, parallelism } = view;
  const candidate = slowed.find(
    ({ endpoint }) => !isHarmless(plan, endpoint) && probesOf(plan, 'same-key', endpoint).length > 0,
  );
  if (candidate === undefined) return null;
  const done = stages.filter(({ trial }) => trial?.kind === 'rows').length;
  const spread = [false, true][done];
  if (spread === undefined) return null;
  const { endpoint } = candidate;
  const name = plan.endpoints[endpoint]?.name ?? '';
  return {
    trial: { kind: 'rows', endpoint, spread },
    because: `${name}: ${spread ? 'and to spread rows?' : 'how many writes a second go to one row?'}`,
    closed: {
      users: Math.ceil(clamp(3 * parallelism, 6, 24)),
      weights: weightsOf(plan, spread ? [endpoint] : probesOf(plan, 'same-key', endpoint)),
    },
    settleMs: 1000,
    seconds: 6,
  };
}

/** P8: the rate at which it refused, and twice that. */
export function steps(view: DiagnoseView, bursts: boolean): Wish | null {
  const { stages, refused, ladder, saturation } = view;
  if (!refused && !(bursts && saturation !== null)) return null;
  const done = stages.filter(({ trial }) => trial?.kind === 'step').length;
  const factor = (bursts ? [1, 2, 4] : [1, 2])[done];
  const okRate = Math.max(0, ...ladder.map(({ total }) => total.okRate));
  if (factor === undefined || okRate <= 0) return null;
  const ratePerSecond = 1.2 * factor * okRate;
  return {
    trial: { kind: 'step', factor },
    because: `${refused ? 'requests were refused: how many succeed' : 'a burst: what happens'} at ${Math.round(ratePerSecond)}/s?`,
    open: { ratePerSecond, weights: null },
    settleMs: 1500,
    seconds: 5,
  };
}

export function recovery(view: DiagnoseView): Wish | null {
  const { ladder, stages } = view;
  const already = stages.findLastIndex(({ trial }) => trial?.kind === 'recovery');
  // Where users think, the light load is many users: it is no heavy one.
  const heaviest = stages.findLastIndex(
    ({ users, trial }) =>
      trial?.kind !== 'recovery' && ((users ?? 0) > 4 || trial?.kind === 'step' || trial?.kind === 'rows'),
  );
  const users = ladder[0]?.users ?? 1;
  if (heaviest < 0 || already > heaviest) return null;
  return {
    trial: { kind: 'recovery' },
    because: 'back to a light load: does the target recover?',
    closed: { users, weights: null },
    settleMs: 700,
    seconds: 5,
  };
}

type Large = {
  readonly index: number;
  readonly probes: readonly number[];
  readonly meanMs: number;
};

/** Harmless endpoints that take long for one user, those with the most of the load's time first. */
function largest(
  { plan, alone, single, controlMs }: DiagnoseView,
  probesFor: (index: number) => readonly number[],
): readonly Large[] {
  return alone
    .flatMap((index) => {
      const probes = isHarmless(plan, index) ? probesFor(index) : [];
      const meanMs = single.get(index)?.meanMs ?? 0;
      const isLarge = meanMs >= large.ms && meanMs >= large.factor * (controlMs ?? 0);
      return probes.length > 0 && isLarge ? [{ index, probes, meanMs }] : [];
    })
    .toSorted((a, b) => b.meanMs * weight(b) - a.meanMs * weight(a) || a.index - b.index);

  function weight({ index }: Large): number {
    return plan.endpoints[index]?.weight ?? 0;
  }
}

/** Every variation about as often as wanted, at the time that the plan's own request takes. */
function secondsFor(asked: readonly Large[]): number {
  const cycleMs = asked.reduce((sum, { meanMs, probes }) => sum + meanMs * (probes.length + 1), 0);
  return clamp(Math.ceil((wantedEach * cycleMs) / 1000), 5, 12);
}

function namesOf({ plan }: DiagnoseView, asked: readonly Large[]): string {
  return asked.map(({ index }) => plan.endpoints[index]?.name ?? '').join(', ');
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
