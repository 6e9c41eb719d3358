import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceOf, meanOf, median, ratioOf, slopeOf } from './contrast.ts';

test('Student t interval of a textbook sample', () => {
  // n = 5, mean 10, s = √2.5, t(0.975; 4) = 2.776: 10 ± 2.776·√(2.5/5) = 10 ± 1.963.
  const interval = meanOf([10, 8, 12, 9, 11]);
  expect(interval?.value).toBe(10);
  expect(interval?.low).toBeCloseTo(10 - 1.963, 3);
  expect(interval?.high).toBeCloseTo(10 + 1.963, 3);
});

test('slope of a textbook regression', () => {
  // y = 2, 4, 5, 4, 5 over 0…4: slope 0.6, s² = 2.4/3, SE = √(0.8/10) = 0.2828, t(0.975; 3) = 3.182.
  const slope = slopeOf([2, 4, 5, 4, 5]);
  expect(slope?.value).toBeCloseTo(0.6, 10);
  expect(slope?.low).toBeCloseTo(0.6 - 3.182 * 0.28284, 3);
  expect(slope?.high).toBeCloseTo(0.6 + 3.182 * 0.28284, 3);
});

test('alike neighbours widen both intervals', () => {
  const width = (i: { low: number | null; high: number | null } | null) => (i?.high ?? 0) - (i?.low ?? 0);
  // The lag-1 correlation of 8 … 12 is 0.4; corrected 0.4 + 2.2/5 = 0.84, held at 0.8: 3 times as wide.
  expect(width(meanOf([8, 9, 10, 11, 12]))).toBeCloseTo(3 * width(meanOf([10, 8, 12, 9, 11])), 10);
  // Residuals of x²: 7, 1, −3, −5, −5, −3, 1, 7; rss 168, SE √(28/42), ρ 0.375 corrected 0.375 + 2.125/8 = 0.640625.
  const slope = slopeOf([0, 1, 4, 9, 16, 25, 36, 49]);
  expect(width(slope) / 2).toBeCloseTo(2.447 * Math.sqrt(28 / 42) * Math.sqrt(1.640625 / 0.359375), 2);
});

test('slope with its 99 % interval', () => {
  // As above, t(0.995; 3) = 5.841.
  expect(slopeOf([2, 4, 5, 4, 5], 0.99)?.low).toBeCloseTo(0.6 - 5.841 * 0.28284, 3);
});

test('too few values give no interval', () => {
  expect(meanOf([1])).toBeNull();
  expect(slopeOf([1, 2, 3])).toBeNull();
  expect(median([])).toBeNull();
});

describe('ratios and differences', () => {
  const positive = fc.double({ min: 0.1, max: 1e4, noNaN: true });
  const interval = fc
    .tuple(positive, fc.double({ min: 0, max: 0.9, noNaN: true }))
    .map(([value, half]) => ({ value, low: value * (1 - half), high: value * (1 + half) }));

  test('an interval holds its value, and no interval comes from none', () => {
    fc.assert(
      fc.property(interval, interval, (a, b) => {
        for (const result of [ratioOf(a, b), differenceOf(a, b)]) {
          const { value, low, high } = result ?? { value: 0, low: null, high: null };
          expect(low ?? Number.NaN).toBeLessThanOrEqual(value);
          expect(high ?? Number.NaN).toBeGreaterThanOrEqual(value);
        }
        expect(ratioOf({ ...a, low: null }, b)?.low).toBeNull();
        expect(differenceOf(a, { ...b, high: null }).high).toBeNull();
      }),
    );
  });

  test('two exact values have an exact ratio', () => {
    expect(ratioOf({ value: 2, low: 2, high: 2 }, { value: 3, low: 3, high: 3 })).toEqual({
      value: 1.5,
      low: 1.5,
      high: 1.5,
    });
    expect(ratioOf({ value: 0, low: 0, high: 0 }, { value: 3, low: 3, high: 3 })).toBeNull();
  });
});
