import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixes, fixOutcomes, fixTrial } from '../testing/fix-trial.ts';
import { referenceRun } from '../testing/reference-run.ts';
import { simulateRun } from '../testing/simulated-run.ts';
import { analysedRun } from './analysed-run.ts';
import type { Change } from './change.ts';
import { predict } from './predict.ts';
import { predictionSchema } from './prediction.ts';

/** A pool of 4 places that each request holds for 20 ms, and 5 ms beside it: R₁ = 25 ms, Xmax = 200/s, N* = 5. */
const pooled = analysedRun(
  simulateRun({
    seed: 3,
    stages: [1, 2, 5, 10, 20, 40].map((users) => ({ users, seconds: 20 })),
    stations: [{ name: 'pool', servers: 4 }],
    endpoints: [
      { name: 'GET /a', weight: 3, delayMs: 5, visits: [{ station: 'pool', demandMs: 20 }] },
      { name: 'POST /b', weight: 1, delayMs: 5, visits: [{ station: 'pool', demandMs: 20 }] },
    ],
  }),
);

const gainAt = (change: Change, users: number) =>
  predict(pooled, change).curve.find((p) => p.users === users)?.gain ?? { low: Number.NaN, high: null };

describe('a pool of 4 at 40 users: at most N/(R₁ + Z) = 1,600/s, 8 times as much', () => {
  it.each([
    { change: { pool: 8, poolNow: 4 }, high: 2 },
    { change: { pool: 16, poolNow: 4 }, high: 4 },
    { change: { pool: 400, poolNow: 4 }, high: 8 },
    { change: { pool: 400 }, high: 8 },
    { change: { instances: 3 }, high: 3 },
    { change: { instances: 20 }, high: 8 },
    { change: { cacheHit: 0.5, endpoints: ['GET /a', 'POST /b'] }, high: 2 },
    { change: { demand: 0.25 }, high: 4 },
    { change: { pool: 8, poolNow: 4, instances: 2 }, high: 4 },
  ])('$change: 1 to $high times', ({ change, high }) => {
    const gain = gainAt(change, 40);
    expect(gain.low).toBe(1);
    expect((gain.high ?? Number.NaN) / high).toBeGreaterThan(0.97);
    // R₁ is measured, too: its interval widens the bound.
    expect((gain.high ?? Number.NaN) / high).toBeLessThan(1.15);
  });

  it('one user gains nothing from a larger pool', () => {
    expect(gainAt({ pool: 40, poolNow: 4 }, 1).high).toBeLessThan(1.06);
  });

  it('a smaller pool that is not known to be the limit: from in proportion to nothing', () => {
    const gain = gainAt({ pool: 2, poolNow: 4 }, 40);
    expect(gain.low).toBeCloseTo(0.5, 9);
    expect(gain.high).toBeGreaterThanOrEqual(1);
  });

  it('mean value analysis with the measured demands says what a pool of 8 brings, if nothing else limits', () => {
    const at40 = predict(pooled, { pool: 8, poolNow: 4 }).curve.find((p) => p.users === 40);
    expect((at40?.rate.expected ?? 0) / 400).toBeGreaterThan(0.95);
    expect((at40?.rate.expected ?? 0) / 400).toBeLessThan(1.05);
  });

  it('the response time follows from R = N/X − Z', () => {
    const at40 = predict(pooled, { instances: 2 }).curve.find((p) => p.users === 40);
    expect(at40?.responseTime.low).toBeCloseTo((40 / (at40?.rate.high ?? 1)) * 1000, 9);
  });

  it('users that were not measured lie between their neighbours', () => {
    const at15 = predict(pooled, { users: [15] }).curve.find((p) => p.users === 15);
    expect(at15?.measured).toBeNull();
    expect(at15?.rate.low).toBeGreaterThan(180);
    expect(at15?.rate.high).toBeLessThan(210);
  });

  it('each model says its formula, and the prediction what it assumes', () => {
    const { steps, assumptions, statement } = predict(pooled, { pool: 8, cacheHit: 0.8, keepAlive: true });
    expect(steps.map((s) => s.formula)).toEqual([
      'gain ≤ min(m′/m, N/((R₁ + Z)·X), next resource)',
      'gain ≤ 1/(1 − f·h·(1 − S_hit/S_miss))',
      'R′ = R − c·(1 − reuse)',
    ]);
    expect(assumptions.length).toBeGreaterThan(3);
    expect(statement).toMatch(
      /^With a pool of 8, 80 % of the reads from a cache and kept connections, 40 users bring /,
    );
  });
});

describe('properties', () => {
  const size = fc.integer({ min: 1, max: 200 });

  it('more places, more hits, more instances never predict less; bounds are ordered', () => {
    fc.assert(
      fc.property(
        size,
        size,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b, h, k) => {
          const [fewer, more] = [Math.min(a, b), Math.max(a, b)];
          const [less, hits] = [Math.min(h, k), Math.max(h, k)];
          const pairs: readonly (readonly [Change, Change])[] = [
            [
              { pool: fewer, poolNow: 4 },
              { pool: more, poolNow: 4 },
            ],
            [{ instances: fewer }, { instances: more }],
            [{ cacheHit: less }, { cacheHit: hits }],
          ];
          for (const [small, large] of pairs) {
            const [one, two] = [predict(pooled, small), predict(pooled, large)];
            for (const [i, point] of one.curve.entries()) {
              const other = two.curve[i];
              expect(point.rate.low).toBeLessThanOrEqual(point.rate.high ?? Number.POSITIVE_INFINITY);
              expect(other?.rate.low).toBeGreaterThanOrEqual(point.rate.low * (1 - 1e-9));
              expect(other?.rate.high ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
                (point.rate.high ?? 0) * (1 - 1e-9),
              );
              expect(point.responseTime.low).toBeLessThanOrEqual(
                point.responseTime.high ?? Number.POSITIVE_INFINITY,
              );
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a prediction holds to its schema', () => {
    const prediction = predict(pooled, { pool: 8, thinkTimeMs: 100, users: [3, 400] });
    expect(predictionSchema.safeParse(JSON.parse(JSON.stringify(prediction))).error).toBeUndefined();
  });
});

describe('nothing is said without a basis', () => {
  it("another tool's totals hold no think time", () => {
    const prediction = predict(analysedRun(referenceRun()), { pool: 50 });
    expect(prediction.state).toBe('insufficient-evidence');
    expect(prediction.curve).toEqual([]);
    expect(prediction.needed).toBe('a run recorded by Loadline: loadline run PLAN');
  });

  it('arrivals alone tell nothing of users', () => {
    const run = simulateRun({
      stages: [{ ratePerSecond: 50, seconds: 10 }],
      endpoints: [{ name: 'GET /a', delayMs: 5, visits: [] }],
    });
    const prediction = predict(analysedRun(run), { instances: 2 });
    expect(prediction.statement).toBe(
      'The run holds no stage of users: how many of them wait where is not known.',
    );
  });

  it.each([
    [{}, 'nothing is to be changed'],
    [{ pool: 0 }, 'pool: expected a whole number from 1 to 1,000,000'],
    [{ cacheHit: 1.2 }, 'cache hits: expected a share from 0 to 1'],
    [{ demand: 0 }, 'demand: expected a factor above 0, at most 100'],
    [
      { cacheHit: 0.5, endpoints: ['GET /c'] },
      'no endpoint is called "GET /c"; the run has GET /a and POST /b',
    ],
    [{ pool: 5, endpoints: ['GET /a'] }, 'an endpoint goes with cache hits or a demand'],
  ] satisfies [Change, string][])('%j is refused', (change, message) => {
    expect(() => predict(pooled, change)).toThrow(new RangeError(message));
  });
});

describe('the interval holds what the fix really brought, in simulated systems (bench/what-if-accuracy.ts)', () => {
  it.each(fixes)('%s', (fix) => {
    const rows = [1, 2].flatMap((seed) => fixOutcomes(fix, seed));
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.filter((row) => row.isCovered).length / rows.length).toBeGreaterThanOrEqual(0.85);
  });

  it('the same seed gives the same system', () => {
    expect(fixTrial('cache', 5)).toEqual(fixTrial('cache', 5));
  });
});
