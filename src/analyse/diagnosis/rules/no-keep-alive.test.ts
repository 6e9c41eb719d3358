import { describe, expect, test } from 'vitest';
import { analyseCapacity } from '../../capacity/capacity.ts';
import { noReadings, type ReuseReading } from '../../probes/probe-readings.ts';
import { planOf, stagesOf } from '../../testing/given-measurements.ts';
import { simulateRun } from '../../testing/simulated-run.ts';
import { factsOf } from '../facts.ts';
import { noKeepAlive } from './no-keep-alive.ts';

type Given = {
  /** Share of the requests that connect anew, and of the answers after which the server closes. */
  readonly fresh: number;
  readonly closes: number;
  readonly connectMs: number;
  /** Low end of "over new connections ÷ over kept ones"; absent: P4 was not made. */
  readonly gain?: number;
  readonly reuseSeen?: number;
};

/** Requests of 20 ms. */
function accusationOf({ fresh, closes, connectMs, gain, reuseSeen }: Given) {
  const base = simulateRun({ stages: [{ users: 1, seconds: 1 }], endpoints: [] });
  const plan = planOf();
  const [template] = base.stages;
  const measurements = stagesOf([
    { users: 1, rate: 50, avg: 20 },
    { users: 10, rate: 500, avg: 20 },
  ]).map((m) => ({
    ...m,
    total: {
      ...m.total,
      newConnections: fresh,
      serverCloses: closes,
      connectTime: { min: connectMs, max: connectMs, avg: connectMs, p50: connectMs },
    },
  }));
  const stages = measurements.flatMap((m) => (template ? [{ ...template, index: m.stage - 1 }] : []));
  const run = { ...base, plan, stages };
  const reuse: ReuseReading[] =
    gain === undefined
      ? []
      : [
          {
            endpoint: 0,
            reused: { value: 20, low: 19, high: 21 },
            fresh: { value: 20 * gain, low: 19 * gain, high: 21 * gain },
            ratio: { value: gain + 0.05, low: gain, high: gain + 0.1 },
            reuseSeen: reuseSeen ?? 1,
            connectShare: null,
          },
        ];
  return noKeepAlive.accuse(
    factsOf(measurements, run, analyseCapacity(measurements, plan, 1), {
      whole: run,
      all: measurements,
      trials: [],
      readings: { ...noReadings, reuse },
    }),
  );
}

describe('connections that are not kept', () => {
  const rows: readonly [string, Given, 'found' | 'undecided' | null][] = [
    ['closed, and connecting is a quarter', { fresh: 1, closes: 1, connectMs: 5 }, 'found'],
    ['closed, and connecting costs little', { fresh: 1, closes: 1, connectMs: 2 }, 'undecided'],
    ['… but the comparison says more', { fresh: 0.8, closes: 0.8, connectMs: 2, gain: 1.15 }, 'found'],
    ['… and the comparison says no', { fresh: 0.8, closes: 0.8, connectMs: 2, gain: 1.05 }, 'undecided'],
    [
      'no close is announced, and none is kept either',
      { fresh: 0.8, closes: 0, connectMs: 5, gain: 1, reuseSeen: 0.2 },
      'found',
    ],
    [
      'kept for those who come again at once: an idle time-out',
      { fresh: 0.8, closes: 0, connectMs: 5, gain: 1.3, reuseSeen: 0.99 },
      'undecided',
    ],
    ['kept', { fresh: 0.1, closes: 0, connectMs: 5 }, null],
  ];
  test.each(rows)('%s', (_, given, expected) => {
    expect(accusationOf(given)?.kind ?? null).toBe(expected);
  });

  test('the comparison is among the evidence', () => {
    const accusation = accusationOf({ fresh: 0.8, closes: 0.8, connectMs: 2, gain: 1.15 });
    const evidence = accusation?.kind === 'found' ? accusation.finding.evidence : [];
    expect(evidence.map(({ metric }) => metric)).toContain('time over new connections ÷ over kept ones');
  });
});
