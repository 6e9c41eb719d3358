import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../record/random.ts';
import { mser, warmUpLength } from './warm-up.ts';

/** The definition, term by term. */
function slowMser(values: readonly number[]): number {
  const n = values.length;
  let best = Number.POSITIVE_INFINITY;
  let cut = 0;
  for (let d = Math.floor(n / 2); d >= 0; d -= 1) {
    const rest = values.slice(d);
    const mean = rest.reduce((a, b) => a + b, 0) / rest.length;
    const statistic = rest.reduce((a, b) => a + (b - mean) ** 2, 0) / rest.length ** 2;
    if (statistic <= best) {
      best = statistic;
      cut = d;
    }
  }
  return cut;
}

describe('mser', () => {
  test.each([
    { name: 'constant', values: [5, 5, 5, 5, 5, 5], cut: 0 },
    { name: 'three slow seconds at the start', values: [90, 70, 30, 10, 11, 10, 9, 10, 11, 10], cut: 3 },
    { name: 'never more than half', values: [90, 80, 70, 60, 50, 40, 30, 20], cut: 4 },
    { name: 'nothing', values: [], cut: 0 },
    { name: 'an outlier at the end cuts nothing', values: [10, 11, 10, 9, 10, 11, 10, 9, 10, 40], cut: 0 },
  ])('$name: $cut', ({ values, cut }) => {
    expect(mser(values)).toBe(cut);
  });

  test('equals its definition', () => {
    const whole = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 40 });
    fc.assert(
      fc.property(whole, (values) => {
        // Equal statistics may differ in the last bit: then the cuts are equally good.
        const a = mser(values);
        const b = slowMser(values);
        const statistic = (d: number) => {
          const rest = values.slice(d);
          const mean = rest.reduce((x, y) => x + y, 0) / rest.length;
          return rest.reduce((x, y) => x + (y - mean) ** 2, 0) / rest.length ** 2;
        };
        return a === b || Math.abs(statistic(a) - statistic(b)) < 1e-6;
      }),
    );
  });
});

describe('warmUpLength', () => {
  test('cuts a warm-up', () => {
    expect(warmUpLength([30, 60, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100])).toBe(2);
  });
  test('leaves short series alone', () => {
    expect(warmUpLength([30, 60, 100, 100, 100, 100])).toBe(0);
  });
  test('leaves a difference below 5 % alone', () => {
    expect(warmUpLength([97, 97, 100, 100, 100, 100, 100, 100, 100, 100])).toBe(0);
  });
  test('seldom cuts noise', () => {
    const random = randomFrom(11);
    let cuts = 0;
    for (let i = 0; i < 500; i += 1) {
      if (warmUpLength(Array.from({ length: 60 }, () => 100 + 60 * random())) > 0) cuts += 1;
    }
    expect(cuts).toBeLessThan(10);
  });
});
