import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ThinkTime } from './plan.ts';
import { isNoThinkTime, logNormalOf, meanThinkTimeMs, thinkTimeMoment } from './think-time.ts';

const rows: readonly { name: string; thinkTime: ThinkTime; mean: number | null; third: number | null }[] = [
  { name: 'none', thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 }, mean: 0, third: 0 },
  { name: 'constant', thinkTime: { kind: 'uniform', minMs: 5, maxMs: 5 }, mean: 5, third: 125 },
  // (3⁴ − 1)/(4·2)
  { name: 'uniform', thinkTime: { kind: 'uniform', minMs: 1, maxMs: 3 }, mean: 2, third: 10 },
  { name: 'exponential', thinkTime: { kind: 'exponential', meanMs: 2 }, mean: 2, third: 48 },
  {
    name: 'log-normal',
    thinkTime: { kind: 'log-normal', medianMs: 2000, p95Ms: 6000 },
    // σ = ln 3/1.6448536 = 0.667909; 2000·exp(σ²/2), 8·10⁹·exp(9σ²/2)
    mean: 2499.7689,
    third: 5.95551e10,
  },
  { name: 'unknown', thinkTime: { kind: 'unknown' }, mean: null, third: null },
];

test.each(rows)('mean and third moment: $name', ({ thinkTime, mean, third }) => {
  const found = [meanThinkTimeMs(thinkTime), thinkTimeMoment(thinkTime, 3)];
  for (const [index, exact] of [mean, third].entries()) {
    if (exact === null || exact === 0) expect(found[index]).toBe(exact);
    else expect((found[index] ?? 0) / exact).toBeCloseTo(1, 6);
  }
});

test('only a think time of zero is none', () => {
  expect(rows.filter(({ thinkTime }) => isNoThinkTime(thinkTime)).map(({ name }) => name)).toEqual(['none']);
});

test('the moments of a uniform think time are those of a fine sum', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      (a, width) => {
        const thinkTime: ThinkTime = { kind: 'uniform', minMs: a, maxMs: a + width };
        for (const n of [1, 2, 3] as const) {
          let sum = 0;
          for (let i = 0; i < 1000; i += 1) sum += (a + ((i + 0.5) / 1000) * width) ** n;
          expect((thinkTimeMoment(thinkTime, n) ?? 0) / (sum / 1000)).toBeCloseTo(1, 4);
        }
      },
    ),
  );
});

test('a log-normal think time has its median and its 95th percentile', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 1e6, noNaN: true }),
      fc.double({ min: 1.01, max: 1e3, noNaN: true }),
      (medianMs, factor) => {
        const { mu, sigma } = logNormalOf({ medianMs, p95Ms: medianMs * factor });
        expect(Math.exp(mu) / medianMs).toBeCloseTo(1, 9);
        expect(Math.exp(mu + 1.6448536269514722 * sigma) / (medianMs * factor)).toBeCloseTo(1, 9);
      },
    ),
  );
});
