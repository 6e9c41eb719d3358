import { describe, expect, test } from 'vitest';
import {
  change,
  figure,
  instant,
  ms,
  number,
  percent,
  range,
  rate,
  statisticValue,
  users,
  valueAndRange,
  withInterval,
} from './format.ts';

describe('figures', () => {
  test.each([
    ['a whole number', number(1234567), '1,234,567'],
    ['trailing zeros go', number(2.5, 3), '2.5'],
    ['nothing known', number(null), '–'],
    ['not a number', ms(Number.NaN), '–'],
    ['three digits', figure(15.384), '15.4'],
    ['above a hundred', figure(1122.4), '1,122'],
    ['below one', figure(0.4242), '0.42'],
    ['far below one', figure(0.00042), '0.00042'],
    ['milliseconds', ms(1122), '1,122 ms'],
    ['a rate', rate(16.89), '16.89/s'],
    ['a share', percent(0.125), '12.5 %'],
    ['a small share is never none', percent(0.00004), '< 0.01 %'],
    ['growth', change(17.96), '+1,796 %'],
    ['fall', change(-0.0894), '−8.9 %'],
    ['one user', users(1), '1 user'],
    ['users', users(50), '50 users'],
    ['an SLA on errors', statisticValue('errors', 0.001), '0.1 %'],
    ['an SLA on a time', statisticValue('p95', 300), '300 ms'],
    ['an instant', instant('2026-02-10T14:03:00.000Z'), '2026-02-10 14:03 UTC'],
    ['no instant', instant('yesterday'), 'yesterday'],
  ])('%s', (_, text, expected) => expect(text).toBe(expected));
});

describe('intervals', () => {
  test.each([
    ['the unit once', range(50, 1100, ms), '50 to 1,100 ms'],
    ['users once', range(50, 100, users), '50 to 100 users'],
    ['from one user', range(1, 10, users), '1 to 10 users'],
    ['open above', range(50, null, users), '50 users or more'],
    ['open below', range(null, 50, users), 'up to 50 users'],
    ['none', range(null, null, ms), null],
    ['with its value', withInterval({ value: 5, low: 4, high: 6 }, rate), '5/s (4 to 6/s)'],
    ['without ends', withInterval({ value: 5, low: null, high: null }, rate), '5/s'],
    ['unknown', withInterval(null, rate), '–'],
    ['inside parentheses', valueAndRange({ value: 5, low: 4, high: 6 }, rate), '5/s, 4 to 6/s'],
  ])('%s', (_, text, expected) => expect(text).toBe(expected));
});
