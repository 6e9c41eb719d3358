import { describe, expect, test } from 'vitest';
import { analyseCapacity } from '../capacity/capacity.ts';
import { planOf, stagesOf } from '../testing/given-measurements.ts';
import { simulateRun } from '../testing/simulated-run.ts';
import { driftAgainOf } from './drift-again.ts';
import { factsOf } from './facts.ts';

/** Stages of 1,000 answers each in the order of time; the median's interval is as wide as given, in parts of it. */
function againOf(given: readonly { users: number; p50: number }[], width = 0.02) {
  const base = simulateRun({ stages: [{ users: 1, seconds: 1 }], endpoints: [] });
  const plan = planOf({ slas: [null] });
  const measurements = stagesOf(
    given.map(({ users, p50 }) => ({
      users,
      rate: 100,
      avg: p50,
      endpoints: [{ times: { avg: p50, p50 }, count: 1000, failed: 0 }],
    })),
  ).map((m, i) => {
    const value = given[i]?.p50 ?? 0;
    const p50 = { value, low: value * (1 - width), high: value * (1 + width) };
    return {
      ...m,
      endpoints: m.endpoints.map((e) => (e ? { ...e, intervals: { ...e.intervals, p50 } } : null)),
    };
  });
  const [template] = base.stages;
  const stages = measurements.flatMap((m, i) =>
    template ? [{ ...template, index: i, users: m.users, startMs: 10_000 * i }] : [],
  );
  const run = { ...base, plan, stages };
  return driftAgainOf(factsOf(measurements, run, analyseCapacity(measurements, plan, 1)));
}

describe('a load that comes again', () => {
  const at = (users: number, ...times: readonly number[]) => times.map((p50) => ({ users, p50 }));

  test('is slower each time', () => {
    const found = againOf([{ users: 1, p50: 20 }, ...at(50, 30, 36, 45)]);
    expect(found?.stages.map(({ stage }) => stage)).toEqual([2, 3, 4]);
    expect(found?.levels.map((level) => Math.round(level * 100))).toEqual([100, 120, 150]);
    expect(found?.growth.value).toBeCloseTo(0.5, 10);
    expect(found?.growth.low).toBeLessThan(0.5);
  });

  const rows: readonly [string, readonly { users: number; p50: number }[], number?][] = [
    ['came twice only', at(50, 30, 45)],
    ['went back in between', at(50, 30, 45, 40)],
    ['levelled off', at(50, 30, 44, 44.5)],
    ['grew by little', at(50, 30, 31.5, 33)],
    ['grew, perhaps', at(50, 30, 36, 45), 0.3],
    ['other loads each time', [...at(10, 30), ...at(20, 36), ...at(50, 45)]],
  ];
  test.each(rows)('nothing is said if it %s', (_, given, width) => expect(againOf(given, width)).toBeNull());
});
