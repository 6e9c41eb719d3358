import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ThinkTime } from '../plan/plan.ts';
import { meanThinkTimeMs } from '../plan/think-time.ts';
import { randomFrom } from '../record/random.ts';
import { drawThinkTime } from './draw-think-time.ts';

function drawn(thinkTime: ThinkTime, seed: number, n: number): number[] {
  const random = randomFrom(seed);
  return Array.from({ length: n }, () => drawThinkTime(thinkTime, random)).sort((a, b) => a - b);
}

const ms = fc.double({ min: 1, max: 60_000, noNaN: true });
const known: fc.Arbitrary<ThinkTime> = fc.oneof(
  fc
    .tuple(ms, ms)
    .map(([a, b]) => ({ kind: 'uniform' as const, minMs: Math.min(a, b), maxMs: Math.max(a, b) })),
  ms.map((meanMs) => ({ kind: 'exponential' as const, meanMs })),
  fc
    .tuple(ms, fc.double({ min: 1.2, max: 4, noNaN: true }))
    .map(([medianMs, factor]) => ({ kind: 'log-normal' as const, medianMs, p95Ms: medianMs * factor })),
);

test('the mean of many pauses is that of the think time', () => {
  fc.assert(
    fc.property(known, fc.integer(), (thinkTime, seed) => {
      const pauses = drawn(thinkTime, seed, 20_000);
      const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
      // The widest (σ = ln 4/1.64) has a deviation of 1.02 means: five errors of the mean of 20,000 are 3.6 %.
      expect(Math.abs(mean / (meanThinkTimeMs(thinkTime) ?? 0) - 1)).toBeLessThan(0.036);
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('of a log-normal one 95 % are shorter than its p95, half than its median', () => {
  fc.assert(
    fc.property(ms, fc.double({ min: 1.2, max: 50, noNaN: true }), fc.integer(), (medianMs, factor, seed) => {
      const pauses = drawn({ kind: 'log-normal', medianMs, p95Ms: medianMs * factor }, seed, 20_000);
      const below = (bound: number) => pauses.filter((pause) => pause < bound).length / pauses.length;
      // Five deviations of a share: 5·√(p(1 − p)/20,000).
      expect(Math.abs(below(medianMs * factor) - 0.95)).toBeLessThan(0.0078);
      expect(Math.abs(below(medianMs) - 0.5)).toBeLessThan(0.018);
    }),
    { numRuns: 50, seed: 2 },
  );
});

test('an exponential one has its quantiles: −mean·ln(1 − q)', () => {
  const pauses = drawn({ kind: 'exponential', meanMs: 1000 }, 3, 100_000);
  for (const q of [0.5, 0.9, 0.99]) {
    expect((pauses[Math.floor(q * pauses.length)] ?? 0) / (-1000 * Math.log(1 - q))).toBeCloseTo(1, 1);
  }
});

test('a uniform one stays within its bounds, a constant one takes no number', () => {
  const pauses = drawn({ kind: 'uniform', minMs: 1000, maxMs: 3000 }, 4, 10_000);
  expect(pauses[0]).toBeGreaterThanOrEqual(1000);
  expect(pauses.at(-1)).toBeLessThan(3000);
  const never = (): number => {
    throw new Error('a number was drawn');
  };
  expect(drawThinkTime({ kind: 'uniform', minMs: 7, maxMs: 7 }, never)).toBe(7);
  expect(drawThinkTime({ kind: 'unknown' }, never)).toBe(0);
});

test('no pause is longer than a timer can wait', () => {
  const last = () => 1 - 2 ** -32;
  expect(drawThinkTime({ kind: 'exponential', meanMs: 86_400_000 }, last)).toBeLessThan(2 ** 31);
  let turn = 0;
  const farthest = () => (turn++ % 2 === 0 ? 1 - 2 ** -32 : 0);
  expect(drawThinkTime({ kind: 'log-normal', medianMs: 1, p95Ms: 86_400_000 }, farthest)).toBe(2 ** 31 - 1);
});
