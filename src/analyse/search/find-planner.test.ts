import { describe, expect, test } from 'vitest';
import type { Plan } from '../../plan/plan.ts';
import { type TrialOrder, trialsOf } from '../../record/trial.ts';
import { analyse } from '../analyse.ts';
import type { Analysis } from '../analysis.ts';
import { searched, searchTrial } from '../testing/search-trial.ts';
import { sessionPlan } from '../testing/session-plan.ts';
import { simulatedSession } from '../testing/simulated-session.ts';
import type { SimulatedSystem, Step, SystemStation } from '../testing/simulated-system.ts';
import { findPlanner } from './find-planner.ts';

const sla = { times: { p95: 60 }, errors: 0.01 };

function system(
  name: string,
  station: Omit<SystemStation, 'name'>,
  steps: readonly Step[],
  more: Partial<SimulatedSystem> = {},
): SimulatedSystem {
  return {
    name,
    stations: [{ name: 'it', ...station }],
    endpoints: [{ name: 'GET /a', sla, steps }],
    control: [],
    truth: { causes: [], endpoints: [] },
    ...more,
  };
}

const serve = (ms: number): Step => ({ kind: 'serve', station: 'it', ms });

const pool = system('pool', { servers: 6 }, [{ kind: 'delay', ms: 5 }, serve(12)]);
const shedding = system('shedding', { servers: 6 }, [serve(12)], {
  limit: { kind: 'in-flight', max: 15, status: 503 },
});
const limited = system('rate limit', { servers: 6 }, [serve(12)], {
  limit: { kind: 'token-bucket', perSecond: 150, burst: 20, status: 429 },
});
const dying = system('dies', { servers: 6 }, [serve(12)], {
  limit: { kind: 'errors', above: 15, share: 0.9, status: 500 },
});

type Searched = {
  readonly orders: readonly TrialOrder[];
  readonly because: string;
  readonly elapsedMs: number;
  readonly analysis: Analysis;
};

const done = new Map<string, Searched>();

/** The whole search, made once for all tests that look at it. */
function search(
  target: SimulatedSystem,
  budgetMs = 90_000,
  ceiling: { users?: number; ratePerSecond?: number } = { users: 500 },
  planOf: (plan: Plan) => Plan = (plan) => plan,
): Searched {
  const key = `${target.name} ${budgetMs} ${JSON.stringify(ceiling)}`;
  const before = done.get(key);
  if (before !== undefined) return before;
  const plan = planOf(sessionPlan(target));
  const session = simulatedSession(target, { seed: 1, plan });
  const planner = findPlanner({ budgetMs, plan, seed: 1, ceiling });
  const orders: TrialOrder[] = [];
  for (;;) {
    const step = planner.next(session.run(), session.elapsedMs());
    if (step.kind === 'done') {
      const found = {
        orders,
        because: step.because,
        elapsedMs: session.elapsedMs(),
        analysis: analyse(session.run()),
      };
      done.set(key, found);
      return found;
    }
    expect(orders.length).toBeLessThan(100);
    expect(step.of).toBeGreaterThan(orders.length);
    orders.push(step.order);
    session.carryOut(step.order);
  }
}

const kinds = (orders: readonly TrialOrder[]) => orders.map(({ trial }) => trial.kind);
const users = (orders: readonly TrialOrder[]) =>
  orders.flatMap(({ trial, closed }) => (trial.kind === 'ladder' && closed !== null ? [closed.users] : []));
const rates = (orders: readonly TrialOrder[]) => orders.flatMap(({ open }) => open?.ratePerSecond ?? []);

function estimated(estimate: Analysis['capacity']['knee']) {
  if (estimate.state !== 'estimated') throw new Error(`no estimate: ${estimate.statement}`);
  return estimate;
}

describe('the order of the search', () => {
  const { orders, because, analysis } = search(pool);

  test('ladder, rates, recovery, hold', () => {
    expect(kinds(orders).filter((kind, i, all) => kind !== all[i - 1])).toEqual([
      'ladder',
      'rate',
      'recovery',
      'hold',
    ]);
    expect(because).toBe('the recommended limit was held');
  });

  test('the ladder begins with one user and climbs no further than two loads past the knee', () => {
    const [first, ...rungs] = users(orders);
    expect(first).toBe(1);
    // 6 places, 17 ms of which 12 in the pool: N* = 8.5.
    expect(rungs.slice(0, 5)).toEqual([2, 5, 10, 20, 50]);
    expect(Math.max(...rungs)).toBe(50);
  });

  test('the first rate is 0.75 of the plateau, the others stay below it', () => {
    const [first, ...others] = rates(orders);
    expect(first).toBeGreaterThan(0.65 * 500);
    expect(first).toBeLessThan(0.85 * 500);
    expect(Math.max(...others)).toBeLessThan(1.1 * 500);
  });

  test('knee, rate within the SLA and limit stand in the analysis, with what was tried', () => {
    const { capacity } = analysis;
    expect(estimated(capacity.knee).estimate).toBeGreaterThan(8.5 * 0.9);
    expect(estimated(capacity.knee).estimate).toBeLessThan(8.5 * 1.1);
    const highest = estimated(capacity.sla);
    expect(highest.unit).toBe('requests/s');
    expect(highest.low ?? 0).toBeLessThan(highest.estimate);
    expect(capacity.recommendedLimit?.confirmed).toBe(true);
    expect(capacity.recommendedLimit?.rate).toBeLessThanOrEqual(0.8 * highest.estimate + 1e-9);
    expect(capacity.recovery?.recovered).toBe(true);
    expect(capacity.search?.trials).toHaveLength(orders.length);
    expect(capacity.search?.binding).toMatchObject({ endpoint: 'GET /a', statistic: 'p95', allowed: 0.05 });
    expect(capacity.search?.curve.length).toBeGreaterThan(10);
  });

  test('the held rate is the recommended one', () => {
    expect(orders.at(-1)?.open?.ratePerSecond).toBeCloseTo(analysis.capacity.recommendedLimit?.rate ?? 0, 6);
  });
});

describe('the budget', () => {
  test.each([
    ['pool', pool, 90_000],
    ['pool', pool, 30_000],
    ['pool', pool, 60_000],
    ['rate limit', limited, 30_000],
    ['dies', dying, 45_000],
  ] as const)('%s: everything within its time', (_, target, budgetMs) => {
    const { elapsedMs, orders } = search(target, budgetMs);
    expect(elapsedMs).toBeLessThanOrEqual(budgetMs);
    expect(kinds(orders)).toContain('recovery');
  });

  test('of 30 s there is time for rates, recovery and a hold, and the answer says what it lacks', () => {
    const { orders, analysis } = search(pool, 30_000);
    expect(new Set(kinds(orders))).toEqual(new Set(['ladder', 'rate', 'recovery', 'hold']));
    const { sla: highest } = analysis.capacity;
    if (highest.state === 'estimated') expect(highest.method).toMatch(/unreliable$|^lower bound/);
    else expect(highest.needed).not.toBe('');
  });

  test('it stops early when the intervals are narrow', () => {
    const quick = system('quick', { servers: 4 }, [serve(2)]);
    const { elapsedMs, orders } = search({
      ...quick,
      endpoints: quick.endpoints.map((e) => ({ ...e, sla: null })),
    });
    expect(elapsedMs).toBeLessThan(80_000);
    expect(rates(orders)).toEqual([]);
  });
});

describe('bounds', () => {
  test('--max-users bounds the ladder; what grew to the end is told as no knee', () => {
    const never = system('never', { servers: 1000 }, [serve(12)]);
    const { orders, analysis } = search(never, 60_000, { users: 30 });
    expect(Math.max(...users(orders))).toBe(30);
    expect(analysis.capacity.knee.state).toBe('insufficient-evidence');
    expect(analysis.capacity.sla).toMatchObject({ state: 'insufficient-evidence' });
    expect(analysis.capacity.recommendedLimit?.rate).toBeGreaterThan(0);
  });

  test('without it the largest stage of the plan does', () => {
    const planned = (plan: Plan): Plan => ({
      ...plan,
      load: {
        kind: 'closed',
        thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 },
        stages: [4, 8].map((n) => ({ users: n, spawnRate: 1, durationMs: 1000 })),
      },
    });
    expect(Math.max(...users(search({ ...pool, name: 'planned' }, 40_000, {}, planned).orders))).toBe(8);
  });

  test('--max-rate bounds the rates, and the users that would bring more', () => {
    const { orders, analysis } = search({ ...pool, name: 'bounded' }, 60_000, {
      users: 500,
      ratePerSecond: 200,
    });
    expect(Math.max(...rates(orders))).toBeLessThanOrEqual(200);
    const brought = analysis.capacity.search?.trials.map(({ rate }) => rate ?? 0) ?? [];
    expect(Math.max(...brought)).toBeLessThan(250);
  });
});

describe('--max-rate, from the first stage on', () => {
  const quick = system('quick', { servers: 4 }, [serve(0.2)]);
  test.each([
    [100, 10],
    [500, 2],
  ])('%s/s: one user pauses for %s ms, and no stage brings more', (ratePerSecond, pauseMs) => {
    const { orders, analysis } = search({ ...quick, name: `quick, ${ratePerSecond}/s` }, 40_000, {
      users: 100,
      ratePerSecond,
    });
    expect(orders[0]?.closed).toEqual({
      users: 1,
      thinkTime: { kind: 'uniform', minMs: pauseMs, maxMs: pauseMs },
      weights: null,
    });
    const brought = analysis.capacity.search?.trials.flatMap((t) =>
      t.purpose === 'ladder' ? [t.rate ?? 0] : [],
    );
    expect(brought?.length).toBeGreaterThan(0);
    expect(Math.max(...(brought ?? []))).toBeLessThanOrEqual(ratePerSecond);
    expect(Math.max(...rates(orders))).toBeLessThanOrEqual(ratePerSecond);
  });

  test('a pause of the plan that is long enough is kept', () => {
    const pausing: SimulatedSystem = {
      ...quick,
      name: 'pauses',
      thinkTime: { kind: 'exponential', meanMs: 50 },
    };
    const { orders } = search(pausing, 40_000, { users: 100, ratePerSecond: 30 });
    expect(orders[0]?.closed?.thinkTime).toEqual({ kind: 'exponential', meanMs: 50 });
  });
});

describe('no trial misses a promise, so near is the SLA to the plateau', () => {
  // Of the random systems of bench/search-accuracy.ts.
  test.each([3003, 3005, 3006])('system %s: a lower bound that holds, open upwards', (seed) => {
    const { system: target, slaRate } = searchTrial(seed);
    const { sla } = analyse(searched(target, { budgetMs: 90_000, seed }).run).capacity;
    expect(sla).toMatchObject({ state: 'estimated', high: null, confidence: 'low' });
    const found = estimated(sla);
    expect([found.low, found.rate]).toEqual([
      found.estimate,
      { value: found.estimate, low: found.estimate, high: null },
    ]);
    expect(found.estimate).toBeLessThanOrEqual(slaRate);
    expect(found.estimate).toBeGreaterThan(0.8 * slaRate);
    expect(found.statement).toContain('at least');
  });
});

describe('a target that gives way', () => {
  test.each([
    ['sheds load', shedding],
    ['limits the rate', limited],
    ['dies', dying],
  ] as const)('%s: never asked for as many users again', (_, target) => {
    const { orders, analysis } = search(target);
    const climbed = users(orders);
    const at = climbed.indexOf(Math.max(...climbed));
    const failing = climbed[at] ?? 0;
    expect(climbed.slice(at + 1).every((n) => n < failing)).toBe(true);
    expect(estimated(analysis.capacity.errors).high).toBe(failing);
    expect(analysis.capacity.recommendedLimit?.confirmed).toBe(true);
  });

  test('the limit of a token bucket is the highest rate within the promise about errors', () => {
    const highest = estimated(search(limited).analysis.capacity.sla);
    expect(highest.low ?? 0).toBeGreaterThan(130);
    expect(highest.high ?? 0).toBeLessThan(165);
  });

  test('one that fell over is left alone until a light load was answered', () => {
    const down = system('down', { servers: 6 }, [serve(12)], {
      limit: { kind: 'errors', above: 15, share: 1, status: 500 },
    });
    const { orders } = search(down);
    const climbed = users(orders);
    const failing = Math.max(...climbed);
    const after = orders.findIndex(({ closed }) => closed?.users === failing);
    expect(orders[after + 1]?.trial.kind).toBe('recovery');
    expect(orders[after + 1]?.closed?.users).toBe(1);
  });

  test('that answers nobody is asked once', () => {
    const dead = system('dead', { servers: 6 }, [serve(12)], {
      limit: { kind: 'errors', above: 0, share: 1, status: 500 },
    });
    const { orders, because, analysis } = search(dead);
    expect(orders).toHaveLength(1);
    expect(because).toBe('one user alone gets no answers');
    expect(analysis.capacity.recommendedLimit?.rate ?? null).toBeNull();
  });
});

describe('other shapes', () => {
  test('throughput that falls past a peak: the peak is the knee', () => {
    const collapse = system('collapse', { servers: 64, discipline: 'contended', sigma: 0.02, kappa: 0.002 }, [
      serve(12),
    ]);
    const knee = estimated(search(collapse).analysis.capacity.knee);
    // √((1 − 0.02)/0.002) = 22.1
    expect(knee.estimate).toBeGreaterThan(18);
    expect(knee.estimate).toBeLessThan(27);
  });

  test('an SLA that one user misses already: no rates are tried', () => {
    const slow = system('slow answers', { servers: 6 }, [serve(60)]);
    const { orders, analysis } = search(slow);
    expect(rates(orders)).toEqual([]);
    expect(analysis.capacity.sla).toMatchObject({ state: 'insufficient-evidence' });
    expect(analysis.capacity.sla.statement).toContain('missed already at the lowest load tested, 1 user');
  });

  test('a long think time: the ladder goes without, and the knee is told for users who pause', () => {
    const thinking: SimulatedSystem = {
      ...pool,
      name: 'thinking',
      thinkTime: { kind: 'uniform', minMs: 1000, maxMs: 3000 },
    };
    const { orders, analysis } = search(thinking);
    expect(orders[0]?.closed?.thinkTime).toEqual({ kind: 'uniform', minMs: 0, maxMs: 0 });
    // N*(Z) = 500/s · (17.2 ms + 2 s)
    const users = analysis.capacity.search?.withThinkTime?.users;
    expect(users?.value).toBeGreaterThan(1009 * 0.9);
    expect(users?.value).toBeLessThan(1009 * 1.1);
  });

  test('a short think time is kept', () => {
    const thinking: SimulatedSystem = {
      ...pool,
      name: 'pausing',
      thinkTime: { kind: 'exponential', meanMs: 50 },
    };
    const { orders, analysis } = search(thinking);
    expect(orders[0]?.closed?.thinkTime).toEqual({ kind: 'exponential', meanMs: 50 });
    expect(analysis.capacity.search?.withThinkTime).toBeNull();
    // 500/s · 67.2 ms
    expect(estimated(analysis.capacity.knee).estimate).toBeGreaterThan(33.6 * 0.88);
    expect(estimated(analysis.capacity.knee).estimate).toBeLessThan(33.6 * 1.12);
  });
});

test('the same run gives the same step', () => {
  const plan = sessionPlan(pool);
  const session = simulatedSession(pool, { seed: 1, plan });
  const options = { budgetMs: 60_000, plan, seed: 1, ceiling: { users: 100 } };
  const planner = findPlanner(options);
  for (let stage = 0; stage < 6; stage += 1) {
    const step = planner.next(session.run(), session.elapsedMs());
    expect(findPlanner(options).next(session.run(), session.elapsedMs())).toEqual(step);
    if (step.kind === 'done') break;
    session.carryOut(step.order);
  }
  expect(trialsOf(session.run()).size).toBe(6);
});
