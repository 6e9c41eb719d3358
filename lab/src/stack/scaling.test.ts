import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScaling, type ScalingPolicy } from './scaling.ts';

const policy: ScalingPolicy = {
  minimum: 1,
  maximum: 4,
  tolerance: 0.1,
  upWindowMs: 0,
  downWindowMs: 0,
};

test.each([
  ['nothing to do: the minimum', 3, [{ total: 0, target: 100 }], 1],
  ['on target: stays', 2, [{ total: 200, target: 100 }], 2],
  ['within the tolerance above: stays', 2, [{ total: 220, target: 100 }], 2],
  ['above the tolerance: one more', 2, [{ total: 221, target: 100 }], 3],
  ['within the tolerance below: stays', 2, [{ total: 180, target: 100 }], 2],
  ['a little below: as many are needed', 2, [{ total: 150, target: 100 }], 2],
  ['half: one less', 2, [{ total: 100, target: 100 }], 1],
  ['four times: up to the maximum at once', 1, [{ total: 900, target: 100 }], 4],
  [
    'the load that asks for most decides',
    1,
    [
      { total: 10, target: 100 },
      { total: 2.1, target: 0.7 },
    ],
    3,
  ],
  ['0.7 · 3 / 0.7 is 3', 2, [{ total: 0.7 * 3, target: 0.7 }], 3],
] as const)('%s', (_, instances, loads, desired) => {
  expect(createScaling(policy).desire(0, instances, loads)).toBe(desired);
});

const windows = { ...policy, upWindowMs: 3000, downWindowMs: 10_000 };

/** The loads of one-second readings with a target of 100; how many instances there were after each. */
function follow(loads: readonly number[], before = 1): number[] {
  const scaling = createScaling(windows);
  let instances = before;
  return loads.map((total, second) => {
    instances = scaling.desire(second * 1000, instances, [{ total, target: 100 }]);
    return instances;
  });
}

test('more only when all of the up window asked for them; then as many as the least of it', () => {
  expect(follow([50, 250, 390, 310, 250])).toEqual([1, 1, 1, 3, 3]);
  expect(follow([50, 250, 50, 250, 250, 250])).toEqual([1, 1, 1, 1, 1, 3]);
});

test('fewer only when all of the down window could do with them', () => {
  expect(follow([...Array(10).fill(90), 90], 3)).toEqual([...Array(10).fill(3), 1]);
  expect(follow([...Array(9).fill(90), 290, ...Array(10).fill(190), 90, 90], 3)).toEqual([
    ...Array(19).fill(3),
    2,
    ...Array(2).fill(2),
  ]);
});

test('a load that goes up and down faster than the windows never moves it', () => {
  const period = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(period, fc.integer({ min: 221, max: 400 }), ([high, low], total) => {
      const cycle = [...Array(high).fill(total), ...Array(low).fill(total > 300 ? 199 : 150)];
      const loads = Array.from({ length: 60 }, (_, second) => cycle[second % cycle.length] ?? 0);
      expect(new Set(follow(loads, 2))).toEqual(new Set([2]));
    }),
  );
});

test('a steady load settles, within the bounds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 1, max: 4 }), (total, before) => {
      const counts = follow(Array(40).fill(total), before);
      expect(new Set(counts.slice(-15)).size).toBe(1);
      expect(counts.every((count) => count >= 1 && count <= 4)).toBe(true);
    }),
  );
});
