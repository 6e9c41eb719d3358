import { expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { overridePlan, type PlanOverrides } from './override-plan.ts';
import { parsePlan } from './parse-plan.ts';
import type { Plan } from './plan.ts';
import { planWith } from './testing/faults-of-text.ts';

function planOf(load: string): Plan {
  const outcome = parsePlan(planWith({ 4: `load: ${load}` }), { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(formatFaults(outcome.faults));
  return outcome.plan;
}

const closed = planOf('{ users: [10, 50], spawnRate: [2, 5], duration: [1s, 2s] }');
const open = planOf('{ rate: [10, 50], duration: 1s }');

function stagesOf(overrides: PlanOverrides, plan = closed): unknown {
  const outcome = overridePlan(plan, overrides);
  return outcome.state === 'valid' ? outcome.plan.load.stages : formatFaults(outcome.faults);
}

const stage = (users: number, spawnRate: number, durationMs: number) => ({ users, spawnRate, durationMs });

test.each<[string, PlanOverrides, unknown]>([
  ['nothing', {}, [stage(10, 2, 1000), stage(50, 5, 2000)]],
  ['fewer stages', { users: [20] }, [stage(20, 2, 1000)]],
  [
    'more stages: the last rate and duration again',
    { users: [1, 2, 3] },
    [stage(1, 2, 1000), stage(2, 5, 2000), stage(3, 5, 2000)],
  ],
  ['one spawn rate for all', { spawnRate: [9] }, [stage(10, 9, 1000), stage(50, 9, 2000)]],
  ['one duration for all', { durationMs: 500 }, [stage(10, 2, 500), stage(50, 5, 500)]],
  [
    'everything',
    { users: [1, 2], spawnRate: [3, 4], durationMs: [500, 600] },
    [stage(1, 3, 500), stage(2, 4, 600)],
  ],
])('%s', (_, overrides, stages) => {
  expect(stagesOf(overrides)).toEqual(stages);
});

test('the target', () => {
  expect(overridePlan(closed, { target: 'http://other:1/v2/' })).toEqual({
    state: 'valid',
    plan: { ...closed, target: 'http://other:1/v2' },
  });
});

test('an open plan takes a duration', () => {
  expect(stagesOf({ durationMs: 500 }, open)).toEqual([
    { ratePerSecond: 10, durationMs: 500 },
    { ratePerSecond: 50, durationMs: 500 },
  ]);
});

test('ramps stay, by index, the last one repeated', () => {
  const up = planOf('{ rate: [10, 50], duration: 1s, ramp: [2s, 3s], rampDown: [0s, 4s] }');
  expect(stagesOf({ rate: [1, 2, 3] }, up)).toEqual([
    { ratePerSecond: 1, durationMs: 1000, rampMs: 2000 },
    { ratePerSecond: 2, durationMs: 1000, rampMs: 3000, rampDownMs: 4000 },
    { ratePerSecond: 3, durationMs: 1000, rampMs: 3000, rampDownMs: 4000 },
  ]);
  const down = planOf('{ users: [10, 50], spawnRate: 5, duration: 1s, rampDown: 2s, pacing: 5s }');
  expect(stagesOf({ users: [7], durationMs: 500 }, down)).toEqual([
    { ...stage(7, 5, 500), rampDownMs: 2000 },
  ]);
});

test('think time and pacing stay', () => {
  const paced = planOf('{ users: 10, thinkTime: { exponential: 2s }, pacing: 5s }');
  const outcome = overridePlan(paced, { users: [3] });
  expect(outcome.state === 'valid' ? outcome.plan.load : null).toMatchObject({
    thinkTime: { kind: 'exponential', meanMs: 2000 },
    pacingMs: 5000,
  });
});

test('an open plan takes rates', () => {
  expect(stagesOf({ rate: [5, 0.5, 20] }, open)).toEqual([
    { ratePerSecond: 5, durationMs: 1000 },
    { ratePerSecond: 0.5, durationMs: 1000 },
    { ratePerSecond: 20, durationMs: 1000 },
  ]);
});

test.each<[PlanOverrides, Plan, string]>([
  [{ rate: [0] }, open, '--rate: expected numbers above 0, at most 1000000, received 0.'],
  [
    { rate: [1] },
    closed,
    '--rate: expected a plan with load.rate, received one with load.users (closed model). Hint: remove the option',
  ],
  [{ users: [10, 0] }, closed, '--users: expected whole numbers from 1 to 100000, received 0.'],
  [{ users: [] }, closed, '--users: expected whole numbers from 1 to 100000, received nothing.'],
  [{ users: [1.5] }, closed, '--users: expected whole numbers from 1 to 100000, received 1.5.'],
  [
    { spawnRate: [1, 2, 3] },
    closed,
    '--spawn-rate: expected one value, or one for each of the 2 stages, received 3 of them.',
  ],
  [
    { spawnRate: [Number.NaN] },
    closed,
    '--spawn-rate: expected numbers above 0, at most 100000, received NaN.',
  ],
  [{ durationMs: 5 }, closed, '--duration: expected durations from 100ms to 24h, received 5ms.'],
  [
    { users: [1] },
    open,
    '--users: expected a plan with load.users, received one with load.rate (open model). Hint: remove the option',
  ],
  [
    { target: 'localhost', users: [0] },
    closed,
    '--target: expected a URL such as http://127.0.0.1:3000, received "localhost". Hint: write "http://localhost"\n--users: expected whole numbers from 1 to 100000, received 0.',
  ],
])('%j is refused', (overrides, plan, faults) => {
  expect(stagesOf({ ...overrides }, plan)).toBe(faults);
  const outcome = overridePlan(plan, overrides);
  if (outcome.state === 'faulty') expect(formatFaults(outcome.faults)).toBe(faults);
});
