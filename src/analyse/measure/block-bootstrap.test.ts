import { describe, expect, test } from 'vitest';
import { Histogram, mergeSnapshots } from '../../record/histogram.ts';
import { randomExponential, randomFrom } from '../../record/random.ts';
import { blockIntervals, blockSeconds, changeOfMean } from './block-bootstrap.ts';
import { timesOf } from './measure.ts';
import type { Block } from './measurement.ts';

function blockOf(valuesMs: readonly number[], failed = 0, seconds = 5): Block {
  const histogram = new Histogram();
  for (const ms of valuesMs) histogram.record(Math.round(ms * 1000));
  return {
    seconds,
    count: valuesMs.length + failed,
    failed,
    generatorFailed: 0,
    histogram: histogram.snapshot(),
  };
}

function randomBlocks(seed: number, blocks: number, meanMs: number, perBlock = 40): Block[] {
  const random = randomFrom(seed);
  return Array.from({ length: blocks }, () =>
    blockOf(Array.from({ length: perBlock }, () => randomExponential(random, meanMs))),
  );
}

function intervalsOf(blocks: readonly Block[], seed = 1) {
  const times = timesOf(mergeSnapshots(blocks.map((block) => block.histogram)));
  const seconds = blocks.reduce((sum, block) => sum + block.seconds, 0);
  const rate = blocks.reduce((sum, block) => sum + block.count, 0) / seconds;
  return blockIntervals(blocks, { rate, times }, randomFrom(seed));
}

describe('blockSeconds', () => {
  test.each([
    { seconds: 4, block: null },
    { seconds: 5, block: 1 },
    { seconds: 9, block: 1 },
    { seconds: 10, block: 2 },
    { seconds: 24, block: 2 },
    { seconds: 25, block: 5 },
    { seconds: 600, block: 5 },
    { seconds: 3600, block: 30 },
  ])('$seconds s: blocks of $block s', ({ seconds, block }) => {
    expect(blockSeconds(seconds)).toBe(block);
  });
});

describe('blockIntervals', () => {
  test('identical blocks have an interval without width', () => {
    const { rate, avg } = intervalsOf(Array.from({ length: 6 }, () => blockOf([1, 2, 3, 4])));
    expect(rate).toEqual({ value: 0.8, low: 0.8, high: 0.8 });
    expect(avg).toEqual({ value: 2.5, low: 2.5, high: 2.5 });
  });

  test('four blocks are too few, for anything', () => {
    expect(intervalsOf(randomBlocks(1, 4, 10))).toEqual({
      rate: null,
      avg: null,
      p50: null,
      p95: null,
      p99: null,
    });
  });

  test('a quantile with fewer than 5 samples beyond it has no interval', () => {
    const { avg, p50, p95, p99 } = intervalsOf(randomBlocks(1, 5, 10, 20));
    expect([avg === null, p50 === null, p95 === null, p99 === null]).toEqual([false, false, false, true]);
  });

  test('only failures: a rate and no times', () => {
    const { rate, avg } = intervalsOf(Array.from({ length: 5 }, () => blockOf([], 10)));
    expect(rate?.value).toBe(2);
    expect(avg).toBeNull();
  });

  test('the same random numbers give the same intervals', () => {
    const blocks = randomBlocks(3, 12, 20);
    expect(intervalsOf(blocks, 5)).toEqual(intervalsOf(blocks, 5));
    expect(intervalsOf(blocks, 5)).not.toEqual(intervalsOf(blocks, 6));
  });

  test('independent blocks: 95 % intervals cover the truth in at least 91 % of 300 stages', () => {
    let mean = 0;
    let p95 = 0;
    for (let seed = 0; seed < 300; seed += 1) {
      const found = intervalsOf(randomBlocks(seed, 12, 20), seed);
      const holds = (interval: typeof found.avg, truth: number) =>
        interval !== null && (interval.low ?? 0) <= truth && truth <= (interval.high ?? 0);
      if (holds(found.avg, 20)) mean += 1;
      if (holds(found.p95, 20 * Math.log(20))) p95 += 1;
    }
    expect(mean).toBeGreaterThanOrEqual(273);
    expect(p95).toBeGreaterThanOrEqual(273);
  });
});

describe('changeOfMean', () => {
  test('holds the estimate, and the truth', () => {
    const [from, to] = [randomBlocks(1, 12, 10), randomBlocks(2, 12, 30)];
    const meanOf = (blocks: readonly Block[]) =>
      timesOf(mergeSnapshots(blocks.map((block) => block.histogram)))?.avg ?? 0;
    const value = meanOf(to) / meanOf(from) - 1;
    const change = changeOfMean(from, to, value, randomFrom(1));
    expect(change.value).toBe(value);
    expect(change.low).toBeLessThan(2);
    expect(change.low).toBeGreaterThan(1);
    expect(change.high).toBeGreaterThan(2);
    expect(change.high).toBeLessThan(3.5);
  });
  test('without blocks there is no interval', () => {
    expect(changeOfMean([], randomBlocks(2, 12, 30), 2, randomFrom(1))).toEqual({
      value: 2,
      low: null,
      high: null,
    });
  });
});
