import { describe, expect, test } from 'vitest';
import { mergeSnapshots } from '../../record/histogram.ts';
import type { Run, Window } from '../../record/run.ts';
import { WorkClock } from './queueing.ts';
import { type SimulationSpec, simulateRun } from './simulated-run.ts';

/**
 * Throughput per second of N users with think time Z and one station of m exponential servers of mean S (M/M/m//N):
 * birth–death chain with birth rates (N−n)/Z and death rates min(n, m)/S. Lazowska et al., Quantitative System
 * Performance (1984); for m = 1 it equals mean value analysis.
 */
function machineRepair(users: number, thinkMs: number, servers: number, serviceMs: number): number {
  const weights = [1];
  for (let n = 1; n <= users; n += 1) {
    const birth = (users - n + 1) / thinkMs;
    const death = Math.min(n, servers) / serviceMs;
    weights.push(((weights[n - 1] ?? 0) * birth) / death);
  }
  const sum = weights.reduce((a, b) => a + b, 0);
  const busy = weights.reduce((total, weight, n) => total + (weight / sum) * Math.min(n, servers), 0);
  return (busy / serviceMs) * 1000;
}

function windowsOf(run: Run, phase?: string): readonly Window[] {
  return run.stages.flatMap((stage) =>
    stage.data.kind === 'windows' ? stage.data.windows.filter((w) => !phase || w.phase === phase) : [],
  );
}

const one = (spec: Partial<SimulationSpec>): SimulationSpec => ({
  stages: [{ users: 20, seconds: 400 }],
  thinkTime: { minMs: 500, maxMs: 1500 },
  stations: [{ name: 'disk', servers: 1 }],
  endpoints: [{ name: 'GET /a', visits: [{ station: 'disk', demandMs: 60 }] }],
  ...spec,
});

function steadyRate(run: Run): number {
  const stage = run.stages[0];
  const count = windowsOf(run, 'steady').reduce((sum, window) => sum + window.count, 0);
  return stage ? (count / (stage.steadyToMs - stage.steadyFromMs)) * 1000 : 0;
}

describe('a simulated run has the throughput of the textbook', () => {
  test.each([
    { name: 'M/M/1//20, saturated', users: 20, servers: 1, demandMs: 60, discipline: 'fifo' as const },
    { name: 'M/M/1//10, half loaded', users: 10, servers: 1, demandMs: 60, discipline: 'fifo' as const },
    { name: 'a pool of 4', users: 60, servers: 4, demandMs: 70, discipline: 'fifo' as const },
    { name: 'a shared processor', users: 14, servers: 1, demandMs: 60, discipline: 'ps' as const },
    { name: 'two shared processors', users: 30, servers: 2, demandMs: 60, discipline: 'ps' as const },
  ])('$name', ({ users, servers, demandMs, discipline }) => {
    const run = simulateRun(
      one({
        stages: [{ users, seconds: 400 }],
        stations: [{ name: 'disk', servers, discipline }],
        endpoints: [{ name: 'GET /a', visits: [{ station: 'disk', demandMs }] }],
      }),
    );
    // The first request pays 0.2 ms to connect; the uniform think time has mean 1,000 ms (insensitive: BCMP).
    const expected = machineRepair(users, 1000, servers, demandMs);
    expect(Math.abs(steadyRate(run) / expected - 1)).toBeLessThan(0.03);
  });

  test('a processor-sharing station is insensitive to the distribution of the demand', () => {
    const rates = (['constant', 'exponential', 'uniform'] as const).map((distribution) =>
      steadyRate(
        simulateRun(
          one({
            stations: [{ name: 'disk', servers: 1, discipline: 'ps' }],
            endpoints: [{ name: 'GET /a', visits: [{ station: 'disk', demandMs: 45, distribution }] }],
          }),
        ),
      ),
    );
    const expected = machineRepair(20, 1000, 1, 45);
    for (const rate of rates) expect(Math.abs(rate / expected - 1)).toBeLessThan(0.03);
  });

  test('M/M/1 in the open model: R = S/(1−ρ)', () => {
    const run = simulateRun(
      one({
        stages: [{ ratePerSecond: 60, seconds: 600 }],
        endpoints: [{ name: 'GET /a', visits: [{ station: 'disk', demandMs: 10 }] }],
      }),
    );
    const response = mergeSnapshots(windowsOf(run, 'steady').map((window) => window.response));
    expect(response.sumUs / response.count / 1000 / 25).toBeCloseTo(1, 1);
  });
});

describe('a simulated run', () => {
  test('is the same for the same seed, another for another', () => {
    const spec = one({ stages: [{ users: 5, seconds: 5 }] });
    expect(simulateRun(spec)).toEqual(simulateRun(spec));
    expect(windowsOf(simulateRun(spec)).length).not.toBe(0);
    expect(simulateRun(spec).stages).not.toEqual(simulateRun({ ...spec, seed: 2 }).stages);
  });

  test('counts each request once: started = ended, fine = windows', () => {
    const run = simulateRun(one({ stages: [{ users: 24, seconds: 7, spawnRate: 8 }], timeoutMs: 150 }));
    const data = run.stages[0]?.data;
    if (data?.kind !== 'windows') throw new Error('windows expected');
    const ended = data.windows.reduce((sum, window) => sum + window.count, 0);
    const fine = data.fine.flatMap((f) => f.completed).reduce((a, b) => a + b, 0);
    const started = data.health.reduce((sum, sample) => sum + sample.started, 0);
    expect(ended).toBe(started);
    expect(fine).toBe(ended);
    expect(new Set(data.windows.map((window) => window.outcome))).toEqual(new Set(['ok', 'timeout']));
    expect(new Set(data.windows.map((window) => window.phase))).toEqual(new Set(['ramp', 'steady', 'drain']));
    expect(Math.max(...data.windows.map((window) => window.response.maxUs))).toBe(150_000);
  });

  test('keeps what was measured until an interruption', () => {
    const run = simulateRun(one({ stages: [{ users: 4, seconds: 60 }], interruptAfterSeconds: 10 }));
    expect(run.state).toBe('interrupted');
    expect(run.stages[0]?.state).toBe('interrupted');
    expect(run.stages[0]?.steadyToMs).toBe(10_000);
  });

  test.each([
    {
      name: 'rate limit',
      limit: { kind: 'rate', perSecond: 5, status: 429 } as const,
      statuses: ['200', '429'],
    },
    {
      name: 'load shedding',
      limit: { kind: 'in-flight', max: 2, status: 503 } as const,
      statuses: ['200', '503'],
    },
  ])('$name', ({ limit, statuses }) => {
    const run = simulateRun(one({ stages: [{ users: 20, seconds: 10 }], limit }));
    const seen = new Set(windowsOf(run).flatMap((window) => Object.keys(window.statuses)));
    expect([...seen].sort()).toEqual(statuses);
  });
});

describe('WorkClock stands still during stalls', () => {
  const clock = (now: number) => {
    const made = new WorkClock({ everyUs: 100, lengthUs: 10 });
    made.now = now;
    return made;
  };
  test.each([
    { now: 0, work: 50, ends: 50 },
    { now: 95, work: 10, ends: 115 },
    { now: 105, work: 10, ends: 120 },
    { now: 110, work: 181, ends: 311 },
    { now: 110, work: 90, ends: 200 },
  ])('$work µs of work begun at $now end at $ends', ({ now, work, ends }) => {
    expect(clock(now).after(work)).toBe(ends);
  });
});
