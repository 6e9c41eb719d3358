import { describe, expect, it, test } from 'vitest';
import type { AbortCondition } from '../plan/plan.ts';
import { Histogram } from '../record/histogram.ts';
import type { Outcome, Phase, Window } from '../record/run.ts';
import type { SecondRecord } from '../record/run-writer.ts';
import { AbortWatch, type StopLimits, stoppingSink } from './abort-condition.ts';
import type { LoadSink } from './run-load.ts';

function windowOf(second: number, outcome: Outcome, count: number, ms = 10, phase: Phase = 'steady'): Window {
  const response = new Histogram();
  for (let i = 0; i < count; i += 1) response.record(ms * 1000);
  const empty = new Histogram().snapshot();
  return {
    ...{ second, phase, endpoint: 0, outcome, count, statuses: {}, bytesIn: 0, bytesOut: 0, serverCloses: 0 },
    ...{ response: response.snapshot(), service: empty, firstByte: empty, connect: empty },
  };
}

function secondOf(second: number, windows: readonly Window[], stage = 0): SecondRecord {
  return { stage, second, windows, fine: [], health: [] };
}

const limit = (condition: Partial<AbortCondition>): StopLimits => ({
  condition: { times: {}, errors: null, afterMs: 0, ...condition },
  ratePerSecond: null,
});

/** Each second's windows: when the watch first says something, and what. */
function firstPassed(limits: StopLimits, seconds: readonly (readonly Window[])[]): string | null {
  const watch = new AbortWatch(limits);
  watch.startStage(0, 0);
  for (const [second, windows] of seconds.entries()) {
    const passed = watch.see(secondOf(second, windows));
    if (passed !== null) return `${second}: ${passed}`;
  }
  return null;
}

const times = (n: number, each: (second: number) => Window[]): Window[][] =>
  Array.from({ length: n }, (_, second) => each(second));

describe('when a run stops itself', () => {
  const rows: {
    name: string;
    limits: StopLimits;
    seconds: readonly (readonly Window[])[];
    passed: string | null;
  }[] = [
    {
      name: 'errors at the bound: not',
      limits: limit({ errors: 0.2 }),
      seconds: times(20, (s) => [windowOf(s, 'ok', 80), windowOf(s, 'status', 20)]),
      passed: null,
    },
    {
      name: 'errors above it, from the first second on without `after`',
      limits: limit({ errors: 0.2 }),
      seconds: times(1, (s) => [windowOf(s, 'ok', 79), windowOf(s, 'status', 15), windowOf(s, 'refused', 6)]),
      passed:
        '0: stage 1: 21 of 100 requests (21 %) failed in the last 1 s, more than the 20 % at which the plan stops the run',
    },
    {
      name: 'nothing is judged before `after`',
      limits: limit({ errors: 0.2, afterMs: 5000 }),
      seconds: times(20, (s) => [windowOf(s, 'status', 10)]),
      passed:
        '4: stage 1: 50 of 50 requests (100 %) failed in the last 5 s, more than the 20 % at which the plan stops the run',
    },
    {
      name: 'only the last ten seconds count: errors in the tenth second are diluted by nine good ones',
      limits: limit({ errors: 0.25 }),
      seconds: times(13, (s) => [windowOf(s, s < 10 ? 'ok' : 'status', 10)]),
      passed:
        '12: stage 1: 30 of 100 requests (30 %) failed in the last 10 s, more than the 25 % at which the plan stops the run',
    },
    {
      name: 'a bad start is forgotten after ten seconds',
      limits: limit({ errors: 0.2, afterMs: 12_000 }),
      seconds: times(20, (s) => [windowOf(s, s < 2 ? 'status' : 'ok', 100)]),
      passed: null,
    },
    {
      name: 'fewer than ten requests are no evidence',
      limits: limit({ errors: 0.1 }),
      seconds: times(9, (s) => [windowOf(s, 'status', 1)]),
      passed: null,
    },
    {
      name: 'nothing ended: nothing to judge',
      limits: limit({ errors: 0, times: { p95: 1 } }),
      seconds: times(15, () => []),
      passed: null,
    },
    {
      name: 'p95: five of a hundred may be slow',
      limits: limit({ times: { p95: 5000 } }),
      seconds: times(1, (s) => [windowOf(s, 'ok', 95, 10), windowOf(s, 'ok', 5, 9000)]),
      passed: null,
    },
    {
      name: 'p95: six may not',
      limits: limit({ times: { p95: 5000 } }),
      seconds: times(1, (s) => [windowOf(s, 'ok', 94, 10), windowOf(s, 'ok', 6, 8192)]),
      passed: expect.stringMatching(
        /^0: stage 1: the response time's p95 was 8\d\d\d ms in the last 1 s, more than the 5000 ms at which/,
      ),
    },
    {
      name: 'time-outs are timed, other failures are not',
      limits: limit({ times: { avg: 100 } }),
      seconds: [
        [windowOf(0, 'ok', 10, 50), windowOf(0, 'status', 100, 900)],
        [windowOf(1, 'timeout', 10, 350)],
      ],
      passed:
        "1: stage 1: the response time's avg was 200 ms in the last 2 s, more than the 100 ms at which the plan stops the run",
    },
    {
      name: 'answers after the stage ended do not count',
      limits: limit({ errors: 0.2 }),
      seconds: times(3, (s) => [windowOf(s, 'timeout', 50, 10, 'drain')]),
      passed: null,
    },
    {
      name: 'the ramp counts',
      limits: limit({ errors: 0.2 }),
      seconds: [[windowOf(0, 'status', 50, 10, 'ramp')]],
      passed: expect.stringMatching(/^0: stage 1: 50 of 50/),
    },
    {
      name: 'a rate above --max-rate',
      limits: { condition: null, ratePerSecond: 100 },
      seconds: times(4, (s) => [windowOf(s, 'ok', s < 2 ? 100 : 150)]),
      passed: '2: stage 1: 117 requests/s ended in the last 3 s, more than the 100 that --max-rate allows',
    },
  ];
  test.each(rows)('$name', ({ limits, seconds, passed }) => {
    expect(firstPassed(limits, seconds)).toEqual(passed);
  });

  it('begins anew with each stage', () => {
    const watch = new AbortWatch(limit({ errors: 0.2, afterMs: 2000 }));
    watch.startStage(0, 0);
    watch.see(secondOf(0, [windowOf(0, 'status', 50)]));
    watch.startStage(1, 1200);
    expect(watch.see(secondOf(1, [windowOf(1, 'status', 50)], 0))).toBeNull();
    expect(watch.see(secondOf(1, [windowOf(1, 'ok', 50)], 1))).toBeNull();
    expect(watch.see(secondOf(3, [windowOf(3, 'status', 10)], 1))).toBeNull();
    expect(watch.see(secondOf(4, [windowOf(4, 'status', 10)], 1))).toMatch(/^stage 2: 20 of 70/);
  });
});

describe('the watched sink', () => {
  function watched(stopping?: AbortSignal) {
    const seen: string[] = [];
    const sink: LoadSink = {
      startStage: () => seen.push('start'),
      updateStage: () => seen.push('update'),
      finishStage: () => seen.push('finish'),
      writeSecond: ({ second }) => seen.push(`second ${second}`),
      event: ({ kind, atMs }) => seen.push(`${kind} at ${atMs}`),
    };
    return {
      seen,
      sink: stoppingSink(sink, limit({ errors: 0 }), () => seen.push('stop'), stopping),
      plain: sink,
    };
  }
  const start = { index: 0, users: 1, askedRatePerSecond: null, spawnRate: 1, startMs: 0 };

  it('passes everything on, tells the event and stops, once', () => {
    const { seen, sink } = watched();
    sink.startStage(start);
    sink.updateStage(0, {});
    for (const second of [0, 1]) sink.writeSecond(secondOf(second, [windowOf(second, 'status', 20)]));
    sink.finishStage(0, { steadyToMs: 1, endMs: 1, state: 'interrupted' });
    expect(seen).toEqual(['start', 'update', 'second 0', 'abort at 1000', 'stop', 'second 1', 'finish']);
  });

  it('leaves a run alone that the user has stopped', () => {
    const { seen, sink } = watched(AbortSignal.abort());
    sink.startStage(start);
    sink.writeSecond(secondOf(0, [windowOf(0, 'status', 20)]));
    expect(seen).toEqual(['start', 'second 0']);
  });

  it('is the sink itself where nothing is asked', () => {
    const { plain } = watched();
    expect(stoppingSink(plain, { condition: null, ratePerSecond: null }, () => {})).toBe(plain);
  });
});
