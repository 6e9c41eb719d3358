import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../record/histogram.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { type GivenStage, planOf, stagesOf } from '../testing/given-measurements.ts';
import { kneePrecision } from './knee-precision.ts';
import { confirmedBy, limitOfTrials } from './limit-of-trials.ts';
import { loadPoints } from './load-point.ts';
import { logistic } from './logit-fit.ts';
import { rateAt, roundHinge } from './model.ts';
import { relaxationSeconds, steadyRate } from './queue-memory.ts';
import { missedAlone, rateSearch } from './rate-search.ts';
import { recoveryOf } from './recovery.ts';
import { countOver } from './share-over.ts';

function histogramOf(fast: number, slow: number) {
  const histogram = new Histogram();
  for (let i = 0; i < fast; i += 1) histogram.record(10_000);
  for (let i = 0; i < slow; i += 1) histogram.record(200_000);
  return histogram.snapshot();
}

/** A stage of which this share of the requests took 200 ms, the others 10 ms. */
function trial(given: Omit<GivenStage, 'avg'>, over: number): StageMeasurement {
  const p95 = over > 0.05 ? 200 : 10;
  const [stage] = stagesOf([{ ...given, endpoints: [{ times: { p95, avg: 10 + 190 * over } }] }]);
  if (stage === undefined) throw new Error('one stage expected');
  const { count } = stage.total;
  const slow = Math.round(count * over);
  const histogram = histogramOf(count - slow, slow);
  return { ...stage, endpoints: stage.endpoints.map((own) => (own === null ? null : { ...own, histogram })) };
}

const promised = planOf({ slas: [{ times: { p95: 100 }, errors: null }] });

describe('requests over a limit', () => {
  test.each([
    [100, 7, 7],
    [250, 7, 0],
    [5, 7, 20],
    [10.1, 7, 7],
  ])('over %s ms with 13 of 10 ms and %s of 200 ms: %s', (limit, slow, over) => {
    expect(countOver(histogramOf(13, slow), limit)).toBeCloseTo(over, 6);
  });

  test('of a bucket that holds the limit its part beyond it', () => {
    const histogram = histogramOf(0, 100);
    // 200,000 µs lies in the bucket 199,680 … 200,704.
    expect(countOver(histogram, 200.192)).toBeCloseTo(50, 6);
  });
});

describe('the rate within the SLA', () => {
  const rates = [70, 85, 95, 100, 105];
  const line = (rate: number) => logistic(Math.log(0.05 / 0.95) + 12 * Math.log(rate / 96));

  test('shares on a line: its root, its slope, the promise, the bracket', () => {
    const trials = rates.map((askedRate) =>
      trial({ askedRate, rate: askedRate, seconds: 400 }, line(askedRate)),
    );
    const found = rateSearch(trials, promised, null);
    expect(found.rate).toBeCloseTo(96, 0);
    expect(found.slope).toBeGreaterThan(11.5);
    expect(found.slope).toBeLessThan(12.5);
    expect([found.kept, found.missed]).toEqual([95, 100]);
    expect(found.binding?.statistic).toBe('p95');
  });

  test('a miss while the generator was the limit is none', () => {
    const trials = [
      trial({ askedRate: 70, rate: 70 }, 0),
      trial({ askedRate: 90, rate: 90, state: 'lower-bound' }, 0.5),
    ];
    expect(rateSearch(trials, promised, null)).toMatchObject({ kept: 70, missed: null });
  });

  test('every promise kept: the root lies below the plateau, however steep', () => {
    const trials = [60, 80, 90].map((askedRate) => trial({ askedRate, rate: askedRate }, 0));
    const found = rateSearch(trials, promised, 100);
    expect(found.rate).toBeGreaterThan(70);
    expect(found.rate).toBeLessThan(100);
  });

  test.each([
    [0.001, 300, false],
    [0.2, 300, true],
    [0.2, 4, false],
  ])('one user, %s late of %s requests: surely missed %s', (over, count, missed) => {
    expect(missedAlone([trial({ users: 1, rate: count / 60 }, over)], promised)).toBe(missed);
  });

  test('steadyRate is the inverse of relaxationSeconds', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 20, max: 5000, noNaN: true }),
        fc.double({ min: 5, max: 60, noNaN: true }),
        (plateau, seconds) => {
          const rate = steadyRate(plateau, seconds, 3);
          fc.pre(rate > 0.01 * plateau && rate < 0.96 * plateau);
          expect(3 * (relaxationSeconds(rate, plateau) ?? 0)).toBeCloseTo(seconds, 6);
        },
      ),
    );
  });
});

describe('how well a knee is known', () => {
  const parameters = [Math.log(0.02), Math.log(500), Math.log(5)];
  const points = (loads: readonly number[], seconds: number) =>
    loadPoints(
      stagesOf(loads.map((users) => ({ users, rate: rateAt(roundHinge, parameters, users), seconds }))),
      'closed',
    );

  test('the model itself gives its own figures: N* = 500/s · 20 ms', () => {
    const knee = kneePrecision(points([1, 2, 5, 10, 20, 50], 60));
    expect(knee?.users).toBeCloseTo(10, 0);
    expect(knee?.maxRate).toBeCloseTo(500, -1);
    expect(knee?.rateAt(10)).toBeCloseTo(rateAt(roundHinge, parameters, 10), -1);
  });

  test('longer stages tell more, and a further one never tells less', () => {
    const short = kneePrecision(points([1, 2, 5, 10, 20, 50], 1));
    const long = kneePrecision(points([1, 2, 5, 10, 20, 50], 10));
    expect(long?.error).toBeLessThan(short?.error ?? 0);
    for (const users of [1, 3, 10, 30]) {
      expect(short?.errorAfter(users, 4)).toBeLessThan(short?.error ?? 0);
      expect(short?.errorAfter(users, 8)).toBeLessThan(short?.errorAfter(users, 2) ?? 0);
    }
  });

  test('two loads: not at all', () => {
    expect(kneePrecision(points([1, 2], 60))).toBeNull();
  });
});

describe('recovery', () => {
  const first = stagesOf([{ users: 1, rate: 50, avg: 20, seconds: 10 }])[0] ?? null;
  test.each<[string, GivenStage, boolean | null]>([
    ['the same again', { users: 1, rate: 49, avg: 20.5 }, true],
    ['three times slower', { users: 1, rate: 16, avg: 60 }, false],
    [
      'half of it fails',
      { users: 1, rate: 50, avg: 20, failed: 1500, failures: [{ kind: 'status', status: 500, count: 1500 }] },
      false,
    ],
    ['other users', { users: 2, rate: 100, avg: 20 }, null],
  ])('%s', (_, given, recovered) => {
    const [last] = stagesOf([given]);
    expect(recoveryOf(first, last ?? null, planOf())?.recovered).toBe(recovered);
  });

  test('no light load followed: nothing is said', () => {
    expect(recoveryOf(first, null, planOf())).toBeNull();
  });
});

describe('the limit', () => {
  const none = { state: 'insufficient-evidence', statement: '', needed: '' } as const;
  const estimate = (value: number, low: number) =>
    ({
      state: 'estimated',
      estimate: value,
      low,
      high: value * 1.1,
      confidence: 'high',
      method: 'trials',
      unit: 'requests/s',
      rate: null,
      users: null,
      statement: '',
    }) as const;
  const found = {
    rate: 100,
    error: 0.02,
    binding: null,
    slope: 10,
    intercept: 0,
    kept: 95,
    missed: 105,
    someKept: true,
  };

  test.each([
    ['0.8 of the estimate', estimate(100, 95), none, 80],
    ['the low end', estimate(100, 60), none, 60],
    ['where errors begin', estimate(100, 95), { ...estimate(70, 65) }, 65],
    ['0.8 of the highest rate tried', none, none, 76],
  ])('%s', (_, sla, errors, rate) => {
    expect(limitOfTrials(sla, found, errors)?.rate).toBeCloseTo(rate, 9);
  });

  test('missed at the lowest rate tried: none', () => {
    expect(limitOfTrials(none, { ...found, kept: null }, none)).toMatchObject({ users: null, rate: null });
  });

  const limit = { users: null, rate: 80, statement: 'Carry no more than 80 requests/s.' };
  test.each([
    ['kept', trial({ askedRate: 80, rate: 80 }, 0.01), true, 'A hold of 60 s confirmed it'],
    [
      'missed',
      trial({ askedRate: 80, rate: 80 }, 0.2),
      false,
      'did not confirm it: GET /e0: p95 200 ms > 100 ms',
    ],
    ['of less', trial({ askedRate: 60, rate: 60 }, 0), undefined, 'Carry no more than 80 requests/s.'],
  ])('a hold that %s', (_, hold, confirmed, words) => {
    const said = confirmedBy(limit, [hold], promised);
    expect(said.confirmed).toBe(confirmed);
    expect(said.statement).toContain(words);
  });
});
