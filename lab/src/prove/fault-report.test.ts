import { expect, it } from 'vitest';
import { faultText, reportOn } from './fault-report.ts';
import type { Seen } from './witness.ts';

const fault = { id: 'x', title: 'X' };
const calm = (atMs: number): Seen => ({ kind: 'read', atMs, tookMs: 10, outcome: 200 });
const times = Array.from({ length: 101 }, (_, at) => at * 100);

function reported(changes: Readonly<Record<number, Partial<Seen>>>) {
  const seen = times.map((atMs) => ({ ...calm(atMs), ...changes[atMs] }));
  const accepted = [{ id: 1, title: 'a' }];
  return reportOn(fault, { seen, accepted }, { faultAtMs: 5000, componentBackMs: null, lostWrites: 0 });
}

it.each([
  ['nothing was hurt', {}, { failed: 0, recoveryMs: 0, worstMs: 10 }],
  ['a failure, then calm', { 5200: { outcome: 503 } }, { failed: 1, recoveryMs: 210, worstMs: 10 }],
  ['slow ones count: above 100 ms', { 5300: { tookMs: 101 } }, { failed: 0, recoveryMs: 401, worstMs: 101 }],
  ['below it they do not', { 5300: { tookMs: 100 } }, { failed: 0, recoveryMs: 0, worstMs: 100 }],
  ['under way at the fault', { 4900: { tookMs: 600 } }, { failed: 0, recoveryMs: 500, worstMs: 600 }],
  ['before the fault', { 3000: { outcome: 500 } }, { failed: 1, recoveryMs: 0, worstMs: 10 }],
  [
    'still hurt at the end',
    { 9900: { outcome: 'ECONNRESET' } },
    { failed: 1, recoveryMs: null, worstMs: 10 },
  ],
])('%s', (_, changes, expected) => {
  expect(reported(changes)).toMatchObject({ ...expected, requests: 101, p95BeforeMs: 10, acceptedWrites: 1 });
});

it('counts each outcome that failed', () => {
  const { outcomes } = reported({
    5000: { outcome: 503 },
    5100: { outcome: 503 },
    5200: { outcome: 'ECONNRESET' },
  });
  expect(outcomes).toEqual({ 503: 2, ECONNRESET: 1 });
});

it.each([
  [
    'nobody noticed',
    reported({}),
    '**X.** Clients saw: no request of 101 failed, the slowest took 10 ms; no request failed or was slow because of it. All 1 writes that were answered 201 were there when they were read back.',
  ],
  [
    'failures, a component that came back, and a loss',
    { ...reported({ 5200: { outcome: 503 } }), componentBackMs: 389, lostWrites: 1 },
    '**X.** Clients saw: 1 of 101 requests failed (503: 1), the slowest took 10 ms; they were served as before after 210 ms, and it was done or running again after 389 ms. Of 1 writes that were answered 201, 1 were gone when they were read back.',
  ],
  [
    'hurt to the end',
    reported({ 9900: { outcome: 'ECONNRESET' } }),
    '**X.** Clients saw: 1 of 101 requests failed (ECONNRESET: 1), the slowest took 10 ms; they had not recovered when the test ended. All 1 writes that were answered 201 were there when they were read back.',
  ],
])('says in words: %s', (_, report, expected) => {
  expect(faultText(report)).toBe(expected);
});
