import { describe, expect, test } from 'vitest';
import { stagesOf } from '../testing/given-measurements.ts';
import type { FailureFacts } from './failures.ts';
import { turnedAwayOf } from './turned-away.ts';

type Row = { readonly users: number; readonly ok: number; readonly refused: number; readonly served: number };

/** Stages of 1,000 requests; each with its share refused, its successful rate and its served requests in flight. */
function factsOf(status: 429 | 503, rows: readonly Row[], rejectedMs = 1): FailureFacts {
  const exact = (value: number) => ({ value, low: value, high: value });
  const stages = stagesOf(rows.map(({ users, ok }) => ({ users, rate: ok, avg: 20 })));
  return {
    limit: 0.001,
    stages: rows.flatMap(({ ok, refused, served }, i) => {
      const stage = stages[i];
      if (stage === undefined) return [];
      const total = { ...stage.total, responseTime: { avg: 20, p50: 20 } };
      return [
        {
          stage: { ...stage, total },
          tooMany: exact(status === 429 ? refused : 0),
          unavailable: exact(status === 503 ? refused : 0),
          other: exact(0),
          okRate: exact(ok),
          rejectedMs,
          fast: rejectedMs <= 10,
          served,
        },
      ];
    }),
  };
}

const flat = [
  { users: 10, ok: 90, refused: 0, served: 2 },
  { users: 50, ok: 100, refused: 0.3, served: 2.1 },
  { users: 100, ok: 101, refused: 0.6, served: 2.9 },
];
const capped = [
  { users: 10, ok: 90, refused: 0, served: 2 },
  { users: 50, ok: 200, refused: 0.3, served: 8 },
  { users: 100, ok: 150, refused: 0.6, served: 8.1 },
];
/** A full server behind a cap of 8, which is not always reached at the lower load. */
const full = [
  { users: 4, ok: 90, refused: 0, served: 2 },
  { users: 16, ok: 126, refused: 0.69, served: 7.5 },
  { users: 48, ok: 125, refused: 0.93, served: 8.4 },
];
const both = flat.map((row) => ({ ...row, served: 2 }));

describe('refused on purpose', () => {
  test.each([
    ['429, the rate stays', 429, flat, 'rate-limit'],
    ['429, rate and number in flight stay', 429, both, 'rate-limit'],
    ['fast 503, the rate stays and the number in flight does not', 503, flat, null],
    ['fast 503, the number in flight stays and the rate does not', 503, capped, 'load-shedding'],
    ['fast 503, both stay', 503, both, null],
    ['fast 503, a full server behind a cap', 503, full, null],
    ['429 in one stage only', 429, flat.slice(0, 2), null],
    ['429, the rate grows by 8 %', 429, flat.map((r, i) => (i === 2 ? { ...r, ok: 108 } : r)), null],
    ['429 at loads close to one another', 429, flat.map((r, i) => (i === 2 ? { ...r, users: 60 } : r)), null],
  ] as const)('%s → %s', (_, status, rows, named) => {
    const away = turnedAwayOf(factsOf(status, rows));
    expect(away?.status).toBe(status);
    expect(away?.named ?? null).toBe(named);
  });

  test('slow 503s are no refusal', () => {
    expect(turnedAwayOf(factsOf(503, flat, 30))).toBeNull();
  });

  test('a few refusals are none', () => {
    expect(
      turnedAwayOf(
        factsOf(
          429,
          flat.map((row) => ({ ...row, refused: 0.005 })),
        ),
      ),
    ).toBeNull();
  });
});
