import { describe, expect, it } from 'vitest';
import type { Run } from '../../record/run.ts';
import type { TrialOrder } from '../../record/trial.ts';
import type { Interval } from '../analysis.ts';
import { measure } from '../measure/measure.ts';
import { type DiagnoseOptions, diagnosePlanner } from '../search/diagnose-planner.ts';
import { sessionPlan } from '../testing/session-plan.ts';
import { simulatedSession } from '../testing/simulated-session.ts';
import type { SimulatedSystem } from '../testing/simulated-system.ts';
import { noCache, queryPerRow, withCache } from '../testing/systems/data.ts';
import { healthy, saturatedGenerator } from '../testing/systems/healthy.ts';
import { busyProcessors, connectionPool, eventLoop, globalLock, hotRow } from '../testing/systems/queues.ts';
import { rateLimit } from '../testing/systems/refusals.ts';
import { slowDependency } from '../testing/systems/times.ts';
import type { ProbeReadings } from './probe-readings.ts';
import { readProbes } from './read-probes.ts';

function diagnosed(
  system: SimulatedSystem,
  { seed = 1, ...options }: Partial<DiagnoseOptions> = {},
): { readonly run: Run; readonly readings: ProbeReadings } {
  const plan = sessionPlan(system);
  const session = simulatedSession(system, { plan, seed });
  const planner = diagnosePlanner({
    budgetMs: 240_000,
    plan,
    seed,
    allow: { writes: true, bursts: false },
    ...options,
  });
  for (let stages = 0; stages < 100; stages += 1) {
    const step = planner.next(session.run(), session.elapsedMs());
    if (step.kind === 'done') break;
    session.carryOut(step.order);
  }
  return readingsOf(session.run());
}

function carriedOut(system: SimulatedSystem, orders: readonly TrialOrder[]) {
  const session = simulatedSession(system, { plan: sessionPlan(system) });
  for (const order of orders) session.carryOut(order);
  return readingsOf(session.run());
}

const readingsOf = (run: Run) => ({ run, readings: readProbes(run, measure(run)) });

/** The interval holds it, and is no wider than this share of it on either side. */
function holds(interval: Interval | null | undefined, truth: number, width = 0.25): void {
  expect(interval?.low ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(truth);
  expect(interval?.high ?? 0).toBeGreaterThanOrEqual(truth);
  expect(interval?.low ?? 0).toBeGreaterThanOrEqual(truth * (1 - width));
  expect(interval?.high ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(truth * (1 + width));
}

const others = [
  { ms: 12, distribution: 'uniform' as const },
  { ms: 30, distribution: 'constant' as const },
];
const even = 'constant' as const;
const thinkTime = { kind: 'exponential', meanMs: 100 } as const;

describe('what a single user meets', () => {
  it('is the time of each endpoint and of the controls, without any queue', () => {
    const { readings } = diagnosed(healthy({ others, cpuMs: 0.3 }));
    // 0.2 ms of network, 0.3 of work, and what it waits for.
    holds(readings.single.find(({ endpoint }) => endpoint === 1)?.mean, 30.5, 0.05);
    const control = readings.single.find(({ endpoint }) => endpoint === 2);
    holds(control?.mean, 0.3, 0.2);
    for (const { mean, firstByte, slowMode, serverCloses } of readings.single) {
      expect(firstByte?.value ?? 0).toBeLessThanOrEqual((mean?.value ?? 0) * 1.05);
      expect(slowMode).toBeNull();
      expect(serverCloses).toBe(0);
    }
  });

  it('shows time-outs of somebody behind as a second mode, with their share', () => {
    const { readings } = carriedOut(
      slowDependency({ called: { ms: 5, distribution: even }, slow: { share: 0.15, ms: 400 } }),
      [singleUser(1, 40_000)],
    );
    const mode = readings.single[0]?.slowMode;
    expect(mode?.fromMs).toBeGreaterThan(300);
    expect(mode?.share).toBeGreaterThan(0.07);
    expect(mode?.share).toBeLessThan(0.25);
  });
});

describe('what a held endpoint does to the others', () => {
  it.each([2, 4, 8, 16])('names a pool’s %i places, alone and with its interval', (places) => {
    const { readings, run } = diagnosed(
      connectionPool({ others, places, pooled: [{ ms: 25, distribution: even }, { ms: 6 }] }),
    );
    const solo = readings.solo.find(({ endpoint }) => run.plan.endpoints[endpoint]?.name === 'GET /pooled0');
    holds(solo?.parallelism, places, 0.12);
    expect(Math.round(solo?.parallelism?.value ?? 0)).toBe(places);
  });

  it('in a pool: who shares it gains the same time, who does not stays free', () => {
    const { readings, run } = diagnosed(
      connectionPool({ others, places: 4, pooled: [{ ms: 25 }, { ms: 6, distribution: even }] }),
    );
    const of = (name: string) =>
      readings.coupling.find(({ probed }) => run.plan.endpoints[probed]?.name === name);
    const shared = of('GET /pooled1');
    expect(shared?.share?.value).toBeGreaterThan(0.8);
    expect(shared?.share?.value).toBeLessThan(1.25);
    expect(shared?.factor?.low).toBeGreaterThan(1.25);
    expect(shared?.tellsApart).toBe(true);
    for (const name of ['GET /other0', 'GET /other1', 'GET /.loadline-control'])
      expect(of(name)?.share?.high).toBeLessThan(0.2);
  });

  it('in a blocked thread: the control gains the same time', () => {
    const { readings, run } = diagnosed(eventLoop({ others, blocking: [{ ms: 20 }] }));
    const control = readings.coupling.find(
      ({ probed }) => run.plan.endpoints[probed]?.name === 'GET /.loadline-control',
    );
    expect(control?.share?.value).toBeGreaterThan(0.8);
    expect(control?.share?.value).toBeLessThan(1.25);
    holds(readings.solo[0]?.parallelism, 1, 0.2);
  });

  it('on full processors: others that compute slow down by the same factor', () => {
    const { readings, run } = diagnosed(
      busyProcessors({
        others,
        cores: 2,
        busy: [
          { ms: 12, distribution: even },
          { ms: 2, distribution: even },
        ],
      }),
    );
    const busy = readings.coupling.find(({ probed }) => run.plan.endpoints[probed]?.name === 'GET /busy1');
    expect(busy?.factor?.value).toBeGreaterThan(0.8);
    expect(busy?.factor?.value).toBeLessThan(1.25);
    expect(busy?.share?.high).toBeLessThan(0.5);
    expect(busy?.tellsApart).toBe(true);
  });

  it('in a lock: one at a time', () => {
    const { readings, run } = diagnosed(
      globalLock({ others, locked: [{ ms: 20, distribution: even }, { ms: 5 }] }),
    );
    const solo = readings.solo.find(({ endpoint }) => run.plan.endpoints[endpoint]?.name === 'POST /locked0');
    holds(solo?.parallelism, 1, 0.2);
  });

  it('an endpoint that grows with its users has no limit to be named', () => {
    const plan = sessionPlan(healthy({ others }));
    const solo = (users: number): TrialOrder => ({
      trial: { kind: 'solo', endpoint: 1 },
      because: '',
      closed: { users, thinkTime: none, weights: plan.endpoints.map((_, i) => (i === 1 ? 1 : 0)) },
      open: null,
      settleMs: 500,
      durationMs: 6000,
    });
    const { readings } = carriedOut(healthy({ others }), [singleUser(2, 6000), solo(5), solo(15)]);
    expect(readings.solo[0]).toMatchObject({ saturation: null, knee: null, parallelism: null });
    expect(readings.solo[0]?.because).toContain('still grew');
  });
});

describe('what answers cost', () => {
  it('rows of a list: the time of a query each', () => {
    const { readings } = diagnosed(queryPerRow({ thinkTime, list: { ms: 3, rows: 40, queryMs: 2 } }));
    holds(readings.sizes[0]?.perRow, 2, 0.2);
    expect(readings.sizes[0]?.points.map(({ rows }) => rows)).toEqual([1, 10, 50, 100]);
    expect(readings.sizes[0]?.because).toContain('rows and bytes grow together');
  });

  it('keys without a cache: the same one takes as long', () => {
    const { readings } = diagnosed(noCache({ thinkTime, repeated: [{ ms: 20, distribution: even }] }));
    holds(readings.keys[0]?.ratio, 1, 0.6);
    expect(readings.keys[0]).toMatchObject({ identicalBodies: true, hasAge: false, hasValidators: false });
  });

  it('keys with a cache: the same one comes from there, and 304 where nothing changed', () => {
    const { readings } = diagnosed(
      withCache({ thinkTime, cached: [{ ms: 40, distribution: even }], keys: 100_000 }),
    );
    expect(readings.keys[0]?.ratio?.high).toBeLessThan(0.2);
    expect(readings.keys[0]?.conditional?.notModified).toBe(1);
  });

  it('rows that many write to: spread ones take more at once', () => {
    const { readings } = diagnosed(hotRow({ others, write: { ms: 20 }, hotShare: 0.9 }));
    const [rows] = readings.rows;
    if (rows === undefined) return;
    expect(rows.spread?.rate.value).toBeGreaterThan(1.05 * (rows.oneRow?.rate.value ?? 0));
  });

  it('a rate beyond the limit: as many succeed at twice the rate', () => {
    const { readings } = diagnosed(rateLimit({ others, perSecond: 60 }));
    const [first, second] = readings.steps;
    holds(first?.okRate, 60, 0.2);
    holds(second?.okRate, 60, 0.2);
    expect(second?.errors).toBeGreaterThan(first?.errors ?? 1);
  });
});

describe('what cannot be told', () => {
  it('is null where the generator was the limit, with the reason', () => {
    const { readings } = diagnosed(saturatedGenerator({ others, perSecond: 40 }));
    for (const { loaded, share } of readings.coupling) expect([loaded, share]).toEqual([null, null]);
    for (const { saturation, because } of readings.solo) {
      expect(saturation).toBeNull();
      expect(because).toMatch(/cannot be used|still grew/);
    }
  });

  it('is nothing where no probe was made', () => {
    const { run } = diagnosed(healthy({ others }));
    const without = { ...run, events: run.events.filter(({ kind }) => kind !== 'trial') };
    const { readings } = readingsOf(without);
    for (const [name, list] of Object.entries(readings)) if (name !== 'keys') expect(list).toEqual([]);
  });

  it('of a slow system with few answers keeps its intervals wide or leaves them out', () => {
    const { readings } = carriedOut(healthy({ others: [{ ms: 1500 }] }), [singleUser(1, 6000)]);
    const [slow] = readings.single;
    expect(slow?.count).toBeLessThan(10);
    if (slow?.mean != null) {
      expect((slow.mean.high ?? 0) / slow.mean.value).toBeGreaterThan(1.3);
      expect(slow.mean.low).toBeLessThan(1500);
    }
  });
});

const none = { kind: 'uniform', minMs: 0, maxMs: 0 } as const;

function singleUser(endpoints: number, durationMs: number): TrialOrder {
  return {
    trial: { kind: 'single-user' },
    because: '',
    closed: {
      users: 1,
      thinkTime: none,
      weights: Array.from({ length: endpoints }, () => 1),
    },
    open: null,
    settleMs: 500,
    durationMs,
  };
}
