import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leastRate, leastSingleMs, mostRate } from './bounds.ts';
import { meanValueAnalysis, type ServiceStation } from './mva.ts';

// The three stations of mva.test.ts: D = 4.055 s, Dmax = 2.1 s, Z = 15 s.
const lazowska = { singleMs: 4055, thinkMs: 15_000, maxRate: 1 / 2.1 };

it.each([
  { users: 1, low: 1 / 19.055, high: 1 / 19.055 },
  { users: 3, low: 3 / (19.055 + (2 * 2.1) / (1 + 15 / (3 * 4.055))), high: 3 / 19.055 },
  { users: 50, low: 50 / (19.055 + (49 * 2.1) / (1 + 15 / (50 * 4.055))), high: 1 / 2.1 },
])('$users users of the textbook system: $low to $high', ({ users, low, high }) => {
  expect(leastRate(lazowska, users)).toBeCloseTo(low, 9);
  expect(mostRate(lazowska, users)).toBeCloseTo(high, 9);
});

const queue = fc.record({
  kind: fc.constant('queue' as const),
  demandMs: fc.double({ min: 0.1, max: 100, noNaN: true }),
}) satisfies fc.Arbitrary<ServiceStation>;

it('exact mean value analysis lies between the bounds, and its R₁ is at least the one they allow', () => {
  fc.assert(
    fc.property(
      fc.array(queue, { minLength: 1, maxLength: 5 }),
      fc.double({ min: 0, max: 500, noNaN: true }),
      (stations, thinkMs) => {
        const singleMs = stations.reduce((sum, s) => sum + s.demandMs, 0);
        const maxRate = 1000 / Math.max(...stations.map((s) => s.demandMs));
        for (const { users, rate, responseTimeMs } of meanValueAnalysis(stations, thinkMs, 60)) {
          const system = { singleMs, thinkMs, maxRate };
          expect(leastRate(system, users)).toBeLessThanOrEqual(rate * (1 + 1e-9));
          expect(mostRate(system, users)).toBeGreaterThanOrEqual(rate * (1 - 1e-9));
          const least = leastSingleMs({ users, responseMs: responseTimeMs, thinkMs }, maxRate);
          expect(least).toBeLessThanOrEqual(singleMs * (1 + 1e-9));
        }
      },
    ),
    { numRuns: 100 },
  );
});
