import { describe, expect, test } from 'vitest';
import * as words from './words.ts';

describe('milliseconds', () => {
  test.each([
    [0, '0 ms'],
    [0.042, '0.042 ms'],
    [0.42, '0.42 ms'],
    [4.2, '4.2 ms'],
    [4, '4 ms'],
    [9.96, '10 ms'],
    [93, '93 ms'],
    [1121.99, '1,122 ms'],
    [1234567, '1,234,567 ms'],
  ])('%d → %s', (ms, text) => expect(words.milliseconds(ms)).toBe(text));
});

describe('change', () => {
  test.each([
    [11.07, '+1,107 %'],
    [-0.0894, '−8.9 %'],
    [0, '±0 %'],
    [0.0004, '±0 %'],
    [-0.0004, '±0 %'],
    [1, '+100 %'],
    [0.05, '+5 %'],
  ])('%d → %s', (relative, text) => expect(words.change(relative)).toBe(text));
});

describe('share', () => {
  test.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.125, '12.5 %'],
    [0.0004, '0.04 %'],
    [0.00001, '< 0.01 %'],
    [0.99999, '> 99.9 %'],
    [0.5, '50 %'],
    [-0.0894, '−8.9 %'],
  ])('%d → %s', (value, text) => expect(words.share(value)).toBe(text));
});

describe('rate', () => {
  test.each([
    [16.89, '16.89 requests/s'],
    [120.4, '120 requests/s'],
    [12345.6, '12,346 requests/s'],
    [0.5, '0.5 requests/s'],
  ])('%d → %s', (value, text) => expect(words.rate(value)).toBe(text));
});

describe('seconds', () => {
  test.each([
    [0.5, '0.5 s'],
    [60, '60 s'],
    [180, '3 min'],
    [3900, '1 h 5 min'],
    [7200, '2 h'],
  ])('%d → %s', (value, text) => expect(words.seconds(value)).toBe(text));
});

test.each([
  [1, '1 user'],
  [0, '0 users'],
  [1000, '1,000 users'],
])('count %d → %s', (n, text) => expect(words.count(n, 'user')).toBe(text));

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('list %j → %s', (items, text) => expect(words.list(items)).toBe(text));

test('a list beyond its length counts the rest', () => {
  expect(words.list(['a', 'b', 'c', 'd', 'e'], 2)).toBe('a, b and 3 more');
});

test('an interval without ends is left out', () => {
  expect(words.within({ value: 1, low: null, high: null })).toBe('');
  expect(words.within({ value: 4, low: 3, high: 5 })).toBe(' (95 % interval 3 to 5)');
});

test('what is not finite is said in words', () => {
  expect(words.number(Number.NaN)).toBe('unknown');
  expect(words.number(Number.POSITIVE_INFINITY)).toBe('unbounded');
});

test('a stage is named by its load', () => {
  expect(words.stageName({ stage: 2, users: 50 })).toBe('stage 2 (50 users)');
  expect(words.stageName({ stage: 1, users: 1 })).toBe('stage 1 (1 user)');
  expect(words.loadName({ stage: 3, users: null, askedRate: 200 })).toBe('200 requests/s asked');
});
