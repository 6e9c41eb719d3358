import { describe, expect, test } from 'vitest';
import type { Load } from '../../plan/plan.ts';
import type { Diagnosis } from '../analysis.ts';
import { analyseCapacity } from '../capacity/capacity.ts';
import type { Block, Measurement, StageMeasurement } from '../measure/measurement.ts';
import { type GivenStage, planOf, stagesOf } from '../testing/given-measurements.ts';
import { simulateRun } from '../testing/simulated-run.ts';
import { diagnose } from './diagnose.ts';

/** A recorded run of as many stages; only its plan and its kind matter here. */
function diagnosisOf(measurements: readonly StageMeasurement[], load?: Load): Diagnosis {
  const [template] = simulateRun({ stages: [{ users: 1, seconds: 1 }], endpoints: [] }).stages;
  const given = planOf({ slas: (measurements[0]?.endpoints ?? []).map(() => null) });
  const plan = load === undefined ? given : { ...given, load };
  const run = {
    ...simulateRun({ stages: [{ users: 1, seconds: 1 }], endpoints: [] }),
    plan,
    stages: measurements.flatMap((m) =>
      template ? [{ ...template, index: m.stage - 1, users: m.users }] : [],
    ),
  };
  return diagnose(measurements, run, analyseCapacity(measurements, plan, 1));
}

const noisy = (rate: number) =>
  [0.99, 1.01, 1, 0.985, 1.015, 1, 0.995, 1.005, 1.01, 0.99].map((f) => f * rate);
const stage = (users: number, rate: number, avg: number): GivenStage => ({
  users,
  rate,
  avg,
  blockRates: noisy(rate),
});
const found = (d: Diagnosis) => d.findings.map((f) => f.cause);
const open = (d: Diagnosis) => d.undecided.flatMap((u) => u.causes);

describe('contention-collapse', () => {
  const rows: readonly [string, readonly GivenStage[], 'found' | 'open' | 'nothing'][] = [
    [
      'two stages beyond the peak, each a good tenth lower',
      [stage(10, 100, 10), stage(20, 190, 15), stage(40, 160, 150), stage(80, 120, 600)],
      'found',
    ],
    [
      'one stage beyond the peak, a third lower',
      [stage(5, 50, 10), stage(10, 100, 10), stage(20, 190, 15), stage(40, 125, 220)],
      'found',
    ],
    [
      'one stage beyond the peak, a tenth lower',
      [stage(5, 50, 10), stage(10, 100, 10), stage(20, 190, 15), stage(40, 168, 140)],
      'open',
    ],
    ['three stages only', [stage(10, 100, 10), stage(50, 200, 50), stage(100, 120, 600)], 'open'],
    [
      'a plateau that sags by 3 %',
      [stage(10, 100, 10), stage(20, 190, 15), stage(40, 188, 120), stage(80, 184, 340)],
      'nothing',
    ],
    [
      'lower in the middle, back at the top',
      [stage(10, 100, 10), stage(20, 190, 15), stage(40, 150, 170), stage(80, 189, 330)],
      'nothing',
    ],
    [
      'the lower rate has failures',
      [
        stage(10, 100, 10),
        stage(20, 190, 15),
        { ...stage(40, 160, 150), failed: 900 },
        { ...stage(80, 120, 600), failed: 900 },
      ],
      'nothing',
    ],
    [
      'blocks that scatter as widely as the fall',
      [
        stage(10, 100, 10),
        stage(20, 190, 15),
        { ...stage(40, 165, 150), blockRates: [90, 240, 100, 230, 160] },
        { ...stage(80, 160, 300), blockRates: [80, 240, 90, 230, 160] },
      ],
      'nothing',
    ],
  ];
  test.each(rows)('%s', (_, given, expected) => {
    const diagnosis = diagnosisOf(stagesOf(given));
    const has = found(diagnosis).includes('contention-collapse')
      ? 'found'
      : open(diagnosis).includes('contention-collapse')
        ? 'open'
        : 'nothing';
    expect(has).toBe(expected);
  });
});

describe('healthy', () => {
  const calm = [stage(1, 50, 20), stage(10, 500, 20), stage(40, 2000, 20)];
  const upTo = (load: Load) => diagnosisOf(stagesOf(calm), load);
  const closed = (users: number): Load => ({
    kind: 'closed',
    thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 },
    stages: [{ users, spawnRate: 0, durationMs: 60_000 }],
  });
  const open = (ratePerSecond: number): Load => ({
    kind: 'open',
    arrivals: 'poisson',
    stages: [{ ratePerSecond, durationMs: 60_000 }],
  });

  test.each([
    ['its users', closed(40)],
    ['its rate, by users', open(2000)],
  ])("the plan's highest load was reached: %s", (_, load) => expect(upTo(load).verdict).toBe('none'));

  test.each([
    ['100 users', closed(100)],
    ['2,500 requests/s', open(2500)],
  ])("the plan's highest load was not reached: %s", (said, load) => {
    const { verdict, statement } = upTo(load);
    expect(verdict).toBe('unknown');
    expect(statement).toContain(`the plan's highest load, ${said}, was not reached`);
  });
});

describe('errors-under-load', () => {
  type Failing = { readonly failed: number; readonly status?: number | null; readonly blocks?: number };
  /** 100 requests/s for 60 s; failures in so many of ten blocks. */
  function failing(given: readonly Failing[]): readonly StageMeasurement[] {
    const stages = stagesOf(
      given.map(({ failed, status = 500 }, i) => ({
        ...stage(10 * 2 ** i, 100 * 2 ** i, 20),
        failed,
        failures:
          failed === 0 ? [] : [{ kind: status === null ? 'timeout' : 'status', status, count: failed }],
      })),
    );
    return stages.map((m, i) => withFailingBlocks(m, given[i]?.blocks ?? 10));
  }
  function withFailingBlocks(m: StageMeasurement, blocks: number): StageMeasurement {
    const spread = (part: Measurement): Measurement => ({
      ...part,
      blocks: part.blocks.map((b, i): Block => ({ ...b, failed: i < blocks ? part.failed / blocks : 0 })),
    });
    return { ...m, total: spread(m.total), endpoints: m.endpoints.map((e) => (e ? spread(e) : null)) };
  }
  const rows: readonly [string, readonly Failing[], readonly string[]][] = [
    [
      '500s that grow with the load',
      [{ failed: 0 }, { failed: 120 }, { failed: 2400 }],
      ['errors-under-load'],
    ],
    [
      'time-outs that grow with the load',
      [{ failed: 0 }, { failed: 0 }, { failed: 600, status: null }],
      ['errors-under-load'],
    ],
    ['the same share at every load', [{ failed: 120 }, { failed: 240 }, { failed: 480 }], []],
    ['within the limit of 0.1 %', [{ failed: 0 }, { failed: 2 }, { failed: 12 }], []],
    ['one incident of a tenth of the stage', [{ failed: 0 }, { failed: 0 }, { failed: 600, blocks: 1 }], []],
    ['failures in the middle stage only', [{ failed: 0 }, { failed: 600 }, { failed: 0 }], []],
    [
      '503s that grow with the load and do not come fast',
      [{ failed: 0 }, { failed: 120, status: 503 }, { failed: 2400, status: 503 }],
      ['errors-under-load'],
    ],
    ['429s', [{ failed: 0 }, { failed: 0 }, { failed: 600, status: 429 }], []],
  ];
  test.each(rows)('%s', (_, given, expected) => {
    expect(found(diagnosisOf(failing(given)))).toEqual(expected);
  });

  test("the generator's own failures are not counted, nor named", () => {
    const failures = [
      { kind: 'status', status: 500, count: 2400 },
      { kind: 'unreachable', status: null, count: 30_000 },
    ];
    const [finding] = diagnosisOf(
      failing([{ failed: 0 }, { failed: 120 }, { failed: 2400 }]).map((m, i) =>
        i < 2 ? m : { ...m, total: { ...m.total, count: 54_000, failed: 32_400, failures } },
      ),
    ).findings;
    // 2,400 of the 24,000 that reached the target.
    expect(finding?.estimates.errors?.value).toBeCloseTo(0.1, 10);
    expect(finding?.evidence.map((e) => e.metric)).not.toContain('unreachable');
  });

  test.each(['unreachable', 'aborted'])('%s requests alone leave the target healthy', (kind) => {
    const measurements = stagesOf(
      [10, 20, 40].map((users) => ({
        ...stage(users, users * 10, 20),
        failed: 500,
        failures: [{ kind, status: null, count: 500 }],
      })),
    );
    expect(diagnosisOf(measurements).verdict).toBe('none');
  });

  test('a share of failures keeps the range from being called healthy', () => {
    expect(diagnosisOf(failing([{ failed: 120 }, { failed: 240 }, { failed: 480 }])).verdict).toBe('unknown');
  });
});

describe('stages that are not valid', () => {
  test('no cause is drawn from them', () => {
    const rows = [stage(10, 100, 10), stage(20, 190, 15), stage(40, 160, 150), stage(80, 120, 600)];
    const diagnosis = diagnosisOf(
      stagesOf(rows.map((row, i) => (i < 2 ? row : { ...row, state: 'lower-bound' }))),
    );
    expect(found(diagnosis)).toEqual([]);
    expect(open(diagnosis)).toEqual([]);
    expect(diagnosis.verdict).toBe('unknown');
  });

  test('none is left: invalid', () => {
    const diagnosis = diagnosisOf(stagesOf([{ ...stage(10, 100, 10), state: 'invalid' }]));
    expect(diagnosis.verdict).toBe('invalid');
  });

  test('a generator that failed in one stage is named, and a plateau among the others stays open', () => {
    const measurements = stagesOf([
      stage(10, 100, 10),
      stage(40, 200, 120),
      stage(80, 201, 350),
      { ...stage(160, 150, 900), state: 'lower-bound' },
    ]).map((m) =>
      m.stage !== 4
        ? m
        : {
            ...m,
            validity: {
              ...m.validity,
              checks: [
                {
                  check: 'generator-cpu',
                  title: 'Generator CPU',
                  outcome: 'fail' as const,
                  value: 0.97,
                  threshold: 0.8,
                  unit: 'cores',
                  statement: 'The generator used 0.97 of its core.',
                },
              ],
            },
          },
    );
    const diagnosis = diagnosisOf(measurements);
    expect(found(diagnosis)).toEqual(['generator']);
    expect(open(diagnosis)).not.toContain('contention-collapse');
    expect(diagnosis.findings[0]?.evidence[0]?.stages).toEqual([4]);
    expect(diagnosis.statement).toContain('Nothing was found in the other stages; the target is not blamed.');
  });
});
