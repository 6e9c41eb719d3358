import { describe, expect, test } from 'vitest';
import { Histogram } from '../../record/histogram.ts';
import { randomExponential, randomFrom, randomNormal } from '../../record/random.ts';
import { secondHillOf, shareBeyond } from './second-hill.ts';
import { slowModeOf } from './single-user.ts';

const draws = 3000;

function timesOf(drawMs: (random: () => number) => number, n = draws) {
  const random = randomFrom(3);
  const histogram = new Histogram();
  for (let i = 0; i < n; i += 1) histogram.record(Math.round(1000 * drawMs(random)));
  return histogram.snapshot();
}

const withSlow = (share: number, slowMs: number) => (random: () => number) =>
  random() < share ? 2 * slowMs * random() : 40 * random();

describe('a second hill of the response times', () => {
  test('is found where no gap lies before it', () => {
    const times = timesOf(withSlow(0.12, 800));
    expect(slowModeOf(times)).toBeNull();
    const found = secondHillOf(times);
    // Uniform from 0 to 1,600 ms: nearly all of the twelve hundredths lie beyond where the hill begins.
    expect(found?.share).toBeGreaterThan(0.08);
    expect(found?.share).toBeLessThan(0.125);
    expect(found?.fromMs).toBeGreaterThan(40);
    expect(found?.fromMs).toBeLessThan(600);
  });

  const single: readonly [string, (random: () => number) => number][] = [
    ['exponential times', (random) => randomExponential(random, 20)],
    ['a log-normal tail, σ = 1.5', (random) => 20 * Math.exp(1.5 * randomNormal(random))],
    ['a power-law tail', (random) => 10 / random() ** (1 / 1.5)],
    ['even times', (random) => 40 * random()],
    ['the same time always', () => 20],
  ];
  test.each(single)('is not seen in %s', (_, draw) => {
    for (const n of [50, 500, draws]) expect(secondHillOf(timesOf(draw, n))).toBeNull();
  });

  test('is not claimed of a handful of slow answers, nor where most are slow', () => {
    expect(secondHillOf(timesOf(withSlow(0.12, 800), 40))).toBeNull();
    expect(secondHillOf(timesOf(withSlow(0.7, 800)))).toBeNull();
  });
});

test('share of the answers beyond a time', () => {
  const times = timesOf(() => 20, 10);
  expect(shareBeyond(times, 10_000)).toBe(1);
  expect(shareBeyond(times, 30_000)).toBe(0);
});
