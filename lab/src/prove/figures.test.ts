import { expect, it } from 'vitest';
import { effectAt, overloadOf, predictedAt, stagesOf } from './figures.ts';
import { outcomeText } from './proof-document.ts';

it('takes the stages of an analysis, failures off the rate; one without answers is left out', () => {
  const analysis = {
    sla: { passRate: [{ share: 1 }, { share: null }] },
    stages: [
      {
        users: 10,
        count: 50,
        failed: 5,
        rate: { value: 5 },
        errors: 0.1,
        responseTime: { avg: 20, p95: 40 },
        thinkTime: 2000,
        validity: 'valid',
      },
      { users: 50, count: 0, failed: 0, rate: null, errors: 0, responseTime: null, validity: 'invalid' },
    ],
  };
  expect(stagesOf(analysis)).toEqual([
    {
      users: 10,
      rate: 4.5,
      averageMs: 20,
      p95Ms: 40,
      requests: 50,
      failed: 5,
      slaShare: 1,
      thinkMs: 2000,
      validity: 'valid',
    },
  ]);
  expect(stagesOf({})).toEqual([]);
});

it('sums what was refused over the endpoints', () => {
  const failures = [
    { kind: 'status', status: 429, count: 7 },
    { kind: 'timeout', status: null, count: 2 },
  ];
  const analysis = {
    stages: [
      {
        askedRate: 120,
        count: 100,
        rate: { value: 100 },
        errors: 0.18,
        responseTime: { avg: 80, p95: 200 },
      },
    ],
    endpoints: [{ stages: [{ failures }] }, { stages: [{ failures }] }],
  };
  expect(overloadOf(analysis)).toEqual({
    askedRate: 120,
    acceptedRate: 82,
    acceptedAverageMs: 80,
    acceptedP95Ms: 200,
    failures: { 'status 429': 14, timeout: 4 },
    requests: 100,
  });
});

it('takes the lines of all endpoints together from a comparison', () => {
  const line = { users: 200, endpoint: null, metric: 'throughput', verdict: 'improved' };
  const comparison = {
    lines: [
      { ...line, endpoint: 'GET /posts', change: { value: 9, low: 9, high: 9 } },
      { ...line, users: 100, change: { value: 8, low: 8, high: 8 } },
      { ...line, change: { value: 1, low: 0.9, high: null } },
    ],
  };
  expect(effectAt(comparison, 200)).toEqual({
    throughput: { change: { value: 1, low: 0.9, high: null }, verdict: 'improved' },
    average: null,
  });
});

it('takes the gain at a load from a prediction; without one there is none', () => {
  const prediction = {
    curve: [{ users: 200, gain: { low: 1, high: 1.95 }, rate: { expected: 96.5 } }],
    steps: [{ model: 'a' }, { model: 'b' }],
  };
  const taken = { low: 1, high: 1.95, expectedRate: 96.5, model: 'a; b' };
  expect(predictedAt(prediction, 200)).toEqual(taken);
  expect(predictedAt(prediction, 100)).toBeNull();
  expect(predictedAt({ state: 'insufficient-evidence', curve: [] }, 200)).toBeNull();
});

const predicted = { low: 1.1, high: 2, expectedRate: null, model: 'm' };
it.each([
  ['inside', { value: 0.5, low: 0.4, high: 0.6 }, 'came true'],
  ['its interval reaches the prediction', { value: 0.05, low: 0, high: 0.11 }, 'came true'],
  ['below', { value: 0, low: -0.02, high: 0.09 }, 'brought less'],
  ['above', { value: 1.2, low: 1.01, high: 1.4 }, 'brought more'],
  ['no interval', { value: 1.2, low: null, high: null }, 'not decided'],
])('a prediction and what was measured: %s', (_, change, expected) => {
  const effect = { throughput: { change, verdict: 'improved' }, average: null };
  expect(outcomeText({ predicted, effect })).toBe(expected);
  expect(outcomeText({ predicted: 'no model of it', effect })).toBe('');
});
