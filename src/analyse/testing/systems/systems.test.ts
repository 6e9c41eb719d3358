import { describe, expect, test } from 'vitest';
import type { EndpointProbe } from '../../../plan/plan.ts';
import type { Run, Window } from '../../../record/run.ts';
import type { Trial, TrialOrder } from '../../../record/trial.ts';
import { simulatedSession } from '../simulated-session.ts';
import type { SimulatedSystem } from '../simulated-system.ts';
import { noCache, noKeepAlive, queryPerRow, slowWrites, withCache } from './data.ts';
import { alwaysFailing, healthy, heavyTailed, narrowLine, saturatedGenerator } from './healthy.ts';
import { busyProcessors, connectionPool, eventLoop, globalLock, hotRow, twoTiers } from './queues.ts';
import { loadShedding, overloadErrors, rateLimit } from './refusals.ts';
import { collapse, collecting, drifting, slowDependency, stalling } from './times.ts';

const noPause = { kind: 'uniform', minMs: 0, maxMs: 0 } as const;
const others = [{ ms: 10 }];

describe('what theory says of a system', () => {
  const cpu = { cpuMs: 0.2, cores: 4 };
  test.each<{ system: SimulatedSystem; xmax: number; knee: number }>([
    // Half of the requests hold one of 8 places for 20 ms: 8/(0.5·20 ms). R₁ = 0.2 + 0.2 + (20 + 10)/2.
    {
      system: connectionPool({ ...cpu, others, places: 8, pooled: [{ ms: 20 }] }),
      xmax: 800,
      knee: 0.8 * 15.4,
    },
    // 10 ms before a place: as many users more as 400 requests a second keep waiting there.
    {
      system: connectionPool({ ...cpu, places: 8, pooled: [{ ms: 20 }], before: { ms: 10 } }),
      xmax: 400,
      knee: 8 + 0.4 * 10.4,
    },
    // One thread: (0.2 + (5 + 0.2))/2 ms a request.
    {
      system: eventLoop({ ...cpu, others, blocking: [{ ms: 5 }] }),
      xmax: 1000 / 2.7,
      knee: (2.7 + 5 + 0.2) / 2.7,
    },
    {
      system: globalLock({ ...cpu, locked: [{ ms: 5 }], thinkTime: { kind: 'exponential', meanMs: 14.6 } }),
      xmax: 200,
      knee: 0.2 * 20,
    },
    // All writes for one row, or half of them, the rest over 1,000: 1/(0.5 + 0.5/1000) rows at once.
    {
      system: hotRow({ ...cpu, write: { ms: 5 }, hotShare: 1 }),
      xmax: 200,
      knee: 0.2 * 5.4,
    },
    {
      system: hotRow({ ...cpu, write: { ms: 5 }, hotShare: 0.5 }),
      xmax: 200 / 0.5005,
      knee: (0.2 / 0.5005) * 5.4,
    },
    { system: busyProcessors({ ...cpu, busy: [{ ms: 7.8 }] }), xmax: 500, knee: 0.5 * 8.2 },
    {
      system: twoTiers({ ...cpu, busy: [{ ms: 7.8, queryMs: 12 }], places: 8 }),
      xmax: 500,
      knee: 0.5 * 20.2,
    },
    { system: rateLimit({ ...cpu, others, perSecond: 100 }), xmax: 100, knee: 0.1 * 10.4 },
    {
      system: stalling({ ...cpu, others, stall: { everyMs: 1000, lengthMs: 250 } }),
      xmax: (4 / 0.22) * 1000 * 0.75,
      knee: (4 / 0.22) * 0.75 * 10.42,
    },
    // Peak of the Universal Scalability Law: √((1 − σ)/κ) = 10.
    {
      system: collapse({ ...cpu, contended: [{ ms: 10 }], sigma: 0, kappa: 0.01 }),
      xmax: (100 * 10) / (1 + 0.01 * 90),
      knee: 10,
    },
    {
      system: noKeepAlive({ ...cpu, others, connectMs: 20, handshakeMs: 0.2 }),
      xmax: 10_000,
      knee: 10 * 30.6,
    },
    {
      system: queryPerRow({ ...cpu, list: { ms: 1, rows: 10, queryMs: 2 }, places: 4 }),
      xmax: 200,
      knee: 0.2 * 21.4,
    },
    { system: narrowLine({ ...cpu, others, bytes: 1e6, bytesPerMs: 1e5 }), xmax: 100, knee: 0.1 * 20.4 },
  ])('$system.name', ({ system, xmax, knee }) => {
    expect(system.truth.xmax).toBeCloseTo(xmax, 6);
    expect(system.truth.knee).toBeCloseTo(knee, 6);
  });

  test.each([
    { places: 8, cause: 'cpu-saturation', size: 4 },
    { places: 5, cause: 'connection-pool', size: 5 },
  ])('of two tiers the narrower one is the cause: $cause', ({ places, cause, size }) => {
    const { truth } = twoTiers({ ...cpu, busy: [{ ms: 7.8, queryMs: 12 }], places });
    expect(truth).toMatchObject({ causes: [cause], size });
  });

  test.each([
    { system: healthy({ others }), alsoTrue: ['no-cache'] },
    { system: noCache({ repeated: [{ ms: 30 }] }), alsoTrue: [] },
    { system: withCache({ cached: [{ ms: 30 }] }), alsoTrue: [] },
    { system: globalLock({ others, locked: [{ ms: 30 }] }), alsoTrue: ['no-cache', 'slow-writes'] },
    { system: globalLock({ others, locked: [{ ms: 20 }] }), alsoTrue: ['no-cache'] },
    { system: busyProcessors({ busy: [{ ms: 30 }], cores: 1 }), alsoTrue: ['no-cache', 'single-threaded'] },
  ])('$system.name: $alsoTrue are true as well', ({ system, alsoTrue }) => {
    expect(system.truth.alsoTrue).toEqual(alsoTrue);
  });

  test('places that are held through stalls: nothing', () => {
    const stall = { everyMs: 1000, lengthMs: 250 };
    expect(connectionPool({ ...cpu, places: 8, pooled: [{ ms: 20 }], stall }).truth.xmax).toBeUndefined();
  });
});

/** Steady windows of one endpoint under this load; `probe`: of that kind of the endpoint. */
type Asked = { readonly endpoint: number; readonly probe?: EndpointProbe['kind']; readonly size?: number };

function indexOf(run: Run, { endpoint, probe, size }: Asked): number {
  if (probe === undefined) return endpoint;
  const found = run.plan.endpoints.findIndex(
    (one) =>
      one.probe?.kind === probe &&
      (probe === 'control' ? one.probe.of === null : one.probe.of === endpoint) &&
      (one.probe.kind !== 'size' || one.probe.size === size),
  );
  if (found < 0) throw new Error(`no ${probe} of endpoint ${endpoint}`);
  return found;
}

function ask(
  system: SimulatedSystem,
  asked: Asked,
  { users = 1, seconds = 10, trial = { kind: 'single-user' } as Trial } = {},
) {
  const session = simulatedSession({ ...system, unrest: 0 }, { seed: 5 });
  const index = indexOf(session.run(), asked);
  const weights = session.run().plan.endpoints.map((_, i) => (i === index ? 1 : 0));
  const order: TrialOrder = {
    trial,
    because: '',
    closed: { users, thinkTime: noPause, weights },
    open: null,
    settleMs: 2000,
    durationMs: seconds * 1000,
  };
  session.carryOut(order);
  const stage = session.run().stages[0];
  if (stage?.data.kind !== 'windows') throw new Error('a recorded stage expected');
  const windows = stage.data.windows.filter((w) => w.phase === 'steady' && w.endpoint === index);
  return { windows, health: stage.data.health, seconds };
}

const sum = (windows: readonly Window[], of: (w: Window) => number) =>
  windows.reduce((total, w) => total + of(w), 0);
const meanMs = ({ windows }: ReturnType<typeof ask>) =>
  sum(windows, (w) => w.response.sumUs) / sum(windows, (w) => w.count) / 1000;
const perSecond = ({ windows, seconds }: ReturnType<typeof ask>, outcome?: Window['outcome']) =>
  sum(windows, (w) => (outcome === undefined || w.outcome === outcome ? w.count : 0)) / seconds;
const statusesOf = ({ windows }: ReturnType<typeof ask>) => [
  ...new Set(windows.flatMap((w) => Object.keys(w.statuses)).toSorted()),
];

describe('a system shows its fault and no other', () => {
  test('a rate limit: as many as are permitted succeed, at one rate and at twice that', () => {
    const system = rateLimit({ others, perSecond: 50 });
    for (const users of [5, 10]) {
      const seen = ask(system, { endpoint: 0 }, { users });
      expect(perSecond(seen, 'ok')).toBeGreaterThan(49);
      expect(perSecond(seen, 'ok')).toBeLessThan(51);
      expect(statusesOf(seen)).toEqual(['200', '429']);
    }
  });

  test('shedding: no more than so many are inside', () => {
    const system = loadShedding({ others, inFlight: 4 });
    expect(statusesOf(ask(system, { endpoint: 0 }, { users: 4 }))).toEqual(['200']);
    const seen = ask(system, { endpoint: 0 }, { users: 12 });
    expect(statusesOf(seen)).toEqual(['200', '503']);
    // Four at a time, 10.2 ms and the network each: less than 4/10.2 ms.
    expect(perSecond(seen, 'ok')).toBeLessThan(400);
    expect(perSecond(seen, 'ok')).toBeGreaterThan(300);
  });

  test('errors under load come with the load alone', () => {
    const system = overloadErrors({ others, above: 4, share: 0.5 });
    expect(statusesOf(ask(system, { endpoint: 0 }, { users: 4 }))).toEqual(['200']);
    // Who comes finds nineteen inside.
    const seen = ask(system, { endpoint: 0 }, { users: 20 });
    expect(perSecond(seen, 'status') / perSecond(seen)).toBeCloseTo(0.5, 1);
  });

  test('errors at every load come with one user too', () => {
    const seen = ask(alwaysFailing({ others, share: 0.3 }), { endpoint: 0 }, { seconds: 30 });
    expect(perSecond(seen, 'status') / perSecond(seen)).toBeCloseTo(0.3, 1);
  });

  test('no cache: the same key is as slow as others; with one it is fast, and so is a 304', () => {
    const slow = noCache({ repeated: [{ ms: 30 }] });
    const ratio = meanMs(ask(slow, { endpoint: 0, probe: 'same-key' })) / meanMs(ask(slow, { endpoint: 0 }));
    expect(Math.abs(ratio - 1)).toBeLessThan(0.25);
    const fast = withCache({ cached: [{ ms: 30 }], keys: 100_000 });
    expect(meanMs(ask(fast, { endpoint: 0 }))).toBeGreaterThan(20);
    expect(meanMs(ask(fast, { endpoint: 0, probe: 'same-key' }))).toBeLessThan(1);
    const conditional = ask(fast, { endpoint: 0, probe: 'conditional' });
    expect(statusesOf(conditional)).toEqual(['304']);
    expect(meanMs(conditional)).toBeLessThan(1);
  });

  test('a cache forgets', () => {
    const system = withCache({ cached: [{ ms: 30 }], keys: 1, ttlMs: 50 });
    const mean = meanMs(ask(system, { endpoint: 0 }, { seconds: 30 }));
    expect(mean).toBeGreaterThan(0.5);
    expect(mean).toBeLessThan(5);
  });

  test('a query per row: each row costs its query and its bytes', () => {
    const system = queryPerRow({ list: { ms: 4, rows: 20, queryMs: 2 } });
    const at = (size: number) => ask(system, { endpoint: 0, probe: 'size', size }, { seconds: 60 });
    const [one, ten, hundred] = [at(1), at(10), at(100)];
    expect((meanMs(hundred) - meanMs(ten)) / 90 / 2).toBeCloseTo(1, 1);
    expect((meanMs(ten) - meanMs(one)) / 9 / 2).toBeCloseTo(1, 0);
    expect(sum(hundred.windows, (w) => w.bytesIn) / sum(hundred.windows, (w) => w.count)).toBe(20_200);
  });

  test('no keep-alive: each request connects; kept, only those that ask for it', () => {
    const closing = ask(noKeepAlive({ others, connectMs: 20 }), { endpoint: 0 });
    const connects = (seen: ReturnType<typeof ask>) =>
      sum(seen.windows, (w) => w.connect.count) / sum(seen.windows, (w) => w.count);
    expect(connects(closing)).toBe(1);
    expect(sum(closing.windows, (w) => w.serverCloses)).toBe(sum(closing.windows, (w) => w.count));
    expect(meanMs(closing)).toBeGreaterThan(28);
    const keeping = healthy({ others, connect: { ms: 20 } });
    expect(connects(ask(keeping, { endpoint: 0 }))).toBe(0);
    expect(connects(ask(keeping, { endpoint: 0, probe: 'no-reuse' }))).toBe(1);
  });

  test('a hot row: one row is slow, spread rows are not', () => {
    const system = hotRow({ write: { ms: 20 }, hotShare: 0.9 });
    const at = (spread: boolean) =>
      perSecond(ask(system, { endpoint: 0 }, { users: 10, trial: { kind: 'rows', endpoint: 0, spread } }));
    expect(at(false)).toBeLessThan(60);
    expect(at(true)).toBeGreaterThan(400);
  });

  test('drift: the second half is slower', () => {
    const steady = [{ ms: 10, distribution: 'constant' as const }];
    const system = drifting({ others: steady, drift: { perSecond: 0.05 } });
    const { windows } = ask(system, { endpoint: 0 }, { seconds: 40 });
    const half = (from: number) => windows.filter(({ second }) => second >= from && second < from + 20);
    const mean = (part: readonly Window[]) => sum(part, (w) => w.response.sumUs) / sum(part, (w) => w.count);
    // One user's answers in T seconds: ∫ dt/(R·(1 + t/20)); seconds 2 to 22 against 22 to 42.
    const expected = Math.log(2.1 / 1.1) / Math.log(3.1 / 2.1);
    expect(mean(half(22)) / mean(half(2))).toBeCloseTo(expected, 1);
  });

  test.each([
    { system: stalling({ others, stall: { everyMs: 1000, lengthMs: 200 } }), users: 1 },
    { system: collecting({ others, pause: { every: 100, ms: 200 } }), users: 4 },
  ])('$system.name: now and then an answer waits for 200 ms', ({ system, users }) => {
    const slowest = ask(system, { endpoint: 0 }, { users }).windows.map((w) => w.response.maxUs / 1000);
    expect(Math.max(...slowest)).toBeGreaterThan(180);
    expect(Math.min(...slowest)).toBeLessThan(300);
    const control = ask(system, { endpoint: 0, probe: 'control' }, { users });
    expect(Math.max(...control.windows.map((w) => w.response.maxUs / 1000))).toBeGreaterThan(180);
  });

  test('collapse: beyond the peak throughput falls', () => {
    const system = collapse({ contended: [{ ms: 10 }], sigma: 0.02, kappa: 0.01 });
    const at = (users: number) => perSecond(ask(system, { endpoint: 0 }, { users }));
    expect(at(10)).toBeGreaterThan(1.5 * at(2));
    expect(at(60)).toBeLessThan(0.5 * at(10));
  });

  test('a dependency with a slow mode is as slow for one user as for ten', () => {
    const system = slowDependency({ called: { ms: 10 }, slow: { share: 0.2, ms: 500 } });
    const at = (users: number) => meanMs(ask(system, { endpoint: 0 }, { users, seconds: 60 }));
    expect(at(10) / at(1)).toBeCloseTo(1, 0);
    expect(at(10)).toBeGreaterThan(80);
  });

  test('writes that are slow are so alone', () => {
    const system = slowWrites({ writes: [{ ms: 100 }], others });
    const ratio =
      meanMs(ask(system, { endpoint: 0 }, { seconds: 60 })) / meanMs(ask(system, { endpoint: 1 }));
    expect(ratio).toBeGreaterThan(7);
  });

  test('heavy tails are there with one user', () => {
    const { windows } = ask(heavyTailed({ others }), { endpoint: 0 }, { seconds: 60 });
    expect(Math.max(...windows.map((w) => w.response.maxUs))).toBeGreaterThan(200_000);
  });

  test('a saturated generator caps the throughput and says that it is busy', () => {
    const seen = ask(saturatedGenerator({ others, perSecond: 200 }), { endpoint: 0 }, { users: 20 });
    expect(perSecond(seen)).toBeLessThan(201);
    expect(perSecond(seen)).toBeGreaterThan(195);
    const busy = seen.health.filter(({ phase }) => phase === 'steady').map((h) => h.loopUtilization);
    expect(Math.min(...busy)).toBeGreaterThan(0.9);
    const trial = { kind: 'workers', workers: 2 } as const;
    const twice = ask(saturatedGenerator({ others, perSecond: 200 }), { endpoint: 0 }, { users: 20, trial });
    expect(perSecond(twice)).toBeGreaterThan(390);
  });

  test('a pool leaves the control alone, a busy thread does not', () => {
    const coupled = (system: SimulatedSystem) => {
      const session = simulatedSession(system, { seed: 5 });
      const control = indexOf(session.run(), { endpoint: 0, probe: 'control' });
      const only = (index: number) => session.run().plan.endpoints.map((_, i) => (i === index ? 1 : 0));
      session.carryOut({
        trial: { kind: 'coupling', held: 0 },
        because: '',
        closed: { users: 16, thinkTime: noPause, weights: only(0) },
        open: { ratePerSecond: 10, weights: only(control) },
        settleMs: 2000,
        durationMs: 10_000,
      });
      const stage = session.run().stages[0];
      if (stage?.data.kind !== 'windows') throw new Error('a recorded stage expected');
      const windows = stage.data.windows.filter((w) => w.phase === 'steady' && w.endpoint === control);
      return sum(windows, (w) => w.response.sumUs) / sum(windows, (w) => w.count) / 1000;
    };
    expect(coupled(connectionPool({ places: 4, pooled: [{ ms: 20 }] }))).toBeLessThan(2);
    expect(coupled(eventLoop({ blocking: [{ ms: 20 }], kind: 'wait' }))).toBeGreaterThan(200);
  });
});
