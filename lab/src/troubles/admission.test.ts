import { expect, test } from 'vitest';
import { tokenBucket } from './admission.ts';

test.each<[number, readonly (readonly [number, number])[]]>([
  [
    20,
    [
      [0, 0],
      [0, 0],
      [0, 50],
      [25, 25],
      [50, 0],
      [50, 50],
      [10_000, 0],
      [10_000, 0],
      [10_000, 50],
    ],
  ],
  [
    1,
    [
      [0, 0],
      [400, 600],
      [1000, 0],
      [1500, 500],
    ],
  ],
])('%i per second: at each moment, admitted (0) or the wait in milliseconds', (perSecond, steps) => {
  let nowMs = 0;
  const bucket = tokenBucket(perSecond, () => nowMs);
  const waits = steps.map(([atMs]) => {
    nowMs = atMs;
    return [atMs, bucket.take()];
  });
  expect(waits).toEqual(steps);
});
