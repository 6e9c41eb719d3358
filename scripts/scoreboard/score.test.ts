import { describe, expect, it } from 'vitest';
import { naming, recordOf } from './record.fixture.ts';
import type { Answer, SystemRecord } from './record.ts';
import {
  causeScores,
  counts,
  falselyAccused,
  gainsOf,
  type Hit,
  hitOf,
  predictionsHeld,
  roleOf,
  shareOf,
  sizeOf,
} from './score.ts';

const pool = { causes: ['connection-pool'], also: ['no-cache'] } as const;
const undecided: Answer = {
  verdict: 'unknown',
  found: [],
  undecided: [['connection-pool', 'single-threaded']],
};

describe('how a system was answered', () => {
  const rows: readonly (readonly [string, Partial<SystemRecord['truth']>, Answer, Hit])[] = [
    ['its cause first', pool, naming('connection-pool'), 'right'],
    ['its cause first, then another true one', pool, naming('connection-pool', 'no-cache'), 'right'],
    ['its cause after another true one', pool, naming('no-cache', 'connection-pool'), 'named'],
    ['only another true one', pool, naming('no-cache'), 'beside'],
    ['something that is not there', pool, naming('single-threaded'), 'wrong'],
    ['something that is not there, then its cause', pool, naming('drift', 'connection-pool'), 'wrong'],
    ['nothing, but among those left open', pool, undecided, 'undecided'],
    ['nothing', pool, naming(), 'abstained'],
    ['called healthy', pool, { ...naming(), verdict: 'none' }, 'missed'],
    ['outside the table: called healthy', { isOutside: true }, { ...naming(), verdict: 'none' }, 'missed'],
    ['outside the table: not valid', { isOutside: true }, { ...naming(), verdict: 'invalid' }, 'abstained'],
    ['only the generator', pool, naming('generator'), 'abstained'],
    ['healthy: nothing', {}, naming(), 'right'],
    ['healthy: something', {}, naming('drift'), 'wrong'],
    ['healthy: only the generator', {}, naming('generator'), 'right'],
    ['the generator as the limit: said so', { causes: ['generator'] }, naming('generator'), 'right'],
    ['the generator as the limit: not seen', { causes: ['generator'] }, naming(), 'abstained'],
    [
      'the generator as the limit: the target blamed',
      { causes: ['generator'] },
      naming('generator', 'drift'),
      'wrong',
    ],
    ['outside the table: nothing', { isOutside: true }, naming(), 'right'],
    ['outside the table: something', { isOutside: true }, naming('slow-dependency'), 'wrong'],
  ];
  it.each(rows)('%s', (_, truth, answer, hit) => {
    expect(hitOf(recordOf('any-1', truth, answer), answer)).toBe(hit);
  });

  it('every cause that is neither planted nor true besides is a false accusation', () => {
    const answer = naming('connection-pool', 'no-cache', 'drift', 'generator', 'rate-limit');
    expect(falselyAccused(recordOf('any-1', pool, answer), answer)).toEqual(['drift', 'rate-limit']);
  });
});

describe('which systems count', () => {
  const effect = (okRate: number, p95: number | null) => ({
    users: 8,
    faulty: { okRate: 100, p95: 100 },
    remedied: { okRate, p95 },
  });
  it.each([
    ['a fifth more throughput', effect(120, 100), true],
    ['a little more, and p95 as it was', effect(119, 100), false],
    ['p95 shorter by a fifth of the shorter', effect(100, 83), true],
    ['p95 a little shorter', effect(100, 90), false],
    ['the remedy made it slower by a fifth', effect(83, 100), true],
    ['p95 unknown', effect(110, null), false],
    ['no fault to take away', null, true],
  ] as const)('%s', (_, given, expected) => {
    expect(counts(recordOf('any-1', pool, naming(), { effect: given }))).toBe(expected);
  });

  it('gains are ratios: throughput after over before, p95 before over after', () => {
    expect(gainsOf(effect(300, 25))).toEqual({ okRate: 3, p95: 4 });
  });
});

it.each([
  ['single', pool],
  ['double', { causes: ['connection-pool', 'no-keep-alive'] }],
  ['healthy', {}],
  ['outside', { isOutside: true }],
  ['generator', { causes: ['generator'] }],
] as const)('role: %s', (role, truth) => {
  expect(roleOf(recordOf('any-1', truth, naming()))).toBe(role);
});

it('a share has its Wilson interval', () => {
  const share = shareOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], (n) => n <= 8);
  expect([share.hits, share.of]).toEqual([8, 10]);
  // Newcombe, Statistics in Medicine 17 (1998): 8 of 10 gives 0.490 to 0.943.
  expect(share.interval.low).toBeCloseTo(0.4902, 4);
  expect(share.interval.high).toBeCloseTo(0.9433, 4);
});

describe('sizes', () => {
  const told = (estimates: Answer['found'][number]['estimates']): Answer => ({
    verdict: 'found',
    found: [{ cause: 'connection-pool', confidence: 'high', estimates }],
    undecided: [],
  });
  const of = (answer: Answer) => sizeOf(recordOf('pool-1', { ...pool, size: 4 }, answer), answer);
  it.each([
    [
      'named exactly',
      told({ size: { value: 4, low: 4, high: 4 }, 'served at once': { value: 4.1, low: 3.8, high: 4.4 } }),
      { truth: 4, told: 4, covered: true },
    ],
    [
      'only an interval, beside it',
      told({ 'served at once': { value: 5, low: 4.5, high: 5.6 } }),
      { truth: 4, told: null, covered: false },
    ],
    ['nothing told', told({}), { truth: 4, told: null, covered: null }],
    ['not named', naming('single-threaded'), null],
  ] as const)('%s', (_, answer, expected) => {
    expect(of(answer)).toEqual(expected);
  });
});

it('recall and precision by cause; true without being planted counts neither way', () => {
  const records = [
    recordOf('pool-1', pool, naming('connection-pool', 'no-cache')),
    recordOf('pool-2', pool, naming('single-threaded')),
    recordOf('event-loop-1', { causes: ['single-threaded'] }, naming('single-threaded')),
    recordOf('healthy-1', {}, naming('connection-pool')),
  ];
  const scores = causeScores(records, (one) => one.answers?.tool ?? naming());
  expect(
    scores.map(({ cause, recall, precision }) => [
      cause,
      recall.hits,
      recall.of,
      precision.hits,
      precision.of,
    ]),
  ).toEqual([
    ['connection-pool', 1, 2, 1, 2],
    ['no-cache', 0, 0, 0, 0],
    ['single-threaded', 1, 1, 1, 2],
  ]);
});

it('a prediction held if its interval holds what the remedy brought at that load', () => {
  const outcome = { users: 8, faulty: { okRate: 100, p95: 1 }, remedied: { okRate: 200, p95: 1 } };
  const records = [
    recordOf('pool-1', pool, naming(), {
      predictions: [
        { metric: 'throughput', low: 1, high: 2.5, outcome },
        { metric: 'throughput', low: 1, high: 1.9, outcome },
      ],
    }),
  ];
  expect(predictionsHeld(records)).toMatchObject({ hits: 1, of: 2 });
});
