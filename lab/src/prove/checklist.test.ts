import { describe, expect, it } from 'vitest';
import { checklistOf, scaling } from './checklist.ts';
import type { StageFigures } from './figures.ts';
import { observePool } from './observation.ts';

function stage(
  users: number,
  rate: number,
  averageMs: number,
  rest: Partial<StageFigures> = {},
): StageFigures {
  const requests = Math.round(rate * 10);
  return {
    users,
    rate,
    averageMs,
    p95Ms: averageMs * 2,
    requests,
    failed: 0,
    slaShare: 1,
    thinkMs: 2000,
    validity: 'valid',
    ...rest,
  };
}

/** The baseline as it was measured, and a system that carries everything. */
const saturated = [
  stage(10, 4.67, 94),
  stage(50, 23.36, 109),
  stage(100, 44.43, 235, { slaShare: 0.7 }),
  stage(200, 49.64, 2020, { slaShare: 0 }),
];
const carried = [stage(10, 5, 10), stage(50, 25, 10), stage(100, 49.5, 12), stage(200, 99, 15)];
const seen = (met: boolean) => ({ met, seen: met ? 'there' : 'not there' });
const all = (met: boolean) => ({
  cache: seen(met),
  pool: seen(met),
  balancer: seen(met),
  monitoring: seen(met),
});

describe('the readiness checklist', () => {
  it('is met in the two rows that the baseline meets: failures, and the average at 100 users', () => {
    const rows = checklistOf(saturated, all(false));
    expect(rows.filter((row) => row.met).map((row) => row.requirement)).toEqual([
      'Failure rate',
      'Average response time at 100 users',
    ]);
    expect(rows[0]?.current).toBe('50 (2,020 ms on average at 200)');
    expect(rows).toHaveLength(9);
  });

  it('is met in all nine rows by what carries 200 users', () => {
    const rows = checklistOf(carried, all(true));
    expect(rows.filter((row) => !row.met)).toEqual([]);
    expect(rows[0]?.current).toBe('200 (15 ms on average at 200)');
  });

  it.each([
    ['one failure in a thousand', { failed: 2 }, 'Failure rate'],
    ['94 % of the promises', { slaShare: 0.94 }, 'SLA compliance at 200 users (p95)'],
  ])('%s at 200 users misses its row and the users', (_, rest, requirement) => {
    const rows = checklistOf([...carried.slice(0, 3), stage(200, 99, 15, rest)], all(true));
    expect(rows.filter((row) => !row.met).map((row) => row.requirement)).toEqual([
      'Max concurrent users',
      requirement,
    ]);
  });

  it('counts users only up to the first load that was missed', () => {
    const rows = checklistOf([stage(10, 5, 400), ...carried.slice(1)], all(true));
    expect(rows[0]?.current).toBe('0 (15 ms on average at 200)');
  });
});

describe('scaling', () => {
  it.each([
    ['no waiting: X = N/2', [10, 50, 100, 200].map((n) => stage(n, n / 2, 1)), { r2: 1, slope: 1 }],
    ['half of it', [10, 50, 100, 200].map((n) => stage(n, n / 4, 1)), { r2: 1, slope: 0.5 }],
  ])('%s', (_, stages, expected) => {
    const found = scaling(stages);
    expect(found?.r2).toBeCloseTo(expected.r2, 10);
    expect(found?.slope).toBeCloseTo(expected.slope, 10);
  });

  it('is not known of two loads, nor of one throughput at all of them', () => {
    expect(scaling(carried.slice(0, 2))).toBeNull();
    expect(scaling([1, 2, 3].map((n) => stage(n, 7, 1)))).toBeNull();
  });
});

describe('observePool', () => {
  const reading = { mostInUse: 12, mostWaiting: 3, readings: 40, apiBytes: 1 };
  it.each([
    ['99 connections', { size: 99, waitingReadings: 0 }, false],
    ['100 connections', { size: 100, waitingReadings: 0 }, true],
    ['a wait in 2 of 40 readings', { size: 100, waitingReadings: 2 }, true],
    ['a wait in 3 of 40 readings', { size: 100, waitingReadings: 3 }, false],
    ['never read', { size: 100, waitingReadings: 0, readings: 0 }, false],
  ])('%s', (_, rest, met) => {
    expect(observePool({ ...reading, ...rest }).met).toBe(met);
  });
});
