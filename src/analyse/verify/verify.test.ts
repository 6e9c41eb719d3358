import { describe, expect, it } from 'vitest';
import type { Run } from '../../record/run.ts';
import type { Interval } from '../analysis.ts';
import { compareRuns } from '../compare/compare.ts';
import { type SimulationSpec, simulateRun } from '../testing/simulated-run.ts';
import { judged } from './outcome.ts';
import { verificationSchema } from './verification.ts';
import { verifyFix } from './verify.ts';

type Given = {
  readonly pool?: number;
  readonly seed?: number;
  readonly slowMs?: number;
  readonly failing?: number;
  readonly keepAlive?: boolean;
};

/** A pool that 40 users fill, or do not. */
function shop({ pool = 4, seed = 1, slowMs = 0, failing = 0, keepAlive = true }: Given = {}): Run {
  const spec: SimulationSpec = {
    seed,
    stages: [1, 10, 40].map((users) => ({ users, seconds: 20 })),
    stations: [{ name: 'pool', servers: pool }],
    endpoints: [
      {
        name: 'GET /a',
        delayMs: 5 + slowMs,
        visits: [{ station: 'pool', demandMs: 20 }],
        ...(failing > 0 ? { failures: { share: failing, status: 500 } } : {}),
      },
      { name: 'GET /b', delayMs: 10 + slowMs, visits: [{ station: 'pool', demandMs: 30 }] },
    ],
    keepAlive,
    connectMs: 12,
  };
  return simulateRun(spec);
}

const before = shop();

describe('a pool that is too small', () => {
  it('made ten times as large: the waiting is gone, and the prediction came true', () => {
    const verification = verifyFix(before, shop({ pool: 40, seed: 2 }), {
      applied: { pool: 40, poolNow: 4 },
    });
    expect(verification.verdict).toBe('fixed');
    expect(verification.findings.map((f) => f.state)).toEqual(['gone']);
    const asked = verification.predictions.filter((p) => p.from === 'asked');
    expect(asked.map((p) => [p.metric, p.state])).toEqual([
      ['throughput at 1 user', 'inside'],
      ['throughput at 10 users', 'inside'],
      ['throughput at 40 users', 'inside'],
    ]);
    expect(verificationSchema.safeParse(JSON.parse(JSON.stringify(verification))).error).toBeUndefined();
  });

  it('a little larger: eased, and not gone', () => {
    const { verdict, findings } = verifyFix(before, shop({ pool: 8, seed: 3 }));
    expect([verdict, findings.map((f) => f.state)]).toEqual(['eased', ['eased']]);
  });

  it('left as it is: what was found stands, and nothing moved', () => {
    const { verdict, findings, predictions } = verifyFix(before, shop({ seed: 4 }));
    expect([verdict, findings.map((f) => f.state)]).toEqual(['stands', ['stands']]);
    expect(predictions.every((p) => p.state === 'no-change')).toBe(true);
    expect(predictions.length).toBeGreaterThan(0);
  });

  it('made smaller: it got worse, and by how much is said', () => {
    const { verdict, statement, changes } = verifyFix(before, shop({ pool: 2, seed: 5 }));
    expect(verdict).toBe('worse');
    expect(statement).toMatch(/^It got worse: .*throughput at 10 users −50 %/);
    const at40 = changes.find((c) => c.users === 40 && c.metric === 'throughput');
    expect(at40?.change.value).toBeCloseTo(-0.5, 1);
  });
});

it.each([
  { given: { slowMs: 40 }, verdict: 'worse', why: 'every answer takes 40 ms longer' },
  { given: { failing: 0.3 }, verdict: 'worse', why: 'half of the requests fail in three cases of ten' },
])('$why: $verdict', ({ given, verdict }) => {
  expect(verifyFix(before, shop({ ...given, seed: 6 })).verdict).toBe(verdict);
});

it('without a load that both runs hold, nothing is told', () => {
  const after = simulateRun({
    stages: [{ users: 3, seconds: 10 }],
    endpoints: [{ name: 'GET /a', delayMs: 5, visits: [] }],
  });
  const { verdict, findings, warnings } = verifyFix(before, after);
  expect([verdict, findings.map((f) => f.state)]).toEqual(['invalid', ['unknown']]);
  expect(warnings).toContain('The plans ask for other endpoints, or in other shares.');
});

it('twenty runs of one unchanged system: none is called worse', () => {
  const verdicts = Array.from({ length: 20 }, (_, i) => verifyFix(before, shop({ seed: 100 + i })).verdict);
  expect(verdicts.filter((v) => v === 'worse').length).toBeLessThanOrEqual(1);
});

it.each([
  { why: 'unchanged', given: {} },
  { why: 'half the pool', given: { pool: 2 } },
  { why: 'three of ten fail', given: { failing: 0.3 } },
])('$why: what changed is what `loadline compare` says', ({ given }) => {
  const after = shop({ ...given, seed: 7 });
  const words = { improved: 'better', regressed: 'worse', equivalent: 'same', inconclusive: 'unknown' };
  const names = { throughput: 'throughput', avg: 'average', p95: 'p95', errors: 'errors' };
  const said = compareRuns([before], [after], { anyway: true })
    .lines.filter((line) => line.endpoint === null)
    .flatMap((line) =>
      line.metric === 'p50' || line.metric === 'p99'
        ? []
        : [[line.users, names[line.metric], line.change, words[line.verdict]]],
    );
  const { changes } = verifyFix(before, after);
  expect(changes.map((c) => [c.users, c.metric, c.change, c.verdict])).toEqual(said);
  expect(changes.length).toBe(12);
});

describe('a prediction of 1 to 2 times', () => {
  const said = { metric: 'throughput', model: 'a bound', from: 'asked', low: 1, high: 2, unit: '×' } as const;
  it.each([
    { low: 1.4, value: 1.5, high: 1.6, state: 'inside' },
    { low: 1.9, value: 2.1, high: 2.3, state: 'inside' },
    { low: 2.1, value: 2.2, high: 2.3, state: 'above' },
    { low: 0.8, value: 0.9, high: 0.95, state: 'below' },
    { low: 0.98, value: 1.01, high: 1.04, state: 'no-change' },
  ])('$low to $high: $state', ({ state, ...outcome }: Interval & { readonly state: string }) => {
    expect(judged(said, outcome, 1).state).toBe(state);
  });
  it('not known: not measured', () => {
    expect(judged(said, null, 1).state).toBe('not-measured');
  });
});
