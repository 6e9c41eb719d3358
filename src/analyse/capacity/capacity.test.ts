import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Analysis, analysisSchema } from '../analysis.ts';
import { type GivenStage, planOf, stagesOf } from '../testing/given-measurements.ts';
import { kneeTrial } from '../testing/knee-trial.ts';
import { analyseCapacity } from './capacity.ts';
import { loadPoints } from './load-point.ts';

const reference: readonly GivenStage[] = [
  { users: 10, rate: 4.45, avg: 93, seconds: 59.1 },
  { users: 50, rate: 16.89, avg: 310, seconds: 59.1 },
  { users: 100, rate: 15.38, avg: 1122, seconds: 59.1 },
];
const avgSla = { times: { avg: 500 }, errors: null };

type Capacity = Analysis['capacity'];

function estimated(estimate: Capacity['knee']) {
  if (estimate.state !== 'estimated') throw new Error(`no estimate: ${estimate.statement}`);
  return estimate;
}

/** Ten even blocks about a rate, for a small interval. */
function steady(rate: number, spread = 0.01): readonly number[] {
  return Array.from({ length: 10 }, (_, i) => rate * (1 + (i % 2 === 0 ? spread : -spread)));
}

function stage(users: number, rate: number, more: Partial<GivenStage> = {}): GivenStage {
  return { users, rate, blockRates: steady(rate), ...more };
}

describe('the figures of the reference document', () => {
  const capacity = analyseCapacity(stagesOf(reference), planOf({ slas: [avgSla] }), 7);

  test('the knee is the interval (50, 100], not a point', () => {
    const knee = estimated(capacity.knee);
    expect([knee.low, knee.high, knee.confidence, knee.method]).toEqual([
      50,
      100,
      'low',
      'bracket between stages',
    ]);
    expect(knee.statement).toContain('(50, 100] users');
  });

  test('each change names its two stages, both metrics on the same pair', () => {
    expect(capacity.statements).toHaveLength(3);
    expect(capacity.statements[1]).toBe(
      'From 50 to 100 users (+100 %) throughput changed by −8.9 % (16.89 → 15.38 requests/s; 95 % interval −17 % to −0.4 %), the average response time by +262 % (310 → 1,122 ms).',
    );
    expect(capacity.statements[2]).toContain('(93 → 1,122 ms)');
  });

  test('says what must not be concluded', () => {
    const all = capacity.cautions.join('\n');
    expect(all).toContain('cannot place a knee');
    expect(all).toContain('cannot be identified');
    expect(all).toContain('linear growth of the response time from an exponential one');
    expect(all).toContain('mean 17 requests in flight');
    expect(all).toContain('not an unloaded baseline');
    expect(all).toContain('promise an average and no percentile');
    expect(all).toContain('(998 at 50 users, 909 at 100 users)');
  });

  test('the SLA holds at 50 users and not at 100; the limit is 50 users', () => {
    expect(estimated(capacity.sla).users).toEqual({ value: 50, low: 50, high: 100 });
    expect(estimated(capacity.sla).low).toBe(16.89);
    expect(capacity.recommendedLimit?.users).toBe(50);
  });

  test('slows down without failing', () => {
    expect(capacity.errors.state).toBe('insufficient-evidence');
    expect(capacity.failureBehaviour).toContain('slows down without failing');
  });

  test('the hinge is drawn, never chosen, and names no knee', () => {
    expect(capacity.models.map((m) => [m.model, m.chosen])).toEqual([['hinge', false]]);
    expect(Object.keys(capacity.models[0]?.parameters ?? {})).toEqual(['xmax', 'cycleTimeMs']);
  });

  test('is a valid part of an analysis, and the same for the same seed', () => {
    expect(analysisSchema.shape.capacity.parse(capacity)).toEqual(capacity);
    const again = analyseCapacity(stagesOf(reference), planOf({ slas: [avgSla] }), 7);
    expect(JSON.stringify(again)).toBe(JSON.stringify(capacity));
  });
});

describe('few stages', () => {
  test('with the think time known, operational bounds give the crossing', () => {
    // 10 users, 40 ms + 960 ms: 10/s; 40/s at most: N* = 40 · 1 s.
    const ladder = [
      stage(10, 10, { avg: 40, thinkTimeMs: 960 }),
      stage(50, 40, { avg: 290, thinkTimeMs: 960 }),
      stage(100, 40, { avg: 1540, thinkTimeMs: 960 }),
    ];
    const knee = estimated(analyseCapacity(stagesOf(ladder), planOf(), 1).knee);
    expect(knee.estimate).toBeCloseTo(40, 6);
    expect(knee.method).toContain('Lazowska');
    expect(knee.low ?? 0).toBeLessThanOrEqual(40);
    expect(knee.high ?? 0).toBeLessThan(60);
  });

  test('throughput flat from the lowest load on: at or below it', () => {
    const knee = estimated(
      analyseCapacity(stagesOf([stage(10, 40), stage(50, 40), stage(100, 39.9)]), planOf(), 1).knee,
    );
    expect([knee.low, knee.high]).toEqual([null, 10]);
    expect(knee.statement).toContain('at or below 10 users');
  });

  test('five loads, all on the plateau: the corner of a fit is not taken for the knee', () => {
    const ladder = [10, 20, 50, 100, 200].map((n) => stage(n, 40));
    const knee = estimated(analyseCapacity(stagesOf(ladder), planOf(), 1).knee);
    expect([knee.low, knee.high]).toEqual([null, 10]);
  });

  test.each<[string, readonly GivenStage[], string]>([
    ['nothing measured', [], 'No stage of this run can be used'],
    ['one stage', [stage(10, 5)], 'Only one load (10 users)'],
    ['in proportion to the end', [stage(10, 5), stage(50, 25), stage(100, 50)], 'No knee up to 100 users'],
    ['bends, still grows', [stage(10, 10), stage(50, 50), stage(100, 65)], 'No knee up to 100 users'],
    [
      'flat, but only a lower bound',
      [stage(10, 10), stage(50, 50), stage(100, 50, { state: 'lower-bound' })],
      'lower bound only',
    ],
    ['invalid ones are not used', [stage(10, 10), stage(50, 10, { state: 'invalid' })], 'Only one load'],
  ])('no knee: %s', (_, ladder, statement) => {
    const { knee } = analyseCapacity(stagesOf(ladder), planOf(), 1);
    expect(knee.state).toBe('insufficient-evidence');
    expect(knee.statement).toContain(statement);
  });
});

describe('ladders 1 … 200', () => {
  test('N* within 10 % in most of 40 plateau systems, its interval around the truth', () => {
    let near = 0;
    let covered = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const trial = kneeTrial(seed, 10);
      const knee = estimated(analyseCapacity(trial.measurements, trial.plan, seed).knee);
      if (Math.abs(knee.estimate / trial.knee - 1) <= 0.1) near += 1;
      if ((knee.low ?? 0) <= trial.knee && trial.knee <= (knee.high ?? 0)) covered += 1;
    }
    expect(near).toBeGreaterThanOrEqual(36);
    expect(covered).toBeGreaterThanOrEqual(34);
  });

  test('a system that never saturates has no knee', () => {
    const ladder = [1, 2, 5, 10, 20, 50, 100, 200].map((n) => stage(n, n * 3 * (1 - n / 2000)));
    const { knee, models } = analyseCapacity(stagesOf(ladder), planOf(), 1);
    expect(knee.state).toBe('insufficient-evidence');
    expect(models.every((m) => m.model !== 'usl' || m.caveat !== null)).toBe(true);
  });

  test('the USL is chosen where it is the truth and can be identified', () => {
    const law = (n: number) => (50 * n) / (1 + 0.02 * (n - 1) + 0.0005 * n * (n - 1));
    const ladder = [1, 2, 5, 10, 20, 40, 80, 150, 250].map((n) => stage(n, law(n)));
    const { knee, models } = analyseCapacity(stagesOf(ladder), planOf(), 1);
    expect(models.find((m) => m.chosen)?.model).toBe('usl');
    expect(estimated(knee).estimate).toBeCloseTo(Math.sqrt(0.98 / 0.0005), 0);
  });
});

describe('SLA bracket', () => {
  const sla = { times: { p95: 300 }, errors: 0.01 };
  const at = (users: number, rate: number, p95: number, failed = 0): GivenStage =>
    stage(users, rate, { endpoints: [{ times: { p95 }, failed }] });
  test.each<[string, readonly GivenStage[], string]>([
    ['nothing missed', [at(10, 10, 100), at(50, 50, 200)], 'Every promise was kept at every load tested'],
    ['missed at once', [at(10, 10, 400), at(50, 50, 500)], 'missed already at the lowest load'],
  ])('%s', (_, ladder, statement) => {
    const result = analyseCapacity(stagesOf(ladder), planOf({ slas: [sla] }), 1);
    expect(result.sla.state).toBe('insufficient-evidence');
    expect(result.sla.statement).toContain(statement);
  });

  test('between the last kept and the first missed, errors included', () => {
    const ladder = [at(10, 10, 100), at(20, 20, 200), at(40, 38, 250, 100)];
    const { sla: result } = analyseCapacity(stagesOf(ladder), planOf({ slas: [sla] }), 1);
    const found = estimated(result);
    expect([found.low, found.high, found.unit]).toEqual([20, 38, 'requests/s']);
    expect(found.users).toEqual({ value: 20, low: 20, high: 40 });
  });

  test('an endpoint of which every request failed has missed its promised time', () => {
    const none = stage(50, 50, { endpoints: [{ times: {}, failed: 3000 }] });
    const promised = planOf({ slas: [{ times: { p95: 300 }, errors: null }], readiness: { errors: 1 } });
    const { sla: result } = analyseCapacity(stagesOf([at(10, 10, 100), none]), promised, 1);
    expect(estimated(result).users).toEqual({ value: 10, low: 10, high: 50 });
    expect(result.statement).toContain('GET /e0: no successful request for its p95 of 300 ms');
  });

  test('missed in a lower bound at the lowest load: nobody knows by whom', () => {
    const ladder = [{ ...at(10, 10, 400), state: 'lower-bound' as const }, at(50, 50, 100)];
    const { sla: result } = analyseCapacity(stagesOf(ladder), planOf({ slas: [sla] }), 1);
    expect(result.statement).toBe(
      'At 10 users some were missed, but that stage is no fair measurement of the target (see validity).',
    );
  });

  test('nothing promised', () => {
    const { sla: result } = analyseCapacity(stagesOf([at(10, 10, 100)]), planOf(), 1);
    expect(result.statement).toContain('promises nothing');
  });
});

describe('errors', () => {
  const ladder = [stage(10, 10), stage(50, 50, { failed: 3 }), stage(100, 50, { failed: 300 })];
  test('begin where the Wilson lower bound is above the limit', () => {
    // 3 of 3,000: lower bound 0.03 %; 300 of 3,000: 9 %.
    const { errors } = analyseCapacity(stagesOf(ladder), planOf(), 1);
    expect(estimated(errors).users).toEqual({ value: 100, low: 50, high: 100 });
    expect(errors.statement).toContain('0.1 % (Loadline');
  });

  test("the plan's own limit is named", () => {
    const plan = planOf({ readiness: { errors: 0.2 } });
    const { errors } = analyseCapacity(stagesOf(ladder), plan, 1);
    expect(errors.state).toBe('insufficient-evidence');
    expect(errors.statement).toContain("20 % (the plan's readiness)");
  });

  test('what fails and how is told', () => {
    const failures = [{ kind: 'status', status: 503, count: 300 }];
    const { failureBehaviour } = analyseCapacity(
      stagesOf([stage(10, 10), stage(100, 50, { failed: 300, failures })]),
      planOf(),
      1,
    );
    expect(failureBehaviour).toContain('300 × status 503');
    expect(failureBehaviour).toContain('protects itself');
  });
});

describe("the generator's failures are not the target's", () => {
  const unsent = (n: number) => [{ kind: 'unreachable', status: null, count: n }];
  test('requests that were never sent begin no errors, and miss no promise about them', () => {
    const ladder = [stage(10, 10), stage(50, 50, { failed: 900, failures: unsent(900) })].map((s) => ({
      ...s,
      endpoints: [{ times: { p95: 20 }, failed: s.failed ?? 0, failures: s.failures ?? [] }],
    }));
    const capacity = analyseCapacity(stagesOf(ladder), planOf({ slas: [{ times: {}, errors: 0.01 }] }), 1);
    expect(capacity.errors.statement).toContain('None of 2,700 requests failed');
    expect(capacity.sla.statement).toContain('Every promise was kept at every load tested');
    expect(capacity.failureBehaviour).not.toContain('unreachable');
  });

  const failing = (users: number, state: 'valid' | 'lower-bound') =>
    stage(users, users, { failed: 300, state });
  test.each<[string, readonly GivenStage[], string | readonly (number | null)[], number | null | undefined]>([
    [
      'in a lower bound only: not known whose they are',
      [stage(10, 10), failing(100, 'lower-bound')],
      'no fair measurement of the target',
      10,
    ],
    [
      'in a lower bound, then in a valid stage: they begin at the valid one',
      [stage(10, 10), failing(50, 'lower-bound'), failing(100, 'valid')],
      [10, 100],
      10,
    ],
    [
      'in a lower bound at the lowest load: no limit is recommended, and none is refused',
      [failing(10, 'lower-bound'), stage(100, 100)],
      'no fair measurement of the target',
      undefined,
    ],
  ])('errors %s', (_, ladder, expected, limit) => {
    const { errors, recommendedLimit } = analyseCapacity(stagesOf(ladder), planOf(), 1);
    if (typeof expected === 'string') expect(errors.statement).toContain(expected);
    else expect([estimated(errors).low, estimated(errors).high]).toEqual(expected);
    expect(recommendedLimit?.users).toBe(limit);
  });
});

describe('every estimate lies within its interval', () => {
  const rate = fc.double({ min: 0.1, max: 1000, noNaN: true });
  const anyStage = fc.record({
    load: fc.integer({ min: 1, max: 300 }),
    share: fc.double({ min: 0.2, max: 1.1, noNaN: true }),
    spread: fc.double({ min: 0, max: 0.2, noNaN: true }),
    state: fc.constantFrom('valid', 'lower-bound', 'invalid'),
    avg: rate,
    thinkTimeMs: fc.option(rate),
  });
  test.each(['open', 'closed'] as const)('%s model', (load) => {
    fc.assert(
      fc.property(fc.array(anyStage, { maxLength: 6 }), (stages) => {
        const ladder = stages.map(({ load: n, share, spread, ...rest }) => ({
          ...rest,
          ...(load === 'open' ? { askedRate: n } : { users: n }),
          rate: n * share,
          blockRates: steady(n * share, spread),
        }));
        const { knee, errors, sla } = analyseCapacity(
          stagesOf(ladder),
          planOf({ load, slas: [{ times: { avg: 300 }, errors: 0.01 }] }),
          1,
        );
        for (const found of [knee, errors, sla]) {
          if (found.state !== 'estimated') continue;
          expect(found.low ?? 0).toBeLessThanOrEqual(found.estimate);
          expect(found.high ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(found.estimate);
        }
      }),
      { numRuns: load === 'open' ? 300 : 40, seed: 1 },
    );
  });

  test('alike blocks are worth fewer: the interval of a rate that wanders is wider', () => {
    const wandering = [90, 92, 95, 98, 100, 102, 105, 108, 110, 100];
    const mixed = [90, 110, 92, 108, 95, 105, 98, 102, 100, 100];
    const width = (blockRates: readonly number[]) => {
      const [point] = loadPoints(stagesOf([{ users: 10, rate: 100, blockRates }]), 'closed');
      return point === undefined ? 0 : point.logError;
    };
    expect(width(wandering)).toBeGreaterThan(1.5 * width(mixed));
  });
});

describe('open model', () => {
  test('a rate that follows though measured a little below what was asked: no estimate below it', () => {
    const ladder = [
      { askedRate: 100, rate: 98.5, blockRates: steady(98.5) },
      { askedRate: 102, rate: 97, blockRates: steady(97) },
    ];
    const knee = estimated(analyseCapacity(stagesOf(ladder), planOf({ load: 'open' }), 1).knee);
    expect([knee.low, knee.estimate, knee.high]).toEqual([100, 100, 102]);
  });

  test('the knee is where throughput no longer follows the asked rate', () => {
    const ladder = [50, 100, 200].map((askedRate) => {
      const rate = Math.min(askedRate, 120);
      return { askedRate, rate, blockRates: steady(rate) };
    });
    const knee = estimated(analyseCapacity(stagesOf(ladder), planOf({ load: 'open' }), 1).knee);
    expect([knee.low, knee.high, knee.estimate, knee.unit]).toEqual([100, 200, 120, 'requests/s']);
  });

  test('a stage that the generator limited shows no knee, nor that throughput followed', () => {
    const ladder = [
      { askedRate: 50, rate: 50, blockRates: steady(50) },
      { askedRate: 200, rate: 120, blockRates: steady(120), state: 'lower-bound' as const },
    ];
    const { knee } = analyseCapacity(stagesOf(ladder), planOf({ load: 'open' }), 1);
    expect(knee).toMatchObject({
      state: 'insufficient-evidence',
      statement: expect.stringContaining('followed the asked rate up to 50 requests/s. At 200 requests/s'),
    });
  });
});
