import { describe, expect, it } from 'vitest';
import type { Plan } from '../../plan/plan.ts';
import type { Run } from '../../record/run.ts';
import type { TrialOrder } from '../../record/trial.ts';
import { analyse } from '../analyse.ts';
import { sessionPlan } from '../testing/session-plan.ts';
import { simulatedSession } from '../testing/simulated-session.ts';
import type { SimulatedSystem } from '../testing/simulated-system.ts';
import { noCache, queryPerRow, withCache } from '../testing/systems/data.ts';
import { healthy } from '../testing/systems/healthy.ts';
import { busyProcessors, connectionPool, globalLock, hotRow } from '../testing/systems/queues.ts';
import { overloadErrors, rateLimit } from '../testing/systems/refusals.ts';
import { drifting } from '../testing/systems/times.ts';
import { type DiagnoseOptions, diagnosePlanner } from './diagnose-planner.ts';
import type { SearchStep } from './search.ts';

const thinkTime = { kind: 'exponential', meanMs: 200 } as const;

type Searched = {
  readonly orders: readonly TrialOrder[];
  readonly done: Extract<SearchStep, { kind: 'done' }>;
  readonly elapsedMs: number;
  readonly run: Run;
  readonly plan: Plan;
};

const others = [
  { ms: 12, weight: 2 },
  { ms: 30, distribution: 'constant' as const },
];

function searched(
  system: SimulatedSystem,
  options: Partial<DiagnoseOptions> = {},
  plan: Plan = sessionPlan(system),
): Searched {
  const session = simulatedSession(system, { plan });
  const planner = diagnosePlanner({
    budgetMs: 240_000,
    plan,
    seed: 1,
    allow: { writes: false, bursts: false },
    ...options,
  });
  const orders: TrialOrder[] = [];
  for (let stages = 0; stages < 100; stages += 1) {
    const step = planner.next(session.run(), session.elapsedMs());
    if (step.kind === 'done')
      return { orders, done: step, elapsedMs: session.elapsedMs(), run: session.run(), plan };
    session.carryOut(step.order);
    orders.push(step.order);
  }
  throw new Error('the search does not end');
}

const kindsOf = ({ orders }: Searched) => orders.map(({ trial }) => trial.kind);
const heldBy = ({ orders, plan }: Searched) =>
  orders.flatMap(({ trial }) => (trial.kind === 'coupling' ? [plan.endpoints[trial.held]?.name] : []));

const pool = connectionPool({ others, places: 4, pooled: [{ ms: 25 }, { ms: 6 }] });

describe('what a diagnosis asks for', () => {
  it('begins with one user, climbs, and goes back to a light load', () => {
    const kinds = kindsOf(searched(pool));
    expect(kinds[0]).toBe('single-user');
    expect(kinds.indexOf('ladder')).toBeLessThan(kinds.indexOf('coupling'));
    expect(kinds.at(-1)).toBe('recovery');
  });

  it('of a healthy system: nothing but the ladder', () => {
    const { done, ...rest } = searched(healthy({ others }));
    expect(new Set(kindsOf({ done, ...rest }))).toEqual(new Set(['single-user', 'ladder', 'recovery']));
    expect(done).toEqual({ kind: 'done', because: 'what could be asked was asked', notRun: [] });
  });

  it.each([
    ['a pool', pool, ['GET /pooled0']],
    [
      'a lock, whose writes are all that slows down',
      globalLock({ others, locked: [{ ms: 20 }, { ms: 5 }] }),
      ['POST /locked0'],
    ],
    [
      'processors, that only some need for long',
      busyProcessors({ others, cores: 2, busy: [{ ms: 9 }, { ms: 2 }] }),
      ['GET /busy0'],
    ],
  ])('holds the longest of those that wait: %s', (_name, system, expected) => {
    const result = searched(system);
    expect(heldBy(result)).toEqual(expected);
    const solo = result.orders.findIndex(({ trial }) => trial.kind === 'solo');
    const coupling = result.orders.findIndex(({ trial }) => trial.kind === 'coupling');
    expect(solo).toBeLessThan(coupling);
  });

  it('holds a second endpoint if the first one explains not all that slows down', () => {
    const first = connectionPool({ others: [], places: 3, pooled: [{ ms: 40 }] });
    const second = connectionPool({ others: [], places: 3, pooled: [{ ms: 39 }] });
    const [a, b] = [first.endpoints[0], second.endpoints[0]];
    if (a === undefined || b === undefined) throw new Error('a pool has an endpoint');
    const system: SimulatedSystem = {
      ...first,
      name: 'two pools',
      stations: [...first.stations, { name: 'pool2', servers: 3 }],
      endpoints: [
        a,
        {
          ...b,
          name: 'GET /pooled1',
          steps: b.steps.map((step) => (step.kind === 'hold' ? { ...step, station: 'pool2' } : step)),
        },
      ],
    };
    expect(heldBy(searched(system)).toSorted()).toEqual(['GET /pooled0', 'GET /pooled1']);
  });

  it('asks everybody else and the controls beside the held one, at three a second at most', () => {
    const { orders, plan } = searched(pool);
    const order = orders.find(({ trial }) => trial.kind === 'coupling');
    const weights = order?.open?.weights ?? [];
    const asked = plan.endpoints.filter((_, index) => (weights[index] ?? 0) > 0);
    expect(asked.map(({ name }) => name)).toEqual([
      'GET /pooled1',
      'GET /other0',
      'GET /other1',
      'GET /.loadline-control',
      'HEAD /pooled0',
    ]);
    expect((order?.open?.ratePerSecond ?? 0) / asked.length).toBeLessThanOrEqual(3);
    expect(order?.closed?.weights?.filter((weight) => weight > 0)).toEqual([1]);
    // 3 × N* of the held one, whose places are four.
    expect(order?.closed?.users).toBeGreaterThanOrEqual(9);
    expect(order?.closed?.users).toBeLessThanOrEqual(16);
  });

  it('steps the rate where requests were refused', () => {
    const result = searched(rateLimit({ others, perSecond: 60 }));
    const rates = result.orders.flatMap(({ trial, open }) =>
      trial.kind === 'step' ? [open?.ratePerSecond ?? 0] : [],
    );
    expect(rates.length).toBe(2);
    expect((rates[1] ?? 0) / (rates[0] ?? 1)).toBeCloseTo(2, 6);
    expect(kindsOf(result)).not.toContain('coupling');
    // The two loads that show the limit are enough: whoever refuses at once would be asked ever faster.
    const refusing = result.orders.filter(
      ({ trial, closed }) => trial.kind === 'ladder' && (closed?.users ?? 0) > 2,
    );
    expect(refusing.length).toBeLessThanOrEqual(2);
  });

  it('asks for keys where answers are slow and keyed, for sizes where lists are slow', () => {
    expect(kindsOf(searched(noCache({ thinkTime, repeated: [{ ms: 20 }], keys: 50 })))).toContain('keys');
    const list = { ms: 2, rows: 40, queryMs: 3 };
    expect(kindsOf(searched(queryPerRow({ thinkTime, list })))).toContain('sizes');
    expect(kindsOf(searched(withCache({ thinkTime, cached: [{ ms: 1 }], keys: 5 })))).not.toContain('keys');
  });

  it('writes to one row only where it is allowed, and says so', () => {
    const system = hotRow({ others, write: { ms: 20 }, hotShare: 0.9 });
    const plain = sessionPlan(system);
    const write = plain.endpoints.findIndex(({ method }) => method === 'POST');
    const plan: Plan = {
      ...plain,
      endpoints: [
        ...plain.endpoints,
        {
          ...(plain.endpoints[write] as Plan['endpoints'][number]),
          name: 'row',
          probe: { kind: 'same-key', of: write },
        },
      ],
    };
    const refused = searched(system, {}, plan);
    expect(kindsOf(refused)).not.toContain('rows');
    expect(refused.done.notRun).toContainEqual({
      probe: 'writes to one row and to spread rows',
      because: 'it changes data: allow it with --allow-writes',
    });
    const allowed = searched(system, { allow: { writes: true, bursts: false } }, plan);
    expect(allowed.orders.flatMap(({ trial }) => (trial.kind === 'rows' ? [trial.spread] : []))).toEqual([
      false,
      true,
    ]);
  });

  it('of what grows slower with time: a load twice for longer, the first one again, and suspects nobody', () => {
    const result = searched(drifting({ thinkTime, others, drift: { perSecond: 0.02 } }));
    const kinds = kindsOf(result);
    const long = result.orders.filter(
      ({ trial, durationMs }) => trial.kind === 'ladder' && durationMs > 20_000,
    );
    expect(result.orders.map(({ because }) => because)).toContainEqual(
      expect.stringMatching(/^\d+ users? once more: was it the load, or the time\?$/),
    );
    expect(long.length).toBe(2);
    for (const kind of ['solo', 'coupling'] as const) expect(kinds).not.toContain(kind);
  });

  it('holds an upright load for longer, and once: stalls come now and then', () => {
    const { orders } = searched(healthy({ others, thinkTime }));
    const long = orders.filter(({ trial, durationMs }) => trial.kind === 'ladder' && durationMs > 20_000);
    expect(long.length).toBe(1);
    expect(long[0]?.because).toContain('for longer');
  });

  it('climbs no further once the target fell over, and sees whether it comes back', () => {
    const { orders, ...rest } = searched(overloadErrors({ others, above: 15, share: 0.9 }));
    const kinds = kindsOf({ orders, ...rest });
    const fell = orders.findIndex(
      ({ trial, closed }) => trial.kind === 'ladder' && (closed?.users ?? 0) > 15,
    );
    expect(kinds[fell + 1]).toBe('recovery');
    expect(kinds.slice(fell + 1)).not.toContain('ladder');
    for (const kind of ['solo', 'coupling', 'rows'] as const) expect(kinds).not.toContain(kind);
  });
});

describe('what was disturbed', () => {
  /** The run with the generator itself held up in one stage. */
  const disturbed = (run: Run, index: number): Run => ({
    ...run,
    stages: run.stages.map((stage) =>
      stage.index !== index || stage.data.kind !== 'windows'
        ? stage
        : {
            ...stage,
            data: {
              ...stage.data,
              health: stage.data.health.map((sample) => ({
                ...sample,
                loopUtilization: 0.95,
                cpuCores: 0.95,
              })),
            },
          },
    ),
  });
  const { run, plan, orders } = searched(pool);
  const next = (of: Run) => {
    const options = { budgetMs: 240_000, plan, seed: 1, allow: { writes: false, bursts: false } };
    const step = diagnosePlanner(options).next(of, of.stages.at(-1)?.endMs ?? 0);
    return step.kind === 'trial' ? step.order : null;
  };
  const upTo = (stages: number): Run => ({ ...run, stages: run.stages.slice(0, stages) });

  it('is asked once more: one user', () => {
    const order = next(disturbed(upTo(1), 0));
    expect(order?.trial).toEqual({ kind: 'single-user' });
    expect(order?.because).toBe('one user once more: the generator was disturbed');
    expect(next(upTo(1))?.because).not.toBe(order?.because);
  });

  it('is asked once more: a rung of the ladder, the held endpoint', () => {
    const kinds = orders.map(({ trial }) => trial.kind);
    const [rung, coupling] = [kinds.indexOf('solo') - 1, kinds.indexOf('coupling')];
    const again = next(disturbed(upTo(rung + 1), rung));
    expect(again?.trial).toEqual({ kind: 'ladder' });
    expect(again?.closed?.users).toBe(orders[rung]?.closed?.users);
    expect(next(disturbed(upTo(coupling + 1), coupling))?.trial).toEqual(orders[coupling]?.trial);
    expect(next(upTo(coupling + 1))?.trial.kind).not.toBe('coupling');
  });
});

describe('what a diagnosis may ask for', () => {
  it.each([
    ['60 s', 60_000],
    ['25 s', 25_000],
    ['4 min', 240_000],
  ])('stays within its budget: %s', (_name, budgetMs) => {
    const { elapsedMs, done } = searched(pool, { budgetMs });
    // The last answers of a stage are awaited, and nobody knows before how long they take.
    expect(elapsedMs).toBeLessThanOrEqual(budgetMs + 1500);
    expect(done.because).not.toBe('');
  });

  it('is useful within a minute: one user, a ladder past the plateau, one held endpoint, recovery', () => {
    const result = searched(pool, { budgetMs: 60_000 });
    const kinds = kindsOf(result);
    expect(kinds.filter((kind) => kind === 'ladder').length).toBeGreaterThanOrEqual(3);
    expect(heldBy(result)).toEqual(['GET /pooled0']);
    expect(kinds.at(-1)).toBe('recovery');
  });

  it('never asks for more users than the ceiling, nor for a rate that could be above it', () => {
    const { orders, run } = searched(pool, { ceiling: { users: 12, ratePerSecond: 40 } });
    expect(Math.max(...orders.map(({ closed }) => closed?.users ?? 0))).toBeLessThanOrEqual(12);
    expect(orders.map(({ open }) => (open?.ratePerSecond ?? 0) <= 40)).not.toContain(false);
    for (const { data, steadyFromMs, steadyToMs } of run.stages) {
      if (data.kind !== 'windows') continue;
      const ended = data.windows.filter(({ phase }) => phase === 'steady').reduce((n, w) => n + w.count, 0);
      // What was begun in the ramp ends in the steady part, too: a user's request each.
      expect(ended).toBeLessThanOrEqual((40 * (steadyToMs - steadyFromMs)) / 1000 + 12 + 1);
    }
  });

  it('asks flows only as the plan’s mix, and names what it left out', () => {
    const system = healthy({ others });
    const plain = sessionPlan(system);
    const plan: Plan = {
      ...plain,
      endpoints: plain.endpoints
        .filter(({ probe }) => probe === undefined || (probe.kind === 'control' && probe.of === null))
        .map((endpoint) => (endpoint.probe === undefined ? { ...endpoint, flow: 'buy' } : endpoint)),
    };
    const planner = diagnosePlanner({
      budgetMs: 60_000,
      plan,
      seed: 1,
      allow: { writes: false, bursts: false },
    });
    const empty = simulatedSession(system, { plan: plain }).run();
    const step = planner.next({ ...empty, plan }, 0);
    expect(step.kind === 'trial' ? step.order.closed?.weights : 'done').toBeNull();
    const late = planner.next({ ...empty, plan }, 60_000);
    expect(late.kind === 'done' ? late.notRun : []).toContainEqual({
      probe: 'one endpoint alone',
      because: 'GET /other0, GET /other1: filled by a flow, never asked alone',
    });
  });

  describe('one worker more', () => {
    const workersOf = ({ orders }: Searched) =>
      orders.flatMap(({ trial }) => (trial.kind === 'workers' ? [trial.workers] : []));
    const behind = (perSecond: number) => searched({ ...pool, generator: { perSecond } });

    it('where the generator is busy, and not what limits the rate', () => {
      const session = behind(1100);
      expect(workersOf(session)).toEqual([1, 2, 1]);
      const ratio = analyse(session.run).probes?.workers[0]?.ratio;
      expect(ratio?.low).toBeLessThan(1.1);
      expect(ratio?.value).toBeGreaterThan(0.8);
    });

    it('not where it has nothing to do', () => expect(workersOf(behind(5000))).toEqual([]));
  });

  it('climbs on though the only other requests, those of its own probes, all fail', () => {
    const system = healthy({ others: [{ ms: 12 }] });
    const plan = sessionPlan(system);
    const session = simulatedSession(system, { plan });
    const planner = diagnosePlanner({
      budgetMs: 60_000,
      plan,
      seed: 1,
      allow: { writes: false, bursts: false },
    });
    /** As a server that knows no HEAD answers it. */
    const failing = (run: Run): Run => ({
      ...run,
      stages: run.stages.map((stage) => ({
        ...stage,
        data:
          stage.data.kind !== 'windows'
            ? stage.data
            : {
                ...stage.data,
                windows: stage.data.windows.map((window) =>
                  plan.endpoints[window.endpoint]?.probe === undefined
                    ? window
                    : { ...window, outcome: 'status' as const },
                ),
              },
      })),
    });
    const users: (number | undefined)[] = [];
    for (let stages = 0; stages < 4; stages += 1) {
      const step = planner.next(failing(session.run()), session.elapsedMs());
      if (step.kind === 'done') break;
      session.carryOut(step.order);
      if (step.order.trial.kind === 'ladder') users.push(step.order.closed?.users);
    }
    expect(users.length).toBeGreaterThan(1);
    expect(users.at(-1)).toBeGreaterThan(users[0] ?? Number.NaN);
  });

  it('decides from the run alone: the same run gives the same step', () => {
    const { run, plan } = searched(pool);
    const options = { budgetMs: 240_000, plan, seed: 1, allow: { writes: false, bursts: false } };
    for (let stages = 0; stages <= run.stages.length; stages += 1) {
      const soFar = { ...run, stages: run.stages.slice(0, stages) };
      const at = soFar.stages.at(-1)?.endMs ?? 0;
      expect(diagnosePlanner(options).next(soFar, at)).toEqual(diagnosePlanner(options).next(soFar, at));
    }
  });
});
