import { describe, expect, test } from 'vitest';
import { health, histogramOf, recorded, runOf, stage, summary, window } from '../testing/hand-made-run.ts';
import { simulateRun } from '../testing/simulated-run.ts';
import { measure } from './measure.ts';
import type { Measurement, StageMeasurement } from './measurement.ts';

function first(stages: readonly StageMeasurement[]): StageMeasurement {
  const [measured] = stages;
  if (!measured) throw new Error('no stage was measured');
  return measured;
}

function endpoint(measured: StageMeasurement, index: number): Measurement {
  const found = measured.endpoints[index];
  if (!found) throw new Error(`endpoint ${index} was not measured`);
  return found;
}

describe('the steady part', () => {
  const windows = Array.from({ length: 13 }, (_, second) =>
    window(second, [10], { phase: second < 2 ? 'ramp' : second < 11 ? 'steady' : 'drain' }),
  );
  test.each([
    { name: 'whole seconds between ramp and drain', from: 1500, to: 11_000, seconds: 9, count: 9 },
    { name: 'a partial first second is left out', from: 2500, to: 11_000, seconds: 8, count: 8 },
    { name: 'a partial last second is left out', from: 2000, to: 9700, seconds: 7, count: 7 },
    { name: 'a second with ramp in it is no steady second', from: 0, to: 11_000, seconds: 9, count: 9 },
  ])('$name', ({ from, to, seconds, count }) => {
    const made = stage(recorded({ windows }), { steadyFromMs: from, steadyToMs: to, endMs: 13_000 });
    const { total, ...measured } = first(measure(runOf([made])));
    expect([measured.seconds, total.count, total.rate]).toEqual([seconds, count, 1]);
  });

  test('a stage shorter than a second is used as it is, without blocks', () => {
    const made = stage(recorded({ windows: [window(0, [5, 7])] }), { steadyFromMs: 200, steadyToMs: 700 });
    const { total, seconds, validity } = first(measure(runOf([made])));
    expect([seconds, total.count, total.rate, total.blocks.length]).toEqual([0.5, 2, 4, 0]);
    expect(validity.state).toBe('valid');
  });

  test('a file that was cut off ends with its last second, not with its plan', () => {
    const made = stage(recorded({ windows: windows.slice(0, 6) }), {
      steadyFromMs: 2000,
      steadyToMs: 60_000,
    });
    expect(first(measure(runOf([made]))).seconds).toBe(4);
  });

  test('interrupted in the ramp: invalid, nothing measured', () => {
    const made = stage(recorded({ windows: windows.slice(0, 2) }), {
      steadyFromMs: 2000,
      steadyToMs: 2000,
      state: 'interrupted',
    });
    const { validity, total } = first(measure(runOf([made])));
    expect(validity.state).toBe('invalid');
    expect(validity.because[0]).toBe(
      'Stage 1 was interrupted before all its users were running: there is no steady part to analyse.',
    );
    expect([total.count, total.responseTime, total.rate]).toEqual([0, null, null]);
  });

  test('a warm-up is cut and told', () => {
    const run = simulateRun({
      stages: [{ users: 10, seconds: 60, spawnRate: 10 }],
      thinkTime: { minMs: 100, maxMs: 100 },
      stations: [{ name: 'a', servers: 20 }],
      endpoints: [{ name: 'GET /a', visits: [{ station: 'a', demandMs: 40 }] }],
      warmUp: { factor: 12, seconds: 3 },
    });
    const measured = first(measure(run));
    expect(measured.seconds).toBeLessThanOrEqual(54);
    expect(measured.seconds).toBeGreaterThanOrEqual(30);
    expect(measured.validity.checks[0]?.statement).toMatch(/The ramp and \d+ s of warm-up were kept apart/);
    expect(measured.total.responseTime?.avg).toBeLessThan(48);
  });
});

describe('a measurement', () => {
  const windows = [
    window(0, [10, 20], { connect: histogramOf([1]) }),
    window(1, [30, 40], { serverCloses: 1 }),
    window(2, [1000], { outcome: 'timeout' }),
    window(2, [1, 1], { outcome: 'status', statuses: { 500: 1, 503: 1 } }),
    window(3, [2], { outcome: 'refused', bytesIn: 0 }),
    window(3, [60], { endpoint: 1 }),
  ];
  const measured = first(measure(runOf([stage(recorded({ windows }), { steadyToMs: 4000 })], [{}, {}, {}])));
  const one = endpoint(measured, 0);

  test('counts everything, times what was answered and what timed out', () => {
    expect([one.count, one.failed, one.errors, one.rate]).toEqual([8, 4, 0.5, 2]);
    expect(one.responseTime?.max).toBe(1000);
    expect(one.responseTime?.min).toBe(10);
    expect(one.responseTime?.avg).toBe(220);
  });
  test('names the failures, most frequent first', () => {
    expect(one.failures).toEqual([
      { kind: 'refused', status: null, count: 1 },
      { kind: 'status', status: 500, count: 1 },
      { kind: 'status', status: 503, count: 1 },
      { kind: 'timeout', status: null, count: 1 },
    ]);
  });
  test('tells connections and bytes', () => {
    expect([one.newConnections, one.serverCloses, one.bytes]).toEqual([1 / 8, 1 / 8, 100]);
  });
  test('puts endpoints together', () => {
    expect([measured.total.count, endpoint(measured, 1).count, measured.endpoints[2]]).toEqual([9, 1, null]);
  });
  test('all failed: data, not an invalid stage', () => {
    const failing = [window(0, [1, 1, 1], { outcome: 'reset' })];
    const { total, validity } = first(
      measure(runOf([stage(recorded({ windows: failing }), { steadyToMs: 1000 })])),
    );
    expect([total.errors, total.responseTime, validity.state]).toEqual([1, null, 'valid']);
  });
});

test('blocks hold every second once, the last one takes the rest', () => {
  const windows = Array.from({ length: 28 }, (_, second) => window(second, [10, 10]));
  const { total } = first(measure(runOf([stage(recorded({ windows }), { steadyToMs: 28_000 })])));
  expect(total.blocks.map((block) => [block.seconds, block.count])).toEqual([
    [5, 10],
    [5, 10],
    [5, 10],
    [5, 10],
    [8, 16],
  ]);
});

test('in flight and CPU are summed over the workers', () => {
  const windows = [window(0, [10]), window(1, [10])];
  const samples = [0, 1].flatMap((second) =>
    [0, 1].map((worker) => health(second, { worker, inFlightMean: 2 + worker + second, cpuCores: 0.3 })),
  );
  const measured = first(
    measure(runOf([stage(recorded({ windows, health: samples }), { steadyToMs: 2000 })])),
  );
  expect([measured.inFlight, measured.generatorCpuCores]).toEqual([6, 0.6]);
});

describe("another tool's summary", () => {
  const run = runOf(
    [
      stage(
        summary([
          {
            count: 100,
            failed: 2,
            ratePerSecond: 2,
            minMs: 5,
            avgMs: 50,
            maxMs: 90,
            quantilesMs: { '0.5': 40, '0.95': 80 },
          },
          { count: 300, ratePerSecond: 6, minMs: 3, avgMs: 90, maxMs: 70 },
        ]),
        { users: 10 },
      ),
    ],
    [{}, {}],
  );
  const measured = first(measure(run));
  test('keeps what the file tells and no more', () => {
    expect(endpoint(measured, 0).responseTime).toEqual({ min: 5, avg: 50, p50: 40, p95: 80, max: 90 });
    expect(endpoint(measured, 1).responseTime).toEqual({ min: 3, avg: 90, max: 70 });
    expect(endpoint(measured, 0).failures).toEqual([{ kind: 'unknown', status: null, count: 2 }]);
  });
  test.each([
    [{ kind: 'uniform', minMs: 1000, maxMs: 3000 }, 2000],
    [{ kind: 'exponential', meanMs: 2000 }, 2000],
    [{ kind: 'log-normal', medianMs: 2000, p95Ms: 6000 }, 2499.77],
    [{ kind: 'unknown' }, null],
  ] as const)('the mean think time is that of the plan: %j', (thinkTime, mean) => {
    const load = { kind: 'closed', stages: [], thinkTime } as const;
    const { thinkTimeMs } = first(measure({ ...run, plan: { ...run.plan, load } }));
    expect(thinkTimeMs && Math.round(thinkTimeMs * 100) / 100).toBe(mean);
  });
  test('the total is weighted by count and has no quantiles', () => {
    expect(measured.total.responseTime).toEqual({ min: 3, avg: 80, max: 90 });
    expect([measured.total.count, measured.total.failed, measured.total.rate, measured.seconds]).toEqual([
      400, 2, 8, 50,
    ]);
  });
  test('says how many requests were in flight, and that no cause follows', () => {
    const law = measured.validity.checks.find((check) => check.check === 'response-time-law');
    expect(measured.validity.state).toBe('valid');
    expect(law?.outcome).toBe('not-checked');
    expect(law?.statement).toBe(
      '8 requests/s × 80 ms = 0.6 requests in flight of 10 users. Nearly all of them were thinking, or the load generator or the network held them: the file cannot tell which, so no cause may be drawn from it.',
    );
  });
  test('a stage without a request is invalid', () => {
    const empty = first(measure(runOf([stage(summary([]))])));
    expect(empty.validity.state).toBe('invalid');
  });
});
