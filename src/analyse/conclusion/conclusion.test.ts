import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../record/run.ts';
import { askedEvent, trialEvent } from '../../record/trial.ts';
import { analyse } from '../analyse.ts';
import type { Analysis } from '../analysis.ts';
import { narrowing, reproduceCommand, runCommand } from '../commands.ts';
import { differences } from '../methodology/methodology.ts';
import { referenceRun } from '../testing/reference-run.ts';
import { type SimulationSpec, simulateRun } from '../testing/simulated-run.ts';

const p95 = (ms: number) => ({ times: { p95: ms }, errors: null });
const mixed = {
  seed: 5,
  stages: [5, 20, 80].map((users) => ({ users, seconds: 20, spawnRate: 20 })),
  thinkTime: { minMs: 100, maxMs: 300 },
  stations: [{ name: 'db', servers: 1 }],
  endpoints: [
    { name: 'GET /posts', visits: [{ station: 'db', demandMs: 8 }], delayMs: 3, sla: p95(200) },
    { name: 'GET /posts/1', visits: [{ station: 'db', demandMs: 4 }], delayMs: 2, sla: p95(200) },
    { name: 'GET /albums', visits: [], delayMs: 5, sla: p95(50) },
  ],
} satisfies SimulationSpec;
const roomy = { ...mixed, stations: [{ name: 'db', servers: 64 }] };

/** Commands that exist, and nothing else; a number never without its model. */
function expectSound(analysis: Analysis) {
  const known = /^loadline (init|run|find|diagnose|verify|compare|what-if|analyse|report|runs|lab)\b/;
  for (const r of analysis.recommendations) {
    expect(r.verify).toMatch(known);
    expect(r.because).not.toBe('');
    expect(r.because).not.toMatch(/\.\.|undefined|NaN|null/);
    if (r.effect !== null) {
      expect(r.effect.model).not.toBe('');
      expect(r.effect.low).toBeLessThanOrEqual(r.effect.high);
    }
  }
  for (const step of analysis.nextSteps) if (step.command !== null) expect(step.command).toMatch(known);
  const texts = JSON.stringify(analysis);
  expect(texts).not.toMatch(/undefined|NaN/);
  const order = ['critical', 'high', 'medium', 'low'];
  const ranks = analysis.recommendations.map((r) => order.indexOf(r.priority));
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
}

describe("the reference document's figures", () => {
  const analysis = analyse(referenceRun());

  test('no accusation from averages', () => {
    expect(analysis.diagnosis.verdict).toBe('unknown');
    expect(analysis.diagnosis.findings).toEqual([]);
    const statements = analysis.diagnosis.undecided.flatMap((u) => u.evidence.map((e) => e.statement));
    expect(statements.join(' ')).toContain(
      "15.38 requests/s times 1,122 ms is 17 requests in flight in stage 3 (100 users), not 100 (Little's law)",
    );
    expect(analysis.diagnosis.undecided[0]?.title).toContain(
      'database connection pool exhaustion cannot be drawn from them',
    );
  });

  test('verdict and key findings', () => {
    expect(analysis.summary.verdict).toBe(
      'Holds its SLA up to 50 users (≈ 16.89 requests/s); misses it at 100 users; throughput stops growing between 50 and 100 users. From the totals of Locust: nothing in its files confirms the measurement.',
    );
    expect(analysis.summary.keyFindings).toEqual([
      'Between 50 users and 100 users throughput went from 16.89 requests/s to 15.38 requests/s (−8.9 %).',
      'Between 10 users and 100 users the average response time went from 93 ms to 1,122 ms (+1,107 %).',
      'Slowed down most, avg from 10 users to 100 users: GET /users/1 (+1,796 %, to 1,335 ms), PUT /posts/1 (+1,692 %, to 1,892 ms) and GET /posts (+1,690 %, to 900 ms).',
      'Slowed down least, avg from 10 users to 100 users: GET /users (+515 %, to 1,100 ms); every endpoint at least doubled its time.',
      'No request failed: 0 of 2,170 in the analysed parts of 3 stages.',
      'SLA checks passed: 8 of 8 at 10 users, 8 of 8 at 50 users and 1 of 8 at 100 users.',
      'The cause is open: averages cannot show the cause: database connection pool exhaustion cannot be drawn from them, nor excluded.',
    ]);
  });

  test('readiness', () => {
    const { rows, ...rest } = analysis.readiness;
    expect(rest).toMatchObject({ state: 'not-ready', met: 1, total: 9 });
    expect(rows.map((r) => [r.requirement, r.current, r.target, r.met, r.basis])).toEqual([
      ['Max concurrent users', '50 (missed at 100 users)', '≥ 200', false, 'measured'],
      ['SLA compliance at load', '12.5 % (1 of 8 checks) at 100 users', '≥ 95 %', false, 'measured'],
      ['Failure rate', '0 % (0 of 2,170 requests; 95 % interval up to 0.18 %)', '≤ 0.1 %', true, 'measured'],
      ['Average response time at 100 users', '1,122 ms', '≤ 300 ms', false, 'measured'],
      [
        'Throughput scaling',
        '3.5 × throughput for 10 × users (10 users to 100 users; R² of a straight line through 0: 0.20); negative between some stages',
        'linear with the users',
        false,
        'measured',
      ],
      ['Caching', 'no', 'yes', false, 'declared'],
      ['Connection pooling', 'no', 'yes', false, 'declared'],
      ['Load balancer', 'no', 'yes', false, 'declared'],
      ['Monitoring', 'no', 'yes', false, 'declared'],
    ]);
  });

  test('recommendations: the limit first, the ladder that narrows it, no effect without a basis', () => {
    expectSound(analysis);
    expect(analysis.recommendations[0]?.priority).toBe('critical');
    expect(analysis.recommendations[0]?.action).toContain('Limit the load to 50 concurrent users');
    expect(analysis.recommendations.map((r) => r.verify)).toContain(
      'loadline run PLAN --users 50,60,70,85,100 --duration 30s',
    );
    expect(analysis.recommendations.every((r) => r.effect === null)).toBe(true);
    expect(analysis.recommendations.some((r) => /pool size|Redis/i.test(r.action))).toBe(false);
  });
});

describe('a simulated run with a full station', () => {
  const run = simulateRun(mixed);
  const analysis = analyse(run);

  test('says what was missed and what stays open', () => {
    expect(analysis.summary.verdict).toMatch(
      /^Holds its SLA up to \d+ users? \(≈ [\d.]+ requests\/s\); misses it at \d+ users/,
    );
    expect(analysis.diagnosis.verdict).toBe('unknown');
    expect(analysis.summary.keyFindings.length).toBeGreaterThanOrEqual(3);
    expect(analysis.conclusion[0]).toBe(analysis.summary.verdict);
    expectSound(analysis);
  });

  test('names what the waiting costs at most, with its model', () => {
    const effects = analysis.recommendations.flatMap((r) => r.effect ?? []);
    expect(effects.some((e) => e.model.startsWith('bound X ≤ N/(R₁ + Z)'))).toBe(true);
  });

  test('what the waiting costs is bounded by the fastest answers, where the lowest load waits already', () => {
    const thick = analyse(simulateRun({ ...mixed, stages: mixed.stages.slice(1) }));
    const effect = thick.recommendations
      .flatMap((r) => r.effect ?? [])
      .find((e) => e.model.startsWith('bound'));
    const at80 = thick.stages.at(-1);
    // Without any waiting: 80 users, 200 ms think time, on average 7.3 ms of work and way.
    const withoutQueue = 80 / 0.2073 / (at80?.rate?.value ?? 1);
    expect(effect?.high).toBeGreaterThanOrEqual(withoutQueue);
  });

  test('without a readiness in the plan, readiness is not judged', () => {
    expect(analysis.readiness.state).toBe('unknown');
    expect(analysis.readiness.rows.map((r) => r.requirement)).toEqual([
      'SLA compliance at load',
      'Failure rate',
      'HTTP keep-alive',
    ]);
    expect(analysis.readiness.rows.map((r) => r.target)).toContain('≤ 0.1 % (default)');
  });
});

describe('a healthy run', () => {
  const analysis = analyse(
    simulateRun({ ...roomy, readiness: { users: 80, slaCompliance: 0.95, errors: 0.001 } }),
  );
  test('is ready, and told to be tested further', () => {
    expect(analysis.diagnosis.verdict).toBe('none');
    expect(analysis.readiness.state).toBe('ready');
    expect(analysis.summary.verdict).toContain('Holds its SLA up to 80 users, the highest load tested');
    expect(analysis.recommendations.some((r) => r.priority === 'critical')).toBe(false);
    expect(analysis.recommendations.map((r) => r.verify)).toContain('loadline run PLAN --users 80,160,320');
    expectSound(analysis);
  });

  test('a requirement beyond what was tested is unknown, not failed', () => {
    const further = analyse(simulateRun({ ...roomy, readiness: { users: 500 } }));
    expect(further.readiness.state).toBe('unknown');
    expect(further.readiness.rows[0]).toMatchObject({ current: '≥ 80 (highest tested)', met: null });
  });
});

describe('missed while the generator was the limit', () => {
  const run = simulateRun({
    ...mixed,
    readiness: {
      users: 80,
      slaCompliance: 1,
      errors: 0.001,
      avgAt: { users: 80, maxMs: 10 },
      linearThroughput: true,
    },
  });
  const limited = {
    ...run,
    stages: run.stages.map((stage, i) =>
      stage.data.kind === 'windows' && i > 0
        ? {
            ...stage,
            data: {
              ...stage.data,
              health: stage.data.health.map((sample) => ({ ...sample, cpuCores: 0.95 })),
            },
          }
        : stage,
    ),
  };
  const analysis = analyse(limited);
  test('nothing is missed: what was not kept is not known', () => {
    expect(analysis.validity.stages.map((s) => s.state)).toEqual(['valid', 'lower-bound', 'lower-bound']);
    expect(analysis.sla.held).not.toBe(false);
    expect(analysis.readiness.rows.map((r) => [r.requirement, r.met])).toEqual([
      ['Max concurrent users', null],
      ['SLA compliance at load', null],
      ['Failure rate', true],
      ['Average response time at 80 users', null],
      ['Throughput scaling', null],
      ['HTTP keep-alive', true],
    ]);
    expect(analysis.summary.verdict).toMatch(
      /beyond it nothing is told: at 80 users the load generator was the limit/,
    );
    expect(analysis.capacity.recommendedLimit?.users).toBeLessThan(80);
    expect(analysis.recommendations.some((r) => r.action.startsWith('Test beyond'))).toBe(false);
    expectSound(analysis);
  });
});

test('requests that were never sent are no failures of the target', () => {
  const run = simulateRun({ ...roomy, readiness: { users: 80, errors: 0.001 } });
  const unsent = {
    ...run,
    stages: run.stages.map((stage) =>
      stage.data.kind === 'windows'
        ? {
            ...stage,
            data: {
              ...stage.data,
              windows: stage.data.windows.map((w) =>
                w.second % 9 === 0 ? { ...w, outcome: 'unreachable' as const, statuses: {} } : w,
              ),
            },
          }
        : stage,
    ),
  };
  const analysis = analyse(unsent);
  expect(analysis.validity.overall).toBe('lower-bound');
  expect(analysis.readiness.state).toBe('ready');
  expect(analysis.summary.keyFindings.join(' ')).toMatch(
    /No request failed: .* the load generator's failures\./,
  );
});

test('a generator at its limit: not valid, to be repeated first', () => {
  const analysis = analyse(simulateRun({ ...mixed, health: { cpuCores: 0.97, loopUtilization: 0.99 } }));
  expect(analysis.summary.verdict).toBe(
    'Not valid: the load generator was the limit, so nothing is said about the target.',
  );
  expect(analysis.recommendations.some((r) => r.answers === 'generator')).toBe(true);
  expectSound(analysis);
});

test.each([
  [
    'interrupted in its first second',
    { ...mixed, stages: [{ users: 5, seconds: 10 }], interruptAfterSeconds: 0.4 },
  ],
  ['one user, one second', { ...mixed, stages: [{ users: 1, seconds: 1 }] }],
  [
    'an open model',
    {
      ...mixed,
      stages: [
        { ratePerSecond: 20, seconds: 10 },
        { ratePerSecond: 60, seconds: 10 },
      ],
    },
  ],
] satisfies [string, SimulationSpec][])('little to go by: %s', (_, spec) => {
  const analysis = analyse(simulateRun(spec));
  expect(analysis.diagnosis.findings).toEqual([]);
  expect(analysis.summary.verdict).not.toBe('');
  expectSound(analysis);
});

describe('methodology', () => {
  const run = simulateRun(mixed);

  test('how to have the run again', () => {
    expect(reproduceCommand(run)).toBe(
      'loadline run PLAN --users 5,20,80 --spawn-rate 20 --duration 20s --seed 5',
    );
  });

  test('how to have a search again: by the search', () => {
    const ladder = trialEvent(0, { kind: 'ladder' }, 0);
    const searched = (...events: RunEvent[]) => reproduceCommand({ ...run, events });
    expect(searched(ladder)).toBe('loadline find PLAN --seed 5');
    const asked = askedEvent(['--budget', '60s', '--max-users', '$(id)'], 0);
    expect(searched(asked, ladder)).toBe("loadline find PLAN --budget 60s --max-users '$(id)' --seed 5");
    expect(searched(ladder, trialEvent(1, { kind: 'keys' }, 0))).toBe('loadline diagnose PLAN --seed 5');
  });

  test('asked and sent shares each add up to one', () => {
    const { mix } = analyse(run).methodology;
    for (const key of ['asked', 'sent'] as const) {
      expect(mix.reduce((sum, row) => sum + (row[key] ?? 0), 0)).toBeCloseTo(1, 10);
    }
  });

  test('no difference between a run and itself', () => expect(differences(run, run)).toEqual([]));

  test('names what changed since the earlier run', () => {
    const [first, ...rest] = run.plan.endpoints;
    const earlier = {
      ...run,
      environment: { ...run.environment, cores: 8, hostHash: 'other' },
      stages: run.stages.slice(0, 2),
      plan: { ...run.plan, endpoints: rest.map((e, i) => ({ ...e, weight: 1 + i })) },
    };
    expect(first?.name).toBe('GET /posts');
    expect(differences(run, earlier)).toEqual([
      '1 endpoint was added (3 in all, 2 before): GET /posts.',
      "The mix changed, so each endpoint's share of the load is another one: GET /albums 66.7 % → 33.3 %.",
      'Users of the stages: 5, 20 and 80; before: 5 and 20.',
      'The load came from another machine.',
      'Cores of the generator: 4; before: 8.',
    ]);
  });
});

describe('commands', () => {
  test.each([
    [50, 100, [50, 60, 70, 85, 100]],
    [10, 50, [10, 15, 20, 35, 50]],
    [1, 2, [1, 2]],
    [100, 50, []],
    [0, 50, []],
  ])('stages between %d and %d', (good, bad, expected) => expect(narrowing(good, bad)).toEqual(expected));

  test('durations in their shortest form', () => {
    const run = referenceRun();
    expect(runCommand(run, [50], 600)).toBe('loadline run PLAN --users 50 --duration 10m');
    expect(runCommand(run, null, 0.25)).toBe('loadline run PLAN --duration 250ms');
    expect(runCommand(run)).toBe('loadline run PLAN');
    const load = { kind: 'open', arrivals: 'poisson', stages: [] } as const;
    const open = { ...run, plan: { ...run.plan, load } };
    expect(runCommand(open, [50, 100])).toBe('loadline run PLAN --rate 50,100');
  });

  test.each([
    ['plans/shop.yaml', 'plans/shop.yaml'],
    ['my plan.yaml', "'my plan.yaml'"],
    ["it's $HOME.yaml", "'it'\\''s $HOME.yaml'"],
  ])('the plan file %s is named so that a shell takes it as one word', (file, word) => {
    const run = referenceRun();
    expect(runCommand({ ...run, plan: { ...run.plan, file } })).toBe(`loadline run ${word}`);
  });

  test("a target of the command line's is named again", () => {
    const run = referenceRun();
    const plan = {
      ...run.plan,
      file: 'a.yaml',
      target: 'http://127.0.0.1:8',
      targetFrom: 'command-line',
    } as const;
    expect(runCommand({ ...run, plan }, [5])).toBe(
      'loadline run a.yaml --target http://127.0.0.1:8 --users 5',
    );
  });
});
