import { describe, expect, test } from 'vitest';
import { randomExponential, randomFrom, randomIndex, randomNormal } from './random.ts';

describe('randomFrom', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    const take = (seed: number) => Array.from({ length: 5 }, randomFrom(seed));
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
    expect(take(0)).not.toEqual(take(-1));
  });

  test('is uniform: mean, variance and correlation of 100,000 numbers', () => {
    const random = randomFrom(42);
    const values = Array.from({ length: 100_000 }, random);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    let lag = 0;
    for (let i = 1; i < values.length; i += 1)
      lag += ((values[i] ?? 0) - mean) * ((values[i - 1] ?? 0) - mean);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 3);
    expect(Math.abs(lag / values.length / variance)).toBeLessThan(0.01);
    expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.slice(0, 50_000))).toBeLessThan(1);
  });

  test('neighbouring seeds are independent', () => {
    const first = Array.from({ length: 2000 }, (_, seed) => randomFrom(seed)());
    const mean = first.reduce((a, b) => a + b, 0) / first.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });

  test('randomIndex covers 0 … below − 1, randomExponential has its mean', () => {
    const random = randomFrom(7);
    const seen = new Set(Array.from({ length: 200 }, () => randomIndex(random, 6)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    const sum = Array.from({ length: 50_000 }, () => randomExponential(random, 8)).reduce((a, b) => a + b, 0);
    expect(sum / 50_000).toBeCloseTo(8, 0);
  });

  test('randomNormal has mean 0, deviation 1, no skew, and its quantiles', () => {
    const random = randomFrom(11);
    const values = Array.from({ length: 100_000 }, () => randomNormal(random));
    const moment = (n: number) => values.reduce((sum, value) => sum + value ** n, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1.5);
    expect(moment(2)).toBeCloseTo(1, 1.5);
    expect(moment(3)).toBeCloseTo(0, 1);
    expect(moment(4)).toBeCloseTo(3, 0.5);
    const below = (z: number) => values.filter((value) => value < z).length / values.length;
    expect(below(-1.96)).toBeCloseTo(0.025, 2);
    expect(below(1.6448536)).toBeCloseTo(0.95, 2);
  });
});
