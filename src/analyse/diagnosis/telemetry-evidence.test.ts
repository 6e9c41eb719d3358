import { describe, expect, test } from 'vitest';
import type { Run, RunEvent } from '../../record/run.ts';
import { type Readings, telemetryEvent, telemetryFailed } from '../../record/telemetry.ts';
import { analyse } from '../analyse.ts';
import type { Diagnosis } from '../analysis.ts';
import { diagnosisOf, diagnosisTrial } from '../testing/diagnosis-trial.ts';
import { connectionPool, eventLoop } from '../testing/systems/queues.ts';

/** The run, and what its target tells each second; `at`: seconds since the run's start. */
function telling(run: Run, readings: (at: number) => Readings): Run {
  const seconds = Math.ceil((run.stages.at(-1)?.endMs ?? 0) / 1000) * 2;
  const source = { kind: 'prometheus', index: 0 } as const;
  const events = Array.from({ length: seconds }, (_, half): RunEvent => {
    return telemetryEvent({ atMs: half * 500, source, readings: readings(half / 2) });
  });
  return { ...run, events: [...run.events, ...events] };
}

const own = ({ findings, undecided }: Diagnosis, cause: string) => ({
  found: findings.find((f) => f.cause === cause),
  open: undecided.find((u) => u.causes.some((c) => c === cause)),
});

describe('a pool of four that the requests showed', () => {
  const others = [{ ms: 3 }, { ms: 9 }];
  const { run } = diagnosisTrial(connectionPool({ others, places: 4, pooled: [{ ms: 25 }, { ms: 6 }] }), 1);
  const without = own(diagnosisOf(run), 'connection-pool').found;
  const rows: readonly { name: string; readings: Readings; says: string; confidence: string }[] = [
    {
      name: 'full, and a line before it',
      readings: { poolInUse: 4, poolSize: 4, poolWaiting: 9 },
      says: 'confirm it: 4.0 of 4 places of the pool were in use on average, and 9.0 requests waited for one',
      confidence: 'high',
    },
    {
      name: 'never full',
      readings: { poolInUse: 1, poolSize: 10, poolWaiting: 0 },
      says: 'contradict it: 1.0 of 10 places of the pool were in use',
      confidence: without?.confidence === 'high' ? 'medium' : 'low',
    },
    {
      name: 'in use, and nothing is known of a line',
      readings: { poolInUse: 4 },
      says: "The target's own figures: 4.0 places of the pool",
      confidence: without?.confidence ?? '',
    },
  ];
  test.each(rows)('$name', ({ readings, says, confidence }) => {
    const { found } = own(diagnosisOf(telling(run, () => readings)), 'connection-pool');
    const told = found?.evidence.filter(({ metric }) => metric.startsWith('telemetry:')) ?? [];
    expect(told.map(({ statement }) => statement).join()).toContain(says);
    expect(told.length).toBe(1);
    expect(found?.confidence).toBe(confidence);
    expect(found?.estimates['size by telemetry']?.value).toBe(readings.poolWaiting === 9 ? 4 : undefined);
  });

  test('figures that bear upon nothing change nothing', () => {
    expect(diagnosisOf(telling(run, () => ({ rssBytes: 1e8, queueLength: 3 })))).toEqual(diagnosisOf(run));
  });

  test('the analysis keeps to its schema, and says that monitoring was seen', () => {
    const plan = {
      ...run.plan,
      observe: { prometheus: [], processes: [7], serverTiming: false },
    };
    const { readiness, telemetry } = analyse({ ...telling(run, () => ({ poolInUse: 4 })), plan });
    expect(telemetry?.sources.map(({ readings }) => readings.map(({ reading }) => reading))).toEqual([
      ['poolInUse'],
    ]);
    expect(readiness.rows.find(({ requirement }) => requirement === 'Monitoring')).toEqual({
      requirement: 'Monitoring',
      current: 'yes: 1 reading of the target seen',
      target: 'yes',
      met: true,
      basis: 'observed',
    });
    const failed = telemetryFailed({ kind: 'process', index: 0 }, 'process 7 is not running', 5);
    const rows = analyse({ ...run, plan, events: [...run.events, failed] }).readiness.rows;
    expect(rows.find(({ requirement }) => requirement === 'Monitoring')?.current).toBe(
      'not seen: process 7 is not running',
    );
  });
});

describe('a thread that computes, as the requests showed', () => {
  const { run } = diagnosisTrial(eventLoop({ others: [{ ms: 3 }, { ms: 9 }], blocking: [{ ms: 20 }] }), 1);
  const without = own(diagnosisOf(run), 'single-threaded');

  test('is found without telemetry', () => {
    expect(without.found?.confidence).toBeDefined();
  });

  test('a busy and late loop confirms it', () => {
    const readings = { eventLoopUtilization: 0.98, eventLoopDelayP99Ms: 60 };
    const { found } = own(diagnosisOf(telling(run, () => readings)), 'single-threaded');
    expect(found?.confidence).toBe('high');
    expect(found?.evidence.at(-1)?.statement).toContain(
      "The target's own figures confirm it: the event loop was busy for 98 % of the time, and 99 % of its turns were late by 60 ms at most",
    );
  });

  test('a loop that is free and on time refutes it: nothing is found any more', () => {
    const readings = { eventLoopUtilization: 0.2, eventLoopDelayP99Ms: 2 };
    const { found, open } = own(diagnosisOf(telling(run, () => readings)), 'single-threaded');
    expect(found).toBeUndefined();
    expect(open?.title).toContain("the target's own figures speak against it");
  });
});
