import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFrom, randomNormal } from '../../record/random.ts';
import { cliffsDelta, magnitude } from './cliffs-delta.ts';
import { holm } from './holm.ts';
import { likeness } from './likeness.ts';
import { newcombe, zReachingZero } from './newcombe.ts';
import { ratioOf } from './ratio.ts';
import { twoSidedP, twoSidedT } from './student-t.ts';

describe("Student's t, against the printed tables", () => {
  test.each([
    [0.05, 1, 12.706],
    [0.05, 4, 2.776],
    [0.05, 10, 2.228],
    [0.05, 22, 2.074],
    [0.01, 5, 4.032],
    [0.01, 30, 2.75],
    [0.001, 10, 4.587],
    [0.05, 1e6, 1.96],
    [0.0001, 1e6, 3.891],
  ])('p %d, %d degrees of freedom: %d', (p, freedom, t) => expect(twoSidedT(p, freedom)).toBeCloseTo(t, 2));

  test('one and two degrees of freedom have closed forms', () => {
    for (const t of [0.1, 1, 3, 50]) {
      expect(twoSidedP(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 12);
      expect(twoSidedP(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 12);
    }
  });

  test('p of t of p is p, for any degrees of freedom', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 0.999, noNaN: true }),
        fc.double({ min: 0.5, max: 1e4, noNaN: true }),
        (p, freedom) => {
          expect(twoSidedP(twoSidedT(p, freedom), freedom)).toBeCloseTo(p, 8);
        },
      ),
    ));

  test('nothing is known without degrees of freedom', () => {
    expect(twoSidedT(0.05, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(twoSidedP(5, 0)).toBe(1);
    expect(twoSidedP(Number.POSITIVE_INFINITY, 3)).toBe(0);
  });
});

describe("Holm's adjustment", () => {
  test.each([
    // Four hypotheses: the smallest counts fourfold, the next threefold; none is below one before it.
    [
      [0.01, 0.04, 0.03, 0.005],
      [0.03, 0.06, 0.06, 0.02],
    ],
    [[0.02], [0.02]],
    [
      [0.5, 0.6],
      [1, 1],
    ],
    [[], []],
  ])('%j → %j', (given, adjusted) => {
    for (const [i, p] of holm(given).entries()) expect(p).toBeCloseTo(adjusted[i] ?? Number.NaN, 12);
    expect(holm(given).length).toBe(adjusted.length);
  });

  test('never below the p-value, never above Bonferroni, in the same order', () =>
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (given) => {
        const adjusted = holm(given);
        for (const [i, p] of given.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, p * given.length) + 1e-12);
          for (const [j, q] of given.entries())
            if (p < q) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? 0);
        }
      }),
    ));
});

describe("Cliff's δ", () => {
  test.each([
    // The example of R's effsize::cliff.delta, treatment against control.
    [[10, 20, 30, 40, 40, 50], [10, 10, 20, 20, 20, 30, 30, 30, 40, 50], -0.25, 'small'],
    [[1, 2, 3], [4, 5, 6], 1, 'large'],
    [[4, 5, 6], [1, 2, 3], -1, 'large'],
    [[1, 2], [1, 2], 0, 'negligible'],
  ] as const)('%j → %j', (before, after, delta, word) => {
    expect(cliffsDelta(before, after)).toBeCloseTo(delta, 12);
    expect(magnitude(delta)).toBe(word);
  });
  test('a side without values has none', () => expect(cliffsDelta([], [1])).toBeNull());
  test('the sides exchanged: the sign', () => {
    const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect((cliffsDelta(a, b) ?? Number.NaN) + (cliffsDelta(b, a) ?? Number.NaN)).toBeCloseTo(0, 12);
      }),
    );
  });
});

describe("Newcombe's method 10, the examples of his Table II", () => {
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [10, 10, 0, 20, 0.6791, 1],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
  ])('%d/%d − %d/%d', (a, m, b, n, low, high) => {
    const ends = newcombe({ share: b / n, worth: n }, { share: a / m, worth: m }, 1.959964);
    expect(ends.low).toBeCloseTo(low, 3);
    expect(ends.high).toBeCloseTo(high, 3);
  });
  test('the z that reaches zero does', () => {
    const [from, to] = [
      { share: 0.01, worth: 500 },
      { share: 0.05, worth: 700 },
    ];
    expect(newcombe(from, to, zReachingZero(from, to)).low).toBeCloseTo(0, 9);
    expect(newcombe(to, from, zReachingZero(to, from)).high).toBeCloseTo(0, 9);
    expect(zReachingZero(from, from)).toBe(0);
  });
});

describe('the likeness of blocks', () => {
  /** An autoregressive series of seconds about 100, and its means over blocks of 5. */
  const series = (correlation: number, seed: number) => {
    const random = randomFrom(seed);
    let state = randomNormal(random);
    const seconds = Array.from({ length: 60 }, () => {
      state = correlation * state + Math.sqrt(1 - correlation ** 2) * randomNormal(random);
      return 100 + 10 * state;
    });
    const blocks = Array.from(
      { length: 12 },
      (_, i) => seconds.slice(i * 5, i * 5 + 5).reduce((a, b) => a + b) / 5,
    );
    return { seconds, blocks };
  };
  const meanLikeness = (correlation: number) => {
    let sum = 0;
    for (let seed = 1; seed <= 100; seed += 1) {
      const runs = [series(correlation, seed), series(correlation, seed + 1000)];
      sum += likeness(
        runs.map((r) => r.blocks),
        runs.map((r) => r.seconds),
        5,
      );
    }
    return sum / 100;
  };
  test('grows with the correlation, from about one', () => {
    const [none, some, much] = [0, 0.5, 0.9].map(meanLikeness);
    expect(none).toBeLessThan(1.35);
    // In truth: 1.36 for 0.5, 4.2 for 0.9; the estimate shall not fall short of what is there.
    expect(some).toBeGreaterThan(1.36);
    expect(much).toBeGreaterThan(3.5);
    expect(much).toBeGreaterThan(some ?? 0);
  });
  test('nothing to learn from: independent', () => expect(likeness([], [], 5)).toBeCloseTo(1.07, 2));
});

describe('a ratio', () => {
  const figure = (value: number, spread: number, blocks = 12) => ({
    value,
    logs: Array.from({ length: 101 }, (_, i) => Math.log(value) + ((i - 50) / 50) * spread),
    perBlock: Array.from({ length: blocks }, () => value),
  });
  const ratio = (
    before: readonly ReturnType<typeof figure>[],
    after: readonly ReturnType<typeof figure>[],
    runToRun = 0,
  ) =>
    ratioOf(
      { figures: before, random: randomFrom(1) },
      { figures: after, random: randomFrom(2) },
      { likeness: 1, runToRun },
    );

  test('is that of the geometric means', () => {
    const { log } = ratio([figure(100, 0.01), figure(400, 0.01)], [figure(300, 0.01)]);
    expect(Math.exp(log)).toBeCloseTo(1.5, 12);
  });
  test('has an interval as wide as t and the variances say', () => {
    // Variance of 101 even steps on ± 0.1: 0.1²·(n+1)/(3·(n−1))·… ≈ 0.003434; times 12/11; two sides of it.
    const { low, high } = ratio([figure(100, 0.1)], [figure(100, 0.1)]);
    const side = ((0.1 / 50) ** 2 * (101 * 102)) / 12;
    const variance = 2 * side * (12 / 11);
    expect((high ?? 0) - (low ?? 0)).toBeCloseTo(2 * twoSidedT(0.05, 22) * Math.sqrt(variance), 6);
  });
  test('is widened where a side is one run, by what runs are assumed to differ', () => {
    const plainly = ratio([figure(100, 0.01)], [figure(100, 0.01)]);
    const widened = ratio([figure(100, 0.01)], [figure(100, 0.01)], 0.02);
    expect(widened.high).toBeGreaterThan(2 * 0.02);
    expect(plainly.high).toBeLessThan(0.03);
  });
  test('of several runs that differ by more than their blocks tell: by the runs, with their few degrees of freedom', () => {
    const { low, high, degreesOfFreedom } = ratio(
      [figure(90, 0.001), figure(100, 0.001), figure(110, 0.001)],
      [figure(90, 0.001), figure(100, 0.001), figure(110, 0.001)],
      0.5,
    );
    const logs = [90, 100, 110].map(Math.log);
    const mean = logs.reduce((a, b) => a + b) / 3;
    const between = logs.reduce((sum, y) => sum + (y - mean) ** 2, 0) / 2;
    expect(degreesOfFreedom).toBe(4);
    expect((high ?? 0) - (low ?? 0)).toBeCloseTo(2 * 2.7764 * Math.sqrt((2 * between) / 3), 4);
  });
  test('without blocks: no interval of two runs, one of three a side', () => {
    const summary = (value: number) => ({ value, logs: [], perBlock: [] });
    expect(ratio([summary(100)], [summary(120)])).toMatchObject({ low: null, high: null, p: null });
    const three = ratio(
      [summary(99), summary(100), summary(101)],
      [summary(119), summary(120), summary(121)],
    );
    expect(three.low).toBeGreaterThan(0.1);
    expect(three.p).toBeLessThan(0.001);
  });
  test('p is below 0.05 exactly where the interval excludes no change', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (factor, spread) => {
          const { low, high, p } = ratio([figure(100, spread)], [figure(100 * factor, 0.1)]);
          const excluded = (low ?? 0) > 0 || (high ?? 0) < 0;
          expect((p ?? 1) < 0.05).toBe(excluded);
        },
      ),
    ));
});
