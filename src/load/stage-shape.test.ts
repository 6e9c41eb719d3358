import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenStage } from '../plan/plan.ts';
import { stagesOf } from './stage-shape.ts';
import type { StageOrder } from './workload-model.ts';

function ordersOf(stage: ReturnType<typeof stagesOf>[number] | undefined, workers: number): StageOrder[] {
  if (stage === undefined) throw new RangeError('no such stage');
  const startMs = 1000;
  const steadyToMs = startMs + stage.rampMs + stage.durationMs;
  const stopAtMs = steadyToMs + stage.rampDownMs;
  return Array.from({ length: workers }, (_, worker) =>
    stage.orderOf({ worker, workers, startMs, steadyToMs, stopAtMs }),
  );
}

function closed(users: number, spawnRate: number, rampDownMs?: number) {
  const stage = { users, spawnRate, durationMs: 10_000, ...(rampDownMs === undefined ? {} : { rampDownMs }) };
  const [shape] = stagesOf({
    kind: 'closed',
    stages: [stage],
    thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 },
  });
  return shape;
}

describe('closed stages', () => {
  it('users come at the spawn rate and go evenly, shared between the workers', () => {
    const shape = closed(5, 2, 4000);
    expect(shape).toMatchObject({ users: 5, rampMs: 2000, durationMs: 10_000, rampDownMs: 4000 });
    expect(ordersOf(shape, 2).map(({ closed }) => closed)).toMatchObject([
      {
        spawnAtMs: [1000, 2000, 3000],
        retireAtMs: [13_800, 15_400, 17_000],
        stopAtMs: 17_000,
      },
      { spawnAtMs: [1500, 2500], retireAtMs: [14_600, 16_200], stopAtMs: 17_000 },
    ]);
  });

  it('a user’s number through the whole run says which worker it falls to', () => {
    const stage = { users: 1, spawnRate: 1, durationMs: 1000 };
    const shapes = stagesOf({
      kind: 'closed',
      stages: [stage, stage, stage],
      thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 },
    });
    const users = shapes.map((shape) => ordersOf(shape, 2).map(({ closed }) => closed?.spawnAtMs.length));
    expect(users).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  it('without a ramp-down all users go at the end of the steady part', () => {
    expect(ordersOf(closed(3, 1000), 1).map(({ closed }) => closed)).toMatchObject([
      {
        spawnAtMs: [1000, 1001, 1002],
        retireAtMs: [11_002, 11_002, 11_002],
        stopAtMs: 11_002,
      },
    ]);
  });

  it('whatever the number of workers, every user comes and goes once, and none later than the end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0.1, max: 1000, noNaN: true }),
        fc.double({ min: 0, max: 600_000, noNaN: true }),
        (users, workers, spawnRate, rampDownMs) => {
          const shape = closed(users, spawnRate, rampDownMs);
          const orders = ordersOf(shape, workers).flatMap((order) =>
            order.closed === null ? [] : [order.closed],
          );
          const steadyToMs = 1000 + (shape?.rampMs ?? 0) + 10_000;
          for (const { spawnAtMs, retireAtMs, stopAtMs } of orders) {
            expect(retireAtMs).toHaveLength(spawnAtMs.length);
            expect(retireAtMs).toEqual([...retireAtMs].sort((a, b) => a - b));
            expect(retireAtMs.every((at) => at >= steadyToMs && at <= stopAtMs)).toBe(true);
          }
          const gone = orders.flatMap(({ retireAtMs }) => retireAtMs);
          expect(gone).toHaveLength(users);
          // As many as the line from all to none allows, at every moment: half-way half of them.
          const half = gone.filter((at) => at < steadyToMs + rampDownMs / 2).length;
          if (rampDownMs > 1) expect(Math.abs(half - users / 2)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe('open stages', () => {
  const stage = (ratePerSecond: number, more: Partial<OpenStage> = {}): OpenStage => ({
    ...{ ratePerSecond, durationMs: 60_000 },
    ...more,
  });
  const open = (stages: readonly OpenStage[]) => stagesOf({ kind: 'open', stages, arrivals: 'uniform' });

  it('go up from where the stage before ended', () => {
    const stages = open([
      stage(100, { rampMs: 5000 }),
      stage(50, { rampMs: 1000, rampDownMs: 3000 }),
      stage(80, { rampMs: 1000 }),
      stage(90),
    ]);
    expect(stages.map((shape) => ordersOf(shape, 1)[0]?.open)).toMatchObject([
      { fromRatePerSecond: 0, rampMs: 5000, ratePerSecond: 100 },
      { fromRatePerSecond: 100, rampMs: 1000, ratePerSecond: 50 },
      { fromRatePerSecond: 0, rampMs: 1000, ratePerSecond: 80 },
      { fromRatePerSecond: 80, rampMs: 0, ratePerSecond: 90 },
    ]);
  });

  it('the ramp and two seconds at the full rate lie before what counts', () => {
    const [first, short] = open([
      stage(100, { rampMs: 5000, rampDownMs: 3000 }),
      stage(100, { durationMs: 500 }),
    ]);
    expect(first).toMatchObject({ rampMs: 7000, durationMs: 60_000, rampDownMs: 3000 });
    expect(short).toMatchObject({ rampMs: 100, durationMs: 500, rampDownMs: 0 });
    expect(ordersOf(first, 3).map(({ open }) => open)).toEqual(
      [0, 1, 2].map((worker) => ({
        ...{ arrivals: 'uniform', weights: null, worker, workers: 3 },
        ...{ fromRatePerSecond: 0, rampMs: 5000, ratePerSecond: 100 },
        ...{ startMs: 1000, steadyToMs: 68_000, stopAtMs: 71_000 },
      })),
    );
  });
});
