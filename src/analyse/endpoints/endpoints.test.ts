import { describe, expect, test } from 'vitest';
import type { RunStage, Window } from '../../record/run.ts';
import { measure } from '../measure/measure.ts';
import { recorded, runOf, stage, summary, window } from '../testing/hand-made-run.ts';
import type { SimulatedEndpoint } from '../testing/simulated-run.ts';
import { analyseEndpoints } from './endpoints.ts';
import { analyseGroups } from './groups.ts';
import { analyseSla } from './sla.ts';
import { stageTotals } from './stage-totals.ts';

/** Stages of ten seconds, one answer a second of each time given, endpoint by endpoint. */
function stages(...all: readonly (readonly (readonly number[])[])[]): RunStage[] {
  return all.map((byEndpoint, i) => {
    const windows = byEndpoint.flatMap((times, endpoint) =>
      Array.from({ length: 10 }, (_, second): Window => window(second, times, { endpoint })),
    );
    return stage(recorded({ windows }), { users: [10, 50, 100][i] ?? 200 });
  });
}

function analysed(made: readonly RunStage[], endpoints: readonly Partial<SimulatedEndpoint>[]) {
  const run = runOf(made, endpoints);
  const measurements = measure(run);
  const sla = analyseSla(run, measurements);
  const found = analyseEndpoints(run, measurements, sla);
  return { run, measurements, sla, endpoints: found, groups: analyseGroups(run, measurements, found) };
}

describe('degradation and rank', () => {
  const { endpoints } = analysed(stages([[20], [100], [5]], [[60], [150], [50]]), [{}, {}, {}]);
  test.each([
    { at: 0, change: 2, rank: 2 },
    { at: 1, change: 0.5, rank: 3 },
    { at: 2, change: 9, rank: 1 },
  ])('endpoint $at: $change, rank $rank', ({ at, change, rank }) => {
    const found = endpoints[at]?.degradation?.change;
    expect(found?.value).toBe(change);
    expect(found?.low).toBeCloseTo(change, 10);
    expect(found?.high).toBeCloseTo(change, 10);
    expect(endpoints[at]?.rank).toBe(rank);
  });
  test('names its stages', () => {
    expect(endpoints[0]?.degradation).toMatchObject({
      statistic: 'avg',
      fromStage: 1,
      toStage: 2,
      fromUsers: 10,
      toUsers: 50,
      from: 20,
      to: 60,
    });
  });
  test('one stage: no degradation, the slowest comes first', () => {
    const { endpoints: single } = analysed(stages([[20], [100]]), [{}, {}]);
    expect(single.map(({ degradation, rank }) => [degradation, rank])).toEqual([
      [null, 2],
      [null, 1],
    ]);
  });
  test('an invalid stage is no base', () => {
    const [first, second, third] = stages([[20]], [[40]], [[80]]);
    if (!first || !second || !third) throw new Error('three stages');
    const { endpoints: found } = analysed([{ ...first, steadyToMs: 0 }, second, third], [{}]);
    expect(found[0]?.degradation).toMatchObject({ fromStage: 2, toStage: 3, from: 40, to: 80 });
  });
  test('an endpoint that was never measured', () => {
    const { endpoints: found } = analysed(stages([[20], []], [[40], []]), [{}, {}]);
    expect(found[1]).toMatchObject({ stages: [], degradation: null, status: 'ok', rank: 2 });
  });
});

describe('status', () => {
  const p95 = (limit: number) => ({ sla: { times: { p95: limit }, errors: null } });
  test.each([
    { name: 'twice as slow', from: 50, to: 101, endpoint: {}, status: 'warning' },
    { name: 'eleven times as slow', from: 50, to: 551, endpoint: {}, status: 'critical' },
    { name: '+515 %, as the reference calls it', from: 179, to: 1100, endpoint: {}, status: 'warning' },
    { name: 'from 0.5 to 6 ms: felt by no one', from: 0.5, to: 6, endpoint: {}, status: 'ok' },
    { name: 'promise missed at the higher load', from: 50, to: 80, endpoint: p95(70), status: 'warning' },
    { name: 'promise missed by 4 ×', from: 50, to: 290, endpoint: p95(70), status: 'critical' },
    { name: 'promise missed at the lightest load', from: 80, to: 85, endpoint: p95(70), status: 'critical' },
    { name: 'missed once, held at last', from: 80, to: 60, endpoint: p95(70), status: 'warning' },
    { name: 'promise kept', from: 50, to: 60, endpoint: p95(70), status: 'ok' },
  ] as const)('$name: $status', ({ from, to, endpoint, status }) => {
    const { endpoints } = analysed(stages([[from]], [[to]]), [endpoint]);
    expect([endpoints[0]?.status, endpoints[0]?.statusBecause]).toEqual([status, expect.any(String)]);
  });

  const failing = (failed: number) => {
    const windows = [window(0, Array(100 - failed).fill(10))];
    if (failed > 0)
      windows.push(window(0, Array(failed).fill(1), { outcome: 'status', statuses: { 500: failed } }));
    return [stage(recorded({ windows }), { steadyToMs: 1000 })];
  };
  test.each([
    { failed: 0, promise: null, status: 'ok' },
    { failed: 1, promise: null, status: 'warning' },
    { failed: 5, promise: null, status: 'critical' },
    { failed: 2, promise: 0.03, status: 'ok' },
    { failed: 2, promise: 0.01, status: 'critical' },
    { failed: 100, promise: null, status: 'critical' },
  ] as const)('$failed of 100 failed, promised $promise: $status', ({ failed, promise, status }) => {
    const { endpoints } = analysed(failing(failed), [{ sla: { times: {}, errors: promise } }]);
    expect(endpoints[0]?.status).toBe(status);
  });

  test('says why, in words', () => {
    const { endpoints } = analysed(stages([[50]], [[600]]), [p95(70)]);
    expect(endpoints[0]?.statusBecause).toBe(
      'p95 600 ms at 50 users, promised 70 ms; +1,100 % from 10 users to 50 users.',
    );
  });
});

describe('sla', () => {
  const sla = { times: { avg: 100, p95: 200 }, errors: 0.01 };
  test('each declared statistic, each stage', () => {
    const { sla: found } = analysed(stages([[80], [10]], [[250], [20]]), [{ sla }, {}]);
    expect(
      found.checks.map(({ statistic, stages: s }) => [statistic, s.map(({ value, met }) => [value, met])]),
    ).toEqual([
      [
        'avg',
        [
          [80, true],
          [250, false],
        ],
      ],
      [
        'p95',
        [
          [80, true],
          [250, false],
        ].map(([value, met]) => [expect.closeTo(Number(value), -1), met]),
      ],
      [
        'errors',
        [
          [0, true],
          [0, true],
        ],
      ],
    ]);
    expect(
      found.passRate.map(({ passed, checked, endpointsPassed, endpointsChecked }) => [
        passed,
        checked,
        endpointsPassed,
        endpointsChecked,
      ]),
    ).toEqual([
      [3, 3, 1, 1],
      [1, 3, 0, 1],
    ]);
    expect([found.held, found.verdict]).toEqual([
      false,
      'All promises held at 10 users; only 1 of 3 at 50 users.',
    ]);
    expect(found.notes).toContain('Nothing is promised for GET /e1.');
  });

  test.each([
    {
      name: 'nothing promised',
      endpoint: {},
      held: null,
      verdict: 'The plan promises nothing: there is no SLA to check.',
    },
    {
      name: 'all held',
      endpoint: { sla: { times: { max: 300 }, errors: null } },
      held: true,
      verdict: 'All promises held at 10 users and 50 users.',
    },
    {
      name: 'none held',
      endpoint: { sla: { times: { p50: 5 }, errors: null } },
      held: false,
      verdict: 'No stage held all promises: none of 1 at 10 users and none of 1 at 50 users held.',
    },
  ])('$name', ({ endpoint, held, verdict }) => {
    const { sla: found } = analysed(stages([[80]], [[250]]), [endpoint]);
    expect([found.held, found.verdict]).toEqual([held, verdict]);
  });

  test('a p95 that the other tool does not tell is not judged', () => {
    const made = [stage(summary([{ count: 50, avgMs: 20, ratePerSecond: 1 }]))];
    const { sla: found } = analysed(made, [{ sla: { times: { p95: 100 }, errors: null } }]);
    expect(found.checks[0]?.stages[0]).toEqual({ stage: 1, users: 1, value: null, met: null });
    expect(found.held).toBeNull();
    expect(found.notes).toContain(
      'p95 is promised for GET /e0, and the results hold no p95: whether it held is not known.',
    );
  });

  test('no successful request keeps no promise about time', () => {
    const windows = [window(0, [1, 1], { outcome: 'refused' })];
    const { sla: found } = analysed(
      [stage(recorded({ windows }), { steadyToMs: 1000 })],
      [{ sla: { times: { p95: 100 }, errors: null } }],
    );
    expect(found.checks[0]?.stages[0]).toMatchObject({ value: null, met: false });
  });

  test.each([
    { refused: 40, met: true },
    { refused: 60, met: true },
    { refused: 70, met: false },
  ])('$refused refused beside 60 quick answers: kept $met', ({ refused, met }) => {
    const windows = [
      window(0, Array(60).fill(10)),
      window(0, Array(refused).fill(1), { outcome: 'status', statuses: { 429: refused } }),
    ];
    const { sla: found } = analysed(
      [stage(recorded({ windows }), { steadyToMs: 1000 })],
      [{ sla: { times: { p95: 100 }, errors: null } }],
    );
    expect(found.checks[0]?.stages[0]).toMatchObject({ value: expect.closeTo(10, 0), met });
  });

  test('never sent: kept, missed or failed by nobody', () => {
    const windows = [window(0, Array(20).fill(10)), window(0, Array(80).fill(1), { outcome: 'unreachable' })];
    const { sla: found, endpoints } = analysed(
      [stage(recorded({ windows }), { steadyToMs: 1000 })],
      [{ sla: { times: { p95: 100 }, errors: 0.01 } }],
    );
    expect(found.checks.map((check) => check.stages[0]?.value)).toEqual([expect.closeTo(10, 0), 0]);
    expect(found.held).toBe(true);
    expect(endpoints[0]?.status).toBe('ok');
  });

  test('none was sent: not known', () => {
    const windows = [window(0, [1, 1], { outcome: 'aborted' })];
    const { sla: found } = analysed([stage(recorded({ windows }), { steadyToMs: 1000 })], [{ sla }]);
    expect(found.held).toBeNull();
    expect(found.notes.join()).not.toContain('the results hold no');
  });

  test.each([
    { state: 'valid', met: [true, true, false], held: false },
    { state: 'lower-bound', met: [true, true, null], held: true },
    { state: 'invalid', met: [null, null, null], held: null },
  ] as const)('a stage that is $state: $met', ({ state, met, held }) => {
    const run = runOf(stages([[80]]), [{ sla: { times: { p50: 200, p90: 200, p95: 50 }, errors: null } }]);
    const measurements = measure(run).map((m) => ({ ...m, validity: { ...m.validity, state } }));
    const found = analyseSla(run, measurements);
    expect(found.checks.map((check) => check.stages[0]?.met)).toEqual(met);
    expect(found.held).toBe(held);
    if (state === 'lower-bound') {
      expect(found.verdict).toContain('the generator was the limit at 10 users');
      expect(found.notes).toContain(
        'At 10 users 1 check was missed and is not judged: the load generator was the limit there, and may be why.',
      );
    }
  });

  test('an invalid stage is not judged', () => {
    const [only] = stages([[80]]);
    if (!only) throw new Error('a stage');
    const { sla: found } = analysed([{ ...only, steadyToMs: 0 }], [{ sla }]);
    expect([found.held, found.passRate[0]?.checked, found.passRate[0]?.share]).toEqual([null, 0, null]);
  });

  test('an average that hides slow requests is named', () => {
    const times = [...Array(18).fill(10), 300, 300];
    const { sla: found } = analysed(stages([times]), [{ sla: { times: { avg: 100 }, errors: null } }]);
    expect(found.notes.join()).toMatch(
      /An average hides the slow requests: GET \/e0 at 10 users held its 100 ms on the average \(39 ms\), while its p95 was 300 ms; promise a p95/,
    );
  });
});

describe('groups', () => {
  const { groups } = analysed(stages([[10], [20], [30]], [[20], [80], [30]]), [
    { name: 'GET /posts' },
    { name: 'POST /posts' },
    { name: 'GET /users' },
  ]);
  test('mean of the changes, and the worst', () => {
    expect(groups.map(({ name, degradation, worst }) => ({ name, degradation, worst }))).toEqual([
      { name: 'posts', degradation: 2, worst: { endpoint: 'POST /posts', change: 3 } },
      { name: 'users', degradation: 0, worst: { endpoint: 'GET /users', change: 0 } },
    ]);
  });
  test('stages put the endpoints together', () => {
    expect(groups[0]?.stages[1]).toMatchObject({
      stage: 2,
      users: 50,
      count: 20,
      rate: 2,
      errors: 0,
      avg: 50,
    });
    expect(groups[0]?.stages[1]?.p95).toBeCloseTo(80, 0);
  });
});

describe('stage totals', () => {
  test('errors with their Wilson interval, in flight by arithmetic where nothing was sampled', () => {
    const run = runOf([stage(summary([{ count: 200, failed: 10, ratePerSecond: 20, avgMs: 100 }]))]);
    const [total] = stageTotals(measure(run));
    expect(total).toMatchObject({
      count: 200,
      errors: 0.05,
      inFlight: 2,
      seconds: 10,
      rate: { value: 20, low: null, high: null },
    });
    expect(total?.errorsInterval?.low).toBeCloseTo(0.0274, 4);
    expect(total?.errorsInterval?.high).toBeCloseTo(0.0896, 4);
  });
});
