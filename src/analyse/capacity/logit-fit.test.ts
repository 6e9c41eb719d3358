import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitLogit, logistic, logit, rootOf, type Share } from './logit-fit.ts';

/** Hours of study and who passed: the example of many textbooks (20 students). */
const hours = [
  0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5,
];
const passed = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1];
const students: readonly Share[] = hours.map((x, i) => ({ x, hits: passed[i] ?? 0, trials: 1, weight: 1 }));

describe('logistic regression', () => {
  test('hours of study: −4.0777 + 1.5046 x, standard errors 1.7610 and 0.6287', () => {
    const fit = fitLogit(students);
    expect(fit?.intercept).toBeCloseTo(-4.0777, 4);
    expect(fit?.slope).toBeCloseTo(1.5046, 4);
    expect(Math.sqrt(fit?.covariance.intercept ?? 0)).toBeCloseTo(1.761, 3);
    expect(Math.sqrt(fit?.covariance.slope ?? 0)).toBeCloseTo(0.6287, 4);
    if (fit !== null) expect(rootOf(fit, 0.5).x).toBeCloseTo(2.7101, 4);
  });

  test('counts say the same as their single trials, and half weights double the variance', () => {
    const grouped: readonly Share[] = [
      { x: 0, hits: 10, trials: 100, weight: 1 },
      { x: 1, hits: 50, trials: 100, weight: 1 },
      { x: 2, hits: 85, trials: 100, weight: 1 },
    ];
    const single = grouped.flatMap(({ x, hits, trials }) =>
      Array.from({ length: trials }, (_, i) => ({ x, hits: i < hits ? 1 : 0, trials: 1, weight: 1 })),
    );
    const [a, b] = [fitLogit(grouped), fitLogit(single)];
    expect(a?.slope).toBeCloseTo(b?.slope ?? 0, 9);
    expect(a?.covariance.slope).toBeCloseTo(b?.covariance.slope ?? 0, 9);
    const half = fitLogit(grouped.map((s) => ({ ...s, weight: 0.5 })));
    expect(half?.slope).toBeCloseTo(a?.slope ?? 0, 9);
    expect(half?.covariance.slope).toBeCloseTo(2 * (a?.covariance.slope ?? 0), 9);
  });

  test('shares on the line are found again, wherever x lies', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -6, max: 6, noNaN: true }),
        fc.double({ min: 0.5, max: 40, noNaN: true }),
        fc.double({ min: -3, max: 9, noNaN: true }),
        (intercept, slope, shift) => {
          const shares = [-0.1, -0.03, 0, 0.05].map((d) => ({
            x: shift + d,
            hits: 1e4 * logistic(intercept + slope * d),
            trials: 1e4,
            weight: 1,
          }));
          const fit = fitLogit(shares);
          expect(fit).not.toBeNull();
          if (fit === null) return;
          expect(fit.slope).toBeCloseTo(slope, 4);
          expect(rootOf(fit, 0.05).x).toBeCloseTo(shift + (logit(0.05) - intercept) / slope, 4);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each<[string, readonly Share[]]>([
    ['nothing', []],
    ['one x', [{ x: 1, hits: 3, trials: 10, weight: 1 }]],
    [
      'shares that x separates without an error',
      [
        { x: 0, hits: 0, trials: 10, weight: 1 },
        { x: 1, hits: 10, trials: 10, weight: 1 },
      ],
    ],
  ])('%s: no fit', (_, shares) => {
    expect(fitLogit(shares)).toBeNull();
  });

  test('a prior gives such shares a finite slope', () => {
    const fit = fitLogit(
      [
        { x: 0, hits: 0, trials: 10, weight: 1 },
        { x: 1, hits: 10, trials: 10, weight: 1 },
      ],
      { mean: 8, deviation: 4 },
    );
    expect(fit?.slope).toBeGreaterThan(8);
    if (fit !== null) expect(rootOf(fit, 0.5).x).toBeCloseTo(0.5, 6);
  });
});
