import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance } from './did-you-mean.ts';

const keys = ['users', 'spawnRate', 'rate', 'arrivals', 'duration', 'thinkTime'];

test.each([
  ['spwanRate', 'spawnRate'],
  ['spawn_rate', 'spawnRate'],
  ['SPAWNRATE', 'spawnRate'],
  ['think-time', 'thinkTime'],
  ['durration', 'duration'],
  ['vus', 'users'],
  ['ramp-up', 'spawnRate'],
  ['colour', null],
  ['x'.repeat(1000), null],
])('%s means %s', (given, meant) => {
  expect(didYouMean(given, keys)).toBe(meant);
});

test('among three words equally close there is no guess', () => {
  expect(didYouMean('p98', ['p90', 'p95', 'p99'])).toBe(null);
});

test.each([
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1],
  ['', 'abc', 3],
])('%s and %s are %i edits apart', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
});

test('the distance is symmetric, and 0 only of equals', () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});
