import type { Plan } from '../../plan/plan.ts';
import { bracket } from '../capacity/growth.ts';
import { kneePrecision } from '../capacity/knee-precision.ts';
import { loadPoints } from '../capacity/load-point.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { count, number } from '../words.ts';
import { fallen } from './fallen.ts';

/** The next closed stage. */
export type LadderStep = {
  readonly users: number;
  readonly seconds: number;
  readonly settleAtLeastMs: number;
  readonly because: string;
};

export type LadderBounds = {
  readonly maxUsers: number;
  /** Requests per second that may be asked for at most; infinite: no bound. */
  readonly maxRate: number;
  readonly thinkTimeMs: number;
  /** What is left for the ladder. */
  readonly leftMs: number;
  /** What it may take beyond, to climb only. */
  readonly overrunMs: number;
  /** Short budgets take fewer rungs. */
  readonly coarse: boolean;
};

/** Requests that a stage should hold, and its length. */
const wantedRequests = 200;
const [shortestSeconds, longestSeconds] = [1, 3];
const [leastRefiningSeconds, refiningSeconds] = [2, 4];
/** The knee is known well enough if its 95 % interval is this narrow (± share). */
const narrow = 0.05;
const z95 = 1.96;
const settleMs = 400;

/** The next rung, or a stage where it narrows the knee's interval most; null: the ladder is done. */
export function nextLadderStage(
  seen: readonly StageMeasurement[],
  plan: Plan,
  bounds: LadderBounds,
): LadderStep | null {
  const first = seen[0];
  if (first === undefined) {
    return {
      users: 1,
      seconds: bounds.coarse ? longestSeconds - 1 : longestSeconds,
      settleAtLeastMs: bounds.coarse ? 800 : 2000,
      because: 'one user: warm up, then what a request costs without waiting',
    };
  }
  const fell = seen.flatMap((m) => (fallen(m, plan) === null ? [] : [m.users ?? 0]));
  const ceiling = Math.min(bounds.maxUsers, ...fell.map((users) => users - 1));
  const highest = Math.max(...seen.map((m) => m.users ?? 0));
  const points = loadPoints(seen, 'closed');
  const last = points[points.length - 1];
  if (last === undefined) return null;
  const perUser = last.rate / last.load;
  const rung = nextRung(highest, bounds.coarse);
  if (fell.length === 0 && highest < bounds.maxUsers && !plateauSeen(seen)) {
    const allowed = Math.floor(bounds.maxRate / perUser);
    const users = Math.min(rung, bounds.maxUsers, Math.max(allowed, 0));
    const rate = Math.min(perUser * users, Math.max(...points.map((p) => p.rate)) * 2.5);
    const step = stageOf(users, rate, bounds.thinkTimeMs, 'does throughput still grow?');
    if (users > highest) {
      // A ladder without a plateau answers nothing: rather a shorter stage, and a little of the time of the rates.
      const fits = Math.floor((bounds.leftMs + bounds.overrunMs - step.settleAtLeastMs - 1000) / 1000);
      return fits < shortestSeconds ? null : { ...step, seconds: Math.min(step.seconds, fits) };
    }
  }
  return refine();

  function refine(): LadderStep | null {
    const knee = kneePrecision(points);
    if (knee === null || !(ceiling >= 1)) return onset();
    if (z95 * knee.error <= narrow) return onset();
    const candidates = [...new Set(geometric(1, Math.min(ceiling, highest)))];
    let best: { users: number; error: number } | null = null;
    for (const users of candidates) {
      if (knee.rateAt(users) > bounds.maxRate) continue;
      const error = knee.errorAfter(users, refiningSeconds);
      if (best === null || error < best.error * 0.999) best = { users, error };
    }
    if (best === null || best.error > knee.error * 0.98) return onset();
    const step = stageOf(
      best.users,
      knee.rateAt(best.users),
      bounds.thinkTimeMs,
      `narrows the knee (about ${number(knee.users, 1)} users ± ${number(z95 * knee.error * 100)} %) most`,
    );
    const fits = Math.floor((bounds.leftMs - step.settleAtLeastMs - 1000) / 1000);
    return fits < leastRefiningSeconds ? null : { ...step, seconds: Math.min(refiningSeconds, fits) };
  }

  /** Between the last load that held and the first that fell. */
  function onset(): LadderStep | null {
    const bad = Math.min(...fell);
    const good = Math.max(0, ...seen.flatMap((m) => ((m.users ?? 0) < bad ? [m.users ?? 0] : [])));
    if (!Number.isFinite(bad) || good === 0 || bad / good <= 1.3) return null;
    if (seen.some((m) => fallen(m, plan) === 'down')) return null;
    const users = Math.round(Math.sqrt(good * bad));
    if (users <= good || users >= bad) return null;
    const step = stageOf(
      users,
      perUser * users,
      bounds.thinkTimeMs,
      `errors begin between ${good} and ${count(bad, 'user')}`,
    );
    return step.seconds * 1000 + step.settleAtLeastMs < bounds.leftMs ? step : null;
  }
}

function stageOf(users: number, rate: number, thinkTimeMs: number, because: string): LadderStep {
  const cycleMs = (users / Math.max(rate, 0.01)) * 1000;
  return {
    users,
    seconds: Math.min(longestSeconds, Math.max(shortestSeconds, Math.ceil(wantedRequests / rate))),
    settleAtLeastMs: Math.min(3000, settleMs + 2 * Math.max(0, cycleMs - thinkTimeMs) + thinkTimeMs),
    because,
  };
}

/** Two loads past the one after which throughput grew no more. */
function plateauSeen(seen: readonly StageMeasurement[]): boolean {
  const points = loadPoints(seen, 'closed');
  const span = bracket(points);
  const from = span?.stop?.from.load;
  return from !== undefined && points.filter((p) => p.load > from).length >= 2;
}

/** 1, 2, 5, 10, 20, 50, …; coarse: 1, 3, 10, 30, … */
function nextRung(users: number, coarse: boolean): number {
  const steps = coarse ? [1, 3] : [1, 2, 5];
  for (let decade = 1; ; decade *= 10) {
    for (const step of steps) if (step * decade > users) return step * decade;
  }
}

function geometric(from: number, to: number): readonly number[] {
  const loads: number[] = [];
  for (let load = from; load < to; load *= 1.25) loads.push(Math.round(load));
  return [...loads, to];
}
