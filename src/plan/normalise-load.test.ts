import { expect, test } from 'vitest';
import { parsePlan } from './parse-plan.ts';
import type { Load, ThinkTime } from './plan.ts';
import { faultsOfText, loadKeys, planWith } from './testing/faults-of-text.ts';

function loadOf(text: string): Load {
  const outcome = parsePlan(planWith({ 4: `load: ${text}` }), { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(JSON.stringify(outcome.faults));
  return outcome.plan.load;
}

const thinkTimes: readonly [text: string, thinkTime: ThinkTime][] = [
  ['0', { kind: 'uniform', minMs: 0, maxMs: 0 }],
  ['none', { kind: 'uniform', minMs: 0, maxMs: 0 }],
  ['2s', { kind: 'uniform', minMs: 2000, maxMs: 2000 }],
  ['1s..3s', { kind: 'uniform', minMs: 1000, maxMs: 3000 }],
  ['{ exponential: 2s }', { kind: 'exponential', meanMs: 2000 }],
  ['{ logNormal: { median: 2s, p95: 6s } }', { kind: 'log-normal', medianMs: 2000, p95Ms: 6000 }],
];

test.each(thinkTimes)('thinkTime: %s', (text, thinkTime) => {
  const load = loadOf(`{ users: 10, thinkTime: ${text} }`);
  expect(load.kind === 'closed' ? load.thinkTime : null).toEqual(thinkTime);
});

test.each([
  [
    '{ users: [1, 2], spawnRate: 1, duration: 1s, rampDown: 10s, pacing: 5s }',
    {
      kind: 'closed',
      stages: [
        { users: 1, spawnRate: 1, durationMs: 1000, rampDownMs: 10_000 },
        { users: 2, spawnRate: 1, durationMs: 1000, rampDownMs: 10_000 },
      ],
      thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 },
      pacingMs: 5000,
    },
  ],
  [
    '{ rate: [10, 20], duration: 1s, ramp: [0s, 2s], rampDown: [3s, 0s] }',
    {
      kind: 'open',
      stages: [
        { ratePerSecond: 10, durationMs: 1000, rampDownMs: 3000 },
        { ratePerSecond: 20, durationMs: 1000, rampMs: 2000 },
      ],
      arrivals: 'poisson',
    },
  ],
])('load: %s', (text, load) => {
  expect(loadOf(text)).toStrictEqual(load);
});

const wrong: readonly { name: string; load: string; fault: string }[] = [
  {
    name: 'ramp beside users',
    load: '{ users: 10, ramp: 10s }',
    fault:
      '4:20 load.ramp: expected no ramp in the closed model (users), received "10s". Hint: spawnRate says how fast users start',
  },
  {
    name: 'spawnRate beside rate',
    load: '{ rate: 10, spawnRate: 5 }',
    fault:
      '4:19 load.spawnRate: expected no spawnRate in the open model (rate), received 5. Hint: ramp says over how long the rate goes up',
  },
  {
    name: 'pacing beside rate',
    load: '{ rate: 10, pacing: 5s }',
    fault: '4:19 load.pacing: expected no pacing in the open model (rate), received "5s". Hint: remove it',
  },
  {
    name: 'a think time of another kind beside rate',
    load: '{ rate: 10, thinkTime: { exponential: 2s } }',
    fault:
      '4:19 load.thinkTime: expected no thinkTime in the open model (rate), received an object with exponential. Hint: remove it',
  },
  {
    name: 'a 95th percentile below the median',
    load: '{ users: 10, thinkTime: { logNormal: { median: 2s, p95: 2000ms } } }',
    fault: '4:63 load.thinkTime.logNormal.p95: expected a duration above the median 2s, received "2000ms".',
  },
  {
    name: 'a log-normal think time without its percentile',
    load: '{ users: 10, thinkTime: { logNormal: { median: 2s } } }',
    fault: '4:44 load.thinkTime.logNormal.p95: expected a duration such as 300ms, received nothing.',
  },
  {
    name: 'a log-normal think time of one duration',
    load: '{ users: 10, thinkTime: { logNormal: 2s } }',
    fault:
      '4:44 load.thinkTime.logNormal: expected an object such as { median: 2s, p95: 6s }, received "2s".',
  },
  {
    name: 'an exponential think time without unit',
    load: '{ users: 10, thinkTime: { exponential: 2 } }',
    fault:
      '4:46 load.thinkTime.exponential: expected a duration such as 300ms, received 2. Hint: write 2s or 2ms',
  },
  {
    name: 'two distributions',
    load: '{ users: 10, thinkTime: { exponential: 2s, logNormal: { median: 2s, p95: 6s } } }',
    fault: '4:31 load.thinkTime: expected exponential or logNormal, received both.',
  },
  {
    name: 'no distribution',
    load: '{ users: 10, thinkTime: {} }',
    fault: '4:31 load.thinkTime: expected exponential or logNormal, received neither.',
  },
  {
    name: 'a misspelt distribution',
    load: '{ users: 10, thinkTime: { lognormal: { median: 2s, p95: 6s } } }',
    fault:
      '4:33 load.thinkTime.lognormal: expected one of exponential, logNormal, received "lognormal". Hint: did you mean "logNormal"?',
  },
  {
    name: 'more ramps than stages',
    load: '{ rate: [10, 20], ramp: [1s, 2s, 3s] }',
    fault: '4:31 load.ramp: expected one value, or one for each of the 2 stages, received a list of 3.',
  },
  {
    name: 'fewer ramps down than stages',
    load: '{ users: [1, 2, 3], rampDown: [1s, 2s] }',
    fault: '4:37 load.rampDown: expected one value, or one for each of the 3 stages, received a list of 2.',
  },
  {
    name: 'a ramp without unit',
    load: '{ rate: 10, ramp: 10 }',
    fault:
      '4:25 load.ramp: expected a duration such as 10s, or a list such as [10s, 30s], received 10. Hint: write 10s or 10ms',
  },
  {
    name: 'pacing as a range',
    load: '{ users: 10, pacing: 1s..3s }',
    fault: '4:28 load.pacing: expected a duration such as 300ms, received "1s..3s".',
  },
  {
    name: "another tool's word for the ramp",
    load: '{ users: 10, rampUp: 10s }',
    fault: `4:20 load.rampUp: expected one of ${loadKeys}, received "rampUp". Hint: did you mean "ramp"?`,
  },
];

test.each(wrong)('$name', ({ load, fault }) => {
  expect(faultsOfText(planWith({ 4: `load: ${load}` }))).toEqual([fault]);
});
