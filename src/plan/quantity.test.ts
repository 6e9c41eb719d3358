import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatDuration,
  parseDuration,
  parseDurationRange,
  parseIntegerRange,
  parseShare,
} from './quantity.ts';

test.each([
  ['300ms', 300],
  ['60s', 60_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['1.5s', 1_500],
  ['1m30s', 90_000],
  ['1h0.5m', 3_630_000],
  ['0.1ms', 0.1],
  ['1.1m', 66_000],
  ['0s', 0],
  ['300', null],
  ['', null],
  ['5 s', null],
  ['30s1m', null],
  ['-1s', null],
  ['.5s', null],
  ['1e3s', null],
  ['9'.repeat(400), null],
])('the duration %s is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test('a duration is read as it was written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_400_000_000 }), (microseconds) => {
      const ms = microseconds / 1000;
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

test.each([
  [90_000, '90s'],
  [7_200_000, '2h'],
  [120_000, '2m'],
  [1_500, '1500ms'],
  [0, '0ms'],
])('%s ms are written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  ['1s..3s', { minMs: 1000, maxMs: 3000 }],
  ['500ms', { minMs: 500, maxMs: 500 }],
  ['none', { minMs: 0, maxMs: 0 }],
  [0, { minMs: 0, maxMs: 0 }],
  [5, null],
  ['1..3s', null],
  ['1s..2s..3s', null],
])('the range of durations %s', (input, range) => {
  expect(parseDurationRange(input)).toEqual(range);
});

test.each([
  ['0.1%', 0.001],
  ['99.9%', 0.999],
  ['100%', 1],
  [0.05, 0.05],
  [1.5, null],
  ['101%', null],
  ['0.5', null],
  [-1, null],
])('the share %s is %s', (input, share) => {
  expect(parseShare(input)).toBe(share);
});

test.each([
  ['1..100', { from: 1, to: 100 }],
  ['-5..5', { from: -5, to: 5 }],
  ['1...3', null],
  ['1.5..3', null],
  ['1..9999999999999999', null],
])('the range %s', (text, range) => {
  expect(parseIntegerRange(text)).toEqual(range);
});
