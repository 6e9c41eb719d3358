import { describe, expect, test } from 'vitest';
import type { Phase, RunStage, Window } from '../../record/run.ts';
import { scoutingOf } from '../../record/scouting.ts';
import { type TrialOrder, trialsOf } from '../../record/trial.ts';
import { simulatedSession } from './simulated-session.ts';
import type { SimulatedSystem } from './simulated-system.ts';

const poolSystem: SimulatedSystem = {
  name: 'a pool of 8',
  stations: [
    { name: 'pool', servers: 8 },
    { name: 'cpu', servers: 2, discipline: 'ps' },
  ],
  endpoints: [
    { name: 'GET /a', keys: 100, steps: [{ kind: 'serve', station: 'pool', ms: 12 }] },
    { name: 'GET /b', steps: [{ kind: 'serve', station: 'cpu', ms: 1 }] },
  ],
  control: [{ kind: 'serve', station: 'cpu', ms: 0.3 }],
  truth: { causes: ['connection-pool'], endpoints: [0], size: 8 },
};

const rate: TrialOrder = {
  trial: { kind: 'rate' },
  because: 'the highest rate',
  closed: null,
  open: { ratePerSecond: 200, weights: null },
  settleMs: 1000,
  durationMs: 5000,
};

const coupling: TrialOrder = {
  trial: { kind: 'coupling', held: 0 },
  because: 'what is shared',
  closed: { users: 20, thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 }, weights: [1] },
  open: { ratePerSecond: 6, weights: [0, 1, 1] },
  settleMs: 1000,
  durationMs: 10_000,
};

function windowsOf(stage: RunStage | undefined, phase?: Phase): readonly Window[] {
  if (stage?.data.kind !== 'windows') throw new Error('a recorded stage expected');
  return stage.data.windows.filter((w) => phase === undefined || w.phase === phase);
}

const countOf = (windows: readonly Window[]) => windows.reduce((sum, { count }) => sum + count, 0);

describe('a session', () => {
  const session = simulatedSession(poolSystem, { seed: 1 });
  session.carryOut(rate);
  session.carryOut(coupling);
  const run = session.run();

  test('tells what its stages were for', () => {
    expect([...trialsOf(run)]).toEqual([
      [0, { kind: 'rate' }],
      [1, { kind: 'coupling', held: 0 }],
    ]);
  });

  test("has the plan's endpoints, and those of the probes behind them", () => {
    expect(run.plan.endpoints.map(({ probe }) => probe?.kind ?? 'own')).toEqual([
      'own',
      'own',
      'control',
      'control',
      'same-key',
      'no-reuse',
      'no-reuse',
    ]);
    expect([...scoutingOf(run).keys()]).toEqual([0, 1, 2, 3]);
  });

  test('keeps the times of its orders', () => {
    const [first, second] = run.stages;
    expect(first).toMatchObject({ startMs: 0, steadyFromMs: 1000, steadyToMs: 6000, users: null });
    expect(first?.askedRatePerSecond).toBe(200);
    expect(second).toMatchObject({ index: 1, startMs: first?.endMs, users: 20, askedRatePerSecond: null });
    expect((second?.steadyToMs ?? 0) - (second?.startMs ?? 0)).toBe(11_000);
    expect(session.elapsedMs()).toBe(second?.endMs);
  });

  test('counts each request once, each in its phase', () => {
    for (const stage of run.stages) {
      if (stage.data.kind !== 'windows') throw new Error('a recorded stage expected');
      const started = stage.data.health.reduce((sum, sample) => sum + sample.started, 0);
      expect(countOf(stage.data.windows)).toBe(started);
      expect(stage.data.fine.flatMap((f) => f.completed).reduce((a, b) => a + b, 0)).toBe(started);
    }
    // Twenty users wait for their last answers; of the arrivals, by chance, none.
    const phases = run.stages.map((stage) => new Set(windowsOf(stage).map((w) => w.phase)));
    expect(phases).toEqual([new Set(['ramp', 'steady']), new Set(['ramp', 'steady', 'drain'])]);
    // 1,000 arrivals expected; Poisson's deviation is 32.
    expect(Math.abs(countOf(windowsOf(run.stages[0], 'steady')) - 1000)).toBeLessThan(130);
  });

  test('users ask by their weights, arrivals by theirs, at once', () => {
    const steady = windowsOf(run.stages[1], 'steady');
    const of = (endpoint: number) => countOf(steady.filter((w) => w.endpoint === endpoint));
    // Eight places of 12 ms are full: 667/s. Arrivals: 3/s each.
    expect(Math.abs(of(0) / 6667 - 1)).toBeLessThan(0.05);
    expect(of(1)).toBeGreaterThan(10);
    expect(of(1)).toBeLessThan(60);
    expect(of(2)).toBeGreaterThan(10);
    expect(of(3) + of(4) + of(5) + of(6)).toBe(0);
    expect(new Set(steady.flatMap((w) => (w.endpoint === 2 ? Object.keys(w.statuses) : [])))).toEqual(
      new Set(['404']),
    );
  });

  test('is the same for the same seed and orders, another for another seed', () => {
    const again = (seed: number) => {
      const other = simulatedSession(poolSystem, { seed });
      other.carryOut(rate);
      return other.run().stages[0];
    };
    expect(again(1)).toEqual(run.stages[0]);
    expect(again(2)).not.toEqual(run.stages[0]);
  });
});
