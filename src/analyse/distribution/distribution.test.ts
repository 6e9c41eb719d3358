import { describe, expect, test } from 'vitest';
import { randomExponential, randomFrom } from '../../record/random.ts';
import { maxPointsPerStage, timelineOf } from '../endpoints/timeline.ts';
import { measure } from '../measure/measure.ts';
import { histogramOf, runOf, stage, summary } from '../testing/hand-made-run.ts';
import { type SimulationSpec, simulateRun } from '../testing/simulated-run.ts';
import { analyseDistribution } from './distribution.ts';
import { twoModes } from './shape.ts';

const base: SimulationSpec = {
  stages: [
    { users: 4, seconds: 30 },
    { users: 80, seconds: 30 },
  ],
  thinkTime: { minMs: 100, maxMs: 300 },
  stations: [{ name: 'pool', servers: 4 }],
  endpoints: [{ name: 'GET /a', visits: [{ station: 'pool', demandMs: 20 }] }],
};

function shapesOf(spec: Partial<SimulationSpec>) {
  const run = simulateRun({ ...base, ...spec });
  return analyseDistribution(run, measure(run)).stages.map(({ shape }) => shape);
}

describe('shape', () => {
  test.each([
    { name: 'a full pool: even the fastest wait', spec: {}, shapes: [['steady'], ['unknown']] },
    {
      name: 'a queue that bursts fill and that empties between them',
      spec: {
        stages: [
          { users: 6, seconds: 120 },
          { users: 42, seconds: 120 },
        ],
        thinkTime: { minMs: 1000, maxMs: 2000 },
        stations: [{ name: 'pool', servers: 1 }],
        endpoints: [
          {
            name: 'GET /a',
            delayMs: 2,
            visits: [{ station: 'pool', demandMs: 40, distribution: 'exponential' }],
          },
        ],
      },
      shapes: [['steady'], ['queueing']],
    },
    {
      name: 'a pool that is wide enough',
      spec: { stations: [{ name: 'pool', servers: 64 }] },
      shapes: [['steady'], ['steady']],
    },
    {
      name: 'a heavy tail without load',
      spec: {
        stages: [{ users: 4, seconds: 60 }],
        stations: [{ name: 'pool', servers: 64 }],
        endpoints: [{ name: 'GET /a', visits: [{ station: 'pool', demandMs: 20, distribution: 'heavy' }] }],
      },
      shapes: [['heavy-tail']],
    },
    {
      name: 'the world stops for 400 ms every 3 s',
      spec: {
        stages: [{ users: 40, seconds: 30 }],
        stations: [{ name: 'pool', servers: 64 }],
        stall: { everyMs: 3000, lengthMs: 400 },
      },
      shapes: [['stalls']],
    },
    {
      name: 'fewer than five stalls are chance',
      spec: {
        stages: [{ users: 40, seconds: 30 }],
        stations: [{ name: 'pool', servers: 64 }],
        stall: { everyMs: 9000, lengthMs: 400 },
      },
      shapes: [['heavy-tail']],
    },
    {
      name: 'so few requests that a pause is chance',
      spec: { stages: [{ users: 2, seconds: 5 }], thinkTime: { minMs: 1000, maxMs: 3000 } },
      shapes: [['unknown']],
    },
  ] as const)('$name', ({ spec, shapes }) => {
    expect(shapesOf(spec as Partial<SimulationSpec>)).toEqual(shapes);
  });

  test('two modes: cached and not', () => {
    const [shape] = shapesOf({
      stages: [{ users: 10, seconds: 60 }],
      stations: [
        { name: 'cache', servers: 64 },
        { name: 'pool', servers: 64 },
      ],
      endpoints: [
        { name: 'GET /a', visits: [{ station: 'cache', demandMs: 4, distribution: 'uniform' }] },
        { name: 'GET /b', visits: [{ station: 'pool', demandMs: 200, distribution: 'uniform' }] },
      ],
    });
    // Different endpoints are not two modes of one.
    expect(shape).toEqual(['steady']);
  });
});

describe('twoModes', () => {
  const random = randomFrom(5);
  const draws = (n: number, draw: () => number) => Array.from({ length: n }, draw);
  const near = (ms: number) => () => ms * (0.8 + 0.4 * random());
  test.each([
    { name: 'one mode', values: draws(1000, near(20)), modes: false },
    { name: 'exponential', values: draws(1000, () => randomExponential(random, 20)), modes: false },
    { name: 'uniform', values: draws(1000, () => 100 * random()), modes: false },
    { name: '3 ms and 60 ms', values: [...draws(700, near(3)), ...draws(300, near(60))], modes: true },
    { name: 'only twice apart', values: [...draws(500, near(20)), ...draws(500, near(40))], modes: false },
    { name: '5 % in the slow mode', values: [...draws(950, near(3)), ...draws(50, near(60))], modes: false },
    { name: 'too few', values: [...draws(90, near(3)), ...draws(90, near(60))], modes: false },
  ])('$name: $modes', ({ values, modes }) => {
    expect(twoModes(histogramOf(values)) !== null).toBe(modes);
  });
  test('tells where they are and the share of the slow one', () => {
    const found = twoModes(histogramOf([...draws(700, near(3)), ...draws(300, near(60))]));
    expect(found?.low).toBeGreaterThan(2.2);
    expect(found?.low).toBeLessThan(3.8);
    expect(found?.high).toBeGreaterThan(45);
    expect(found?.high).toBeLessThan(75);
    expect(found?.share).toBeCloseTo(0.3, 2);
  });
});

test('ranges over the endpoints, and the insight of the minima', () => {
  const run = runOf(
    [
      stage(
        summary([
          { count: 10, minMs: 17, avgMs: 29, maxMs: 36 },
          { count: 10, minMs: 22, avgMs: 202, maxMs: 2354 },
        ]),
        { users: 10 },
      ),
      stage(
        summary([
          { count: 10, minMs: 15, avgMs: 465, maxMs: 5438 },
          { count: 10, minMs: 19, avgMs: 2309, maxMs: 10602 },
        ]),
        { users: 100 },
      ),
    ],
    [{}, {}],
  );
  const { stages, insights } = analyseDistribution(run, measure(run));
  expect(stages[0]).toMatchObject({
    min: { low: 17, high: 22 },
    avg: { low: 29, high: 202 },
    max: { low: 36, high: 2354 },
  });
  expect(stages.map(({ shape }) => shape)).toEqual([['unknown'], ['queueing']]);
  expect(insights[0]).toBe(
    'Minimum times stay low (15–22 ms at all loads) while averages go from 29–202 ms at 10 users to 465–2,309 ms at 100 users: some requests still pass quickly, the others wait. That is the mark of a queue. These totals include the ramp, though: the fastest answers may come from its first seconds, when few users were running, and do not prove that requests still pass quickly at full load.',
  );
});

test('buckets count every timed request once', () => {
  const run = simulateRun(base);
  const measurements = measure(run);
  const { stages } = analyseDistribution(run, measurements);
  for (const [i, { buckets }] of stages.entries()) {
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(measurements[i]?.total.histogram?.count);
    expect(buckets.length).toBeLessThan(64);
  }
});

describe('timeline', () => {
  test('every second once, every request once', () => {
    const run = simulateRun(base);
    const points = timelineOf(run);
    const requests = run.stages
      .flatMap(({ data }) => (data.kind === 'windows' ? data.windows : []))
      .reduce((sum, { count }) => sum + count, 0);
    expect(points.reduce((sum, { rate }) => sum + rate, 0)).toBeCloseTo(requests, 6);
    expect(points.filter(({ stage: number }) => number === 1).map(({ second }) => second)).toEqual(
      Array.from({ length: points.filter(({ stage: number }) => number === 1).length }, (_, i) => i),
    );
    expect(points[0]).toMatchObject({ stage: 1, second: 0, phase: 'ramp' });
    expect(points[10]).toMatchObject({ phase: 'steady', users: 4 });
  });
  test('long stages are told in steps', () => {
    const run = simulateRun({ ...base, stages: [{ users: 1, seconds: 1500 }] });
    const points = timelineOf(run);
    expect(points.length).toBeLessThanOrEqual(maxPointsPerStage);
    expect((points[1]?.second ?? 0) - (points[0]?.second ?? 0)).toBe(3);
    expect(points[100]?.rate).toBeGreaterThan(3);
    expect(points[100]?.rate).toBeLessThan(7);
    expect(points[100]?.inFlight).toBeLessThan(1);
  });
});
