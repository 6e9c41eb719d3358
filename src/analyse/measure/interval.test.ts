import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../record/random.ts';
import {
  alikeBlocksFactor,
  effectiveSampleSize,
  fewBlocksFactor,
  percentileInterval,
  studentT,
  wilson,
} from './interval.ts';

describe('wilson', () => {
  // Expected values: Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  test.each([
    { failures: 81, total: 263, low: 0.2553, high: 0.3662 },
    { failures: 15, total: 148, low: 0.0624, high: 0.1605 },
    { failures: 0, total: 20, low: 0, high: 0.1611 },
    { failures: 1, total: 29, low: 0.0061, high: 0.1718 },
  ])('$failures of $total: $low … $high', ({ failures, total, low, high }) => {
    const interval = wilson(failures, total);
    expect(interval.value).toBe(failures / total);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test('nothing tried: no interval', () => {
    expect(wilson(0, 0)).toEqual({ value: 0, low: null, high: null });
  });

  test('holds the share and stays within 0 … 1', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 1000 }), (k, n) => {
        const { value, low, high } = wilson(Math.min(k, n), n);
        return low !== null && high !== null && low >= 0 && high <= 1 && low <= value && value <= high;
      }),
    );
  });
});

describe('percentileInterval', () => {
  test.each([
    { values: [3], low: 3, high: 3 },
    { values: Array.from({ length: 41 }, (_, i) => 40 - i), low: 1, high: 39 },
    { values: [0, 100], low: 2.5, high: 97.5 },
  ])('$values.length values', ({ values, low, high }) => {
    const interval = percentileInterval(values);
    expect(interval.low).toBeCloseTo(low, 10);
    expect(interval.high).toBeCloseTo(high, 10);
  });
  test('another confidence', () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    const interval = percentileInterval(values, 0.8);
    expect(interval.low).toBeCloseTo(10, 10);
    expect(interval.high).toBeCloseTo(90, 10);
  });
  test('no values', () => {
    expect(() => percentileInterval([])).toThrow(RangeError);
  });
});

describe('effectiveSampleSize', () => {
  const series = (phi: number) => {
    const random = randomFrom(3);
    let x = 0;
    return Array.from({ length: 20_000 }, () => {
      x = phi * x + (random() - 0.5);
      return x;
    });
  };
  // AR(1): n·(1−φ)/(1+φ)
  test.each([
    { phi: 0, share: 1 },
    { phi: 0.5, share: 1 / 3 },
    { phi: 0.9, share: 1 / 19 },
  ])('AR(1) with φ = $phi is worth $share of its length', ({ phi, share }) => {
    const n = effectiveSampleSize(series(phi)) / 20_000;
    expect(n).toBeGreaterThan(share * 0.8);
    expect(n).toBeLessThan(Math.min(1.0001, share * 1.25));
  });
  test('constant and short series keep their length', () => {
    expect(effectiveSampleSize([1, 1, 1, 1, 1])).toBe(5);
    expect(effectiveSampleSize([1, 2])).toBe(2);
  });
});

describe('studentT', () => {
  // Expected values: any table of the distribution.
  test.each([
    { df: 3, confidence: 0.95, t: 3.182 },
    { df: 3, confidence: 0.99, t: 5.841 },
    { df: 10, confidence: 0.99, t: 3.169 },
    { df: 40, confidence: 0.95, t: 2.021 },
    { df: 40, confidence: 0.99, t: 2.704 },
    { df: 120, confidence: 0.99, t: 2.617 },
    { df: 0, confidence: 0.99, t: Number.POSITIVE_INFINITY },
  ] as const)('$df degrees of freedom, $confidence: $t', ({ df, confidence, t }) => {
    expect(studentT(df, confidence)).toBeCloseTo(t, 2);
  });
});

describe('fewBlocksFactor', () => {
  test.each([
    { blocks: 1, factor: Number.POSITIVE_INFINITY },
    { blocks: 5, factor: 1.5835 },
    { blocks: 12, factor: 1.173 },
    { blocks: 120, factor: 1.0146 },
  ])('$blocks blocks: $factor', ({ blocks, factor }) => {
    expect(fewBlocksFactor(blocks)).toBeCloseTo(factor, 3);
  });
});

describe('alikeBlocksFactor', () => {
  test.each([
    { name: 'alternating blocks', values: [1, 3, 1, 3, 1, 3], factor: 1 },
    { name: 'constant blocks', values: [2, 2, 2, 2], factor: 1 },
    // Lag-1 correlation of 1 … 7 is 4/7; corrected (4/7 + (1 + 12/7)/7) = 0.959, held at 0.8: √(1.8/0.2).
    { name: 'a trend', values: [1, 2, 3, 4, 5, 6, 7], factor: 3 },
    // ρ̂ = 0.25 for 1,1,2,2 (deviations −.5 −.5 .5 .5: 0.25/1); corrected 0.25 + 1.75/4 = 0.6875.
    { name: 'two pairs', values: [1, 1, 2, 2], factor: Math.sqrt(1.6875 / 0.3125) },
  ])('$name: $factor', ({ values, factor }) => {
    expect(alikeBlocksFactor(values)).toBeCloseTo(factor, 10);
  });
});
