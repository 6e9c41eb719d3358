import { describe, expect, test } from 'vitest';
import type { HealthSample, Run, Window } from '../../record/run.ts';
import type { Check, StageValidity } from '../analysis.ts';
import { measure } from '../measure/measure.ts';
import { stagesOf } from '../testing/given-measurements.ts';
import { histogramOf } from '../testing/hand-made-run.ts';
import { type SimulationSpec, simulateRun } from '../testing/simulated-run.ts';
import { halvesCheck } from './halves-check.ts';
import { overallValidity } from './validity.ts';

const system: SimulationSpec = {
  stages: [{ users: 40, seconds: 30, spawnRate: 40 }],
  thinkTime: { minMs: 100, maxMs: 300 },
  stations: [{ name: 'pool', servers: 4 }],
  endpoints: [{ name: 'GET /a', visits: [{ station: 'pool', demandMs: 40 }] }],
};

type Tamper = {
  readonly windows?: (window: Window) => Window;
  readonly health?: (sample: HealthSample) => HealthSample;
};

function tampered(run: Run, { windows = (w) => w, health = (h) => h }: Tamper): Run {
  return {
    ...run,
    stages: run.stages.map((stage) =>
      stage.data.kind === 'windows'
        ? {
            ...stage,
            data: {
              ...stage.data,
              windows: stage.data.windows.map(windows),
              health: stage.data.health.map(health),
            },
          }
        : stage,
    ),
  };
}

function judge(spec: Partial<SimulationSpec>, tamper: Tamper = {}): StageValidity {
  const [measured] = measure(tampered(simulateRun({ ...system, ...spec }), tamper));
  if (!measured) throw new Error('no stage');
  return measured.validity;
}

function checkOf(validity: StageValidity, id: string): Check {
  const found = validity.checks.find((check) => check.check === id);
  if (!found) throw new Error(`no check ${id} among ${validity.checks.map((check) => check.check)}`);
  return found;
}

describe('a sound recording is valid', () => {
  test.each([
    { name: 'a saturated pool', spec: {} },
    { name: 'light load', spec: { stages: [{ users: 4, seconds: 40 }] } },
    { name: 'no think time', spec: { thinkTime: { minMs: 0, maxMs: 0 } } },
    { name: 'time-outs', spec: { timeoutMs: 300 } },
    { name: 'failures', spec: { limit: { kind: 'rate', perSecond: 50, status: 429 } } },
    { name: 'everything fails', spec: { limit: { kind: 'rate', perSecond: 0, status: 503 } } },
    { name: 'open model', spec: { stages: [{ ratePerSecond: 80, seconds: 30 }] } },
    { name: 'a short smoke run of two users', spec: { stages: [{ users: 2, seconds: 5 }] } },
    { name: 'interrupted', spec: { interruptAfterSeconds: 12 } },
  ] as const)('$name', ({ spec }) => {
    const validity = judge(spec as Partial<SimulationSpec>);
    expect([
      validity.state,
      validity.checks.filter((c) => c.outcome === 'fail' && c.check !== 'complete'),
    ]).toEqual(['valid', []]);
  });

  test('no law raises a false alarm in 60 runs of three kinds', () => {
    const kinds: Partial<SimulationSpec>[] = [
      { stages: [{ users: 40, seconds: 10 }], thinkTime: { minMs: 0, maxMs: 0 } },
      { stages: [{ users: 10, seconds: 20 }], thinkTime: { minMs: 500, maxMs: 1500 } },
      { stages: [{ users: 60, seconds: 15 }], thinkTime: { minMs: 1000, maxMs: 3000 } },
    ];
    const states = kinds.flatMap((spec) =>
      Array.from({ length: 20 }, (_, seed) => judge({ ...spec, seed: seed + 1 }).state),
    );
    expect(states.filter((state) => state !== 'valid')).toEqual([]);
  });
});

describe('the laws find what does not fit together', () => {
  test("Little's law: a tenth of the answers was lost", () => {
    const validity = judge(
      {},
      { health: (sample) => ({ ...sample, inFlightMean: sample.inFlightMean * 1.15 }) },
    );
    expect(validity.state).toBe('invalid');
    expect(checkOf(validity, 'littles-law').outcome).toBe('fail');
    expect(validity.because[0]).toContain('requests in flight were sampled; throughput × service time =');
  });

  test("Little's law: samples that come with the starts of those who paused see up to a tick more of each", () => {
    // 2 ms each: a tick of 1 ms is half of what is in flight.
    const judged = (thinkMs: number, factor: number) =>
      checkOf(
        judge(
          {
            stages: [{ users: 40, seconds: 20, spawnRate: 40 }],
            thinkTime: { minMs: thinkMs, maxMs: thinkMs },
            stations: [],
            endpoints: [{ name: 'GET /a', delayMs: 2, visits: [] }],
          },
          { health: (sample) => ({ ...sample, inFlightMean: sample.inFlightMean * factor }) },
        ),
        'littles-law',
      );
    expect(judged(100, 1).outcome).toBe('pass');
    expect(judged(100, 1.4)).toMatchObject({
      outcome: 'not-checked',
      statement: expect.stringContaining('ticks of the clock'),
    });
    expect(judged(100, 2).outcome).toBe('fail');
    expect(judged(100, 0.6).outcome).toBe('fail');
    expect(judged(0, 1.4).outcome).toBe('fail');
  });

  test('response-time law: the generator sat on answers for 50 ms before it slept', () => {
    const validity = judge({}, { health: (sample) => ({ ...sample, thinkSumMs: sample.thinkSumMs * 0.7 }) });
    expect(validity.state).toBe('lower-bound');
    expect(checkOf(validity, 'response-time-law').statement).toMatch(
      /account for .* of 40 users: .* missing/,
    );
  });

  test('response-time law: more users accounted for than there are is a contradiction', () => {
    const validity = judge({}, { health: (sample) => ({ ...sample, thinkSumMs: sample.thinkSumMs * 1.5 }) });
    expect(validity.state).toBe('invalid');
  });

  test('response-time law: pauses after failed connections, where nobody thinks, are spread over all cycles', () => {
    const validity = judge(
      { thinkTime: { minMs: 0, maxMs: 0 } },
      { health: (sample) => ({ ...sample, thinkSumMs: 100, thinkCount: 1 }) },
    );
    expect(checkOf(validity, 'response-time-law').outcome).toBe('pass');
    expect(validity.state).toBe('valid');
  });

  test('fewer than 200 requests: not checked', () => {
    const validity = judge({ stages: [{ users: 2, seconds: 5 }] });
    expect(checkOf(validity, 'littles-law').outcome).toBe('not-checked');
    expect(checkOf(validity, 'response-time-law').outcome).toBe('not-checked');
  });
});

describe('the generator is watched', () => {
  test.each([
    { check: 'generator-loop-delay', health: { loopDelayP99Ms: 60, sendLag: histogramOf([20]) } },
    {
      check: 'generator-loop-delay',
      health: { loopDelayP99Ms: 15, loopUtilization: 0.6, sendLag: histogramOf([20]) },
    },
    { check: 'generator-loop-utilization', health: { loopUtilization: 0.85 } },
    { check: 'generator-cpu', health: { cpuCores: 0.9 } },
    { check: 'send-lag', health: { sendLag: histogramOf([20]) } },
    { check: 'users-reached', health: { users: 39 } },
  ])('$check', ({ check, health }) => {
    const validity = judge({ health });
    expect(checkOf(validity, check).outcome).toBe('fail');
    expect(validity.state).toBe('lower-bound');
    expect(validity.because).toContain(checkOf(validity, check).statement);
  });

  test('an idle event loop that was held up now and then says so and does not limit', () => {
    const health = { loopDelayP99Ms: 15, loopUtilization: 0.3, sendLag: histogramOf([20]) };
    const check = checkOf(judge({ health }), 'generator-loop-delay');
    expect(check.outcome).toBe('pass');
    expect(check.statement).toMatch(/idle more than half of the time/);
  });

  test('a late event loop that made no request late does not matter where users think', () => {
    const late = { loopDelayP99Ms: 15, sendLag: histogramOf([0.1]) };
    const check = checkOf(judge({ health: late }), 'generator-loop-delay');
    expect(check.outcome).toBe('pass');
    expect(check.statement).toMatch(/late by 15 ms .* hardly late all the same/);
  });

  test.each([
    { name: 'two seconds in five', late: (second: number) => second % 5 < 2, outcome: 'fail' },
    { name: 'one second in fifteen', late: (second: number) => second % 15 === 0, outcome: 'pass' },
  ])('a loop that is late in $name: $outcome', ({ late, outcome }) => {
    const validity = judge(
      { thinkTime: { minMs: 0, maxMs: 0 } },
      { health: (sample) => ({ ...sample, loopDelayP99Ms: late(sample.second) ? 90 : 1 }) },
    );
    expect(checkOf(validity, 'generator-loop-delay').outcome).toBe(outcome);
  });

  test('users who go on at once, though their going on is counted, do not think', () => {
    const validity = judge(
      { thinkTime: { minMs: 0, maxMs: 0 } },
      { health: (sample) => ({ ...sample, loopDelayP99Ms: 90, thinkCount: 40, thinkSumMs: 0 }) },
    );
    expect(checkOf(validity, 'generator-loop-delay').outcome).toBe('fail');
  });

  test('a delay of 15 ms does not matter beside response times of a second', () => {
    const spec = {
      health: { loopDelayP99Ms: 15 },
      endpoints: [{ name: 'GET /a', delayMs: 1000, visits: [] }],
    };
    expect(checkOf(judge(spec), 'generator-loop-delay').outcome).toBe('pass');
  });

  test('a late timer now and then does not matter while the mean lag is small', () => {
    const lag = (late: number) => histogramOf([...Array(97).fill(0.05), ...Array(3).fill(late)]);
    const spec = { endpoints: [{ name: 'GET /a', delayMs: 16, visits: [] }] };
    expect(checkOf(judge({ ...spec, health: { sendLag: lag(4) } }), 'send-lag').outcome).toBe('pass');
    expect(checkOf(judge({ ...spec, health: { sendLag: lag(40) } }), 'send-lag').outcome).toBe('fail');
  });

  test('one worker of two at its limit', () => {
    const run = simulateRun(system);
    const [stage] = run.stages;
    if (stage?.data.kind !== 'windows') throw new Error('windows expected');
    const second = stage.data.health.map((sample) => ({
      ...sample,
      worker: 1,
      cpuCores: 0.95,
      users: 0,
      inFlightMean: 0,
      thinkCount: 0,
      thinkSumMs: 0,
    }));
    const two = { ...stage, data: { ...stage.data, health: [...stage.data.health, ...second] } };
    const [measured] = measure({ ...run, stages: [two] });
    expect(measured?.validity.state).toBe('lower-bound');
  });

  test('an open stage that was not sent as asked', () => {
    const open = { stages: [{ ratePerSecond: 100, seconds: 30 }] };
    const late = judge(open, {
      health: (sample) => ({ ...sample, started: Math.round(sample.started * 0.9) }),
    });
    expect(checkOf(late, 'achieved-rate').outcome).toBe('fail');
    expect(checkOf(judge(open), 'achieved-rate').outcome).toBe('pass');
  });

  test('open: what was due and not sent is the generator’s, neither answered nor failed', () => {
    const open = { ...system, stages: [{ ratePerSecond: 100, seconds: 30 }] };
    const whole = simulateRun(open);
    const [stage] = whole.stages;
    if (stage?.data.kind !== 'windows') throw new Error('no windows');
    const unsent = (outcome: Window['outcome'], count: number): Window => ({
      ...{ second: 15, phase: 'steady', endpoint: 0, outcome, count, statuses: {}, bytesIn: 0, bytesOut: 0 },
      ...{ response: histogramOf([1e6]), service: histogramOf([0]), firstByte: histogramOf([]) },
      ...{ connect: histogramOf([]), serverCloses: 0 },
    });
    const windows = [...stage.data.windows, unsent('not-sent-late', 30), unsent('not-sent-busy', 20)];
    const [before] = measure(whole);
    const [after] = measure({ ...whole, stages: [{ ...stage, data: { ...stage.data, windows } }] });
    if (!before || !after) throw new Error('no stage');
    expect(after.total).toEqual(before.total);
    expect(after.validity.state).toBe('lower-bound');
    expect(checkOf(before.validity, 'generator-unsent').outcome).toBe('pass');
    const check = checkOf(after.validity, 'generator-unsent');
    expect(check.outcome).toBe('fail');
    expect(check.statement).toMatch(/^50 requests .*: 30 because .* late, 20 because no connection/);
  });

  test('requests that could not be sent', () => {
    const unsent = judge(
      {},
      { windows: (w) => (w.second % 10 === 0 ? { ...w, outcome: 'unreachable', statuses: {} } : w) },
    );
    expect(checkOf(unsent, 'sockets').outcome).toBe('fail');
    expect(unsent.state).toBe('lower-bound');
  });
});

test('endpoints that wait in one queue scatter together: more of them make the noise no smaller', () => {
  const levels = [100, 112, 95, 109, 117, 104, 120, 111];
  const blocks = levels.map((ms) => ({
    seconds: 5,
    count: 500,
    failed: 0,
    generatorFailed: 0,
    histogram: histogramOf(Array.from({ length: 20 }, () => ms)),
  }));
  const [one] = stagesOf([{ users: 10, rate: 100, seconds: 40 }]);
  if (one === undefined) throw new Error('no stage');
  const measured = { ...one.total, blocks };
  const limit = (endpoints: number) =>
    halvesCheck(measured, Array(endpoints).fill(measured)).check.statement.match(
      /medians .* by .*\((.*)\)/,
    )?.[1];
  expect(limit(9)).toBeDefined();
  expect(limit(9)).toBe(limit(1));
});

test('a drifting target fails the steady-state check and stays usable', () => {
  const validity = judge({ driftPerSecond: 0.05, stages: [{ users: 40, seconds: 60 }] });
  expect(checkOf(validity, 'warm-up').outcome).toBe('fail');
  expect(validity.state).toBe('valid');
});

describe('overall', () => {
  const states = (...all: StageValidity['state'][]) =>
    overallValidity(
      measure(simulateRun({ ...system, stages: all.map(() => ({ users: 2, seconds: 2 })) })).map(
        (measured, i) => ({
          ...measured,
          validity: { ...measured.validity, state: all[i] ?? 'valid' },
        }),
      ),
    );
  test.each([
    { all: ['valid', 'valid'], overall: 'valid' },
    { all: ['valid', 'lower-bound'], overall: 'lower-bound' },
    { all: ['valid', 'invalid'], overall: 'lower-bound' },
    { all: ['invalid', 'invalid'], overall: 'invalid' },
    { all: [], overall: 'invalid' },
  ] as const)('$all: $overall', ({ all, overall }) => {
    expect(states(...all).overall).toBe(overall);
  });
});

describe("the generator's ceiling", () => {
  const at = (generatorCeilingPerSecond: number | null) =>
    judge({ environment: { generatorCeilingPerSecond } });

  test('unknown: says how to learn it, and the stage stays valid', () => {
    for (const validity of [judge({}), at(null)]) {
      expect(validity.state).toBe('valid');
      expect(checkOf(validity, 'generator-ceiling')).toMatchObject({
        outcome: 'not-checked',
        statement: expect.stringContaining('run loadline calibrate'),
      });
    }
  });

  test('at twice the measured rate: passes; below: the stage is a lower bound', () => {
    const check = checkOf(at(1_000_000), 'generator-ceiling');
    const rate = (check.value ?? 0) * 1_000_000;
    expect(rate).toBeGreaterThan(1);
    expect(check).toMatchObject({ outcome: 'pass', threshold: 0.5, unit: 'share' });
    expect(checkOf(at(rate * 2), 'generator-ceiling')).toMatchObject({ outcome: 'pass', value: 0.5 });
    const low = at(rate * 1.9);
    expect(checkOf(low, 'generator-ceiling').outcome).toBe('fail');
    expect(low.state).toBe('lower-bound');
    expect(low.because.join()).toMatch(/carried against a null server; at most 50 % is wanted/);
  });
});

describe('the response-time law with other think times than uniform ones', () => {
  const run = simulateRun(system);
  const thresholdOf = (changes: object): number => {
    const [measured] = measure({ ...run, plan: { ...run.plan, load: { ...run.plan.load, ...changes } } });
    if (!measured) throw new Error('no stage');
    return checkOf(measured.validity, 'response-time-law').threshold ?? 0;
  };
  const uniform = thresholdOf({});
  const spread = [
    { thinkTime: { kind: 'exponential', meanMs: 200 } },
    { thinkTime: { kind: 'log-normal', medianMs: 100, p95Ms: 500 } },
    { thinkTime: { kind: 'log-normal', medianMs: 100, p95Ms: 700 } },
  ];
  test('the wider the pauses spread, the more it allows', () => {
    const thresholds = [uniform, ...spread.map(thresholdOf)];
    expect(thresholds).toEqual(thresholds.toSorted((a, b) => a - b));
    expect(new Set(thresholds).size).toBe(4);
  });
  test('pacing allows for its pauses too', () => {
    expect(thresholdOf({ pacingMs: 2000 })).toBeGreaterThan(uniform);
  });
  test('pauses of a flow count as those between passes do', () => {
    const [exponential] = spread;
    const [flowing] = measure({
      ...run,
      plan: {
        ...run.plan,
        flows: [
          {
            name: 'a flow',
            weight: 1,
            data: {},
            steps: [
              {
                kind: 'repeat',
                from: 1,
                to: 2,
                steps: [{ kind: 'think', thinkTime: { kind: 'exponential', meanMs: 200 } }],
              },
            ],
          },
        ],
      },
    });
    expect(flowing && checkOf(flowing.validity, 'response-time-law').threshold).toBe(
      thresholdOf(exponential ?? {}),
    );
  });
});
