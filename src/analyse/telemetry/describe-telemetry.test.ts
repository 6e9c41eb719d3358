import { describe, expect, test } from 'vitest';
import { type TelemetryPoint, telemetryEvent, telemetryFailed } from '../../record/telemetry.ts';
import { runOf, stage as stageOf } from '../testing/hand-made-run.ts';
import { describeTelemetry } from './describe-telemetry.ts';

const windows = { kind: 'windows', windows: [], fine: [], health: [] } as const;
const stages = [1, 6].map((second, index) =>
  stageOf(windows, { index, steadyFromMs: second * 1000, steadyToMs: second * 1000 + 3000 }),
);
const plain = runOf(stages);
const url = 'http://127.0.0.1:9100/metrics?token=secret';
const run = {
  ...plain,
  plan: {
    ...plain.plan,
    observe: {
      prometheus: [{ url, everyMs: 1000, headers: {}, metrics: {} }],
      processes: [77],
      serverTiming: true,
    },
  },
};

const prometheus = { kind: 'prometheus', index: 0 } as const;
const timing = { kind: 'server-timing', index: 0 } as const;
const every = (point: (second: number) => Omit<TelemetryPoint, 'atMs'>) =>
  Array.from({ length: 10 }, (_, second) => telemetryEvent({ atMs: second * 1000, ...point(second) }));

describe('what a target told of itself', () => {
  test('nothing: null', () => expect(describeTelemetry(run)).toBeNull());

  test('by source, in the order of the plan, by reading and stage; a URL without its query', () => {
    const events = [
      ...every((second) => ({ source: timing, readings: {}, serverTiming: { db: second } })),
      ...every((second) => ({ source: prometheus, readings: { poolInUse: second, gcSeconds: second / 10 } })),
    ];
    const told = describeTelemetry({ ...run, events });
    expect(told?.sources.map(({ name }) => name)).toEqual([
      'metrics of http://127.0.0.1:9100/metrics',
      `answers of ${run.plan.endpoints[0]?.name}`,
    ]);
    const [metrics, answers] = told?.sources ?? [];
    expect(metrics?.readings.map(({ reading, unit }) => [reading, unit])).toEqual([
      ['poolInUse', ''],
      ['gcShare', 'share'],
    ]);
    expect(metrics?.readings[0]?.stages).toEqual([
      { stage: 1, mean: 2.5, max: 4 },
      { stage: 2, mean: 7.5, max: 9 },
    ]);
    expect(metrics?.readings[1]?.stages[0]?.mean).toBeCloseTo(0.1, 9);
    expect(answers?.readings).toEqual([
      {
        reading: 'db',
        title: 'Server-Timing “db”',
        unit: 'ms',
        stages: [
          { stage: 1, mean: 2.5, max: 4 },
          { stage: 2, mean: 7.5, max: 9 },
        ],
      },
    ]);
  });

  test('a source that could not be read stands there with its reason', () => {
    const process = { kind: 'process', index: 0 } as const;
    const told = describeTelemetry({ ...run, events: [telemetryFailed(process, 'it is gone', 1000)] });
    expect(told?.sources).toEqual([
      { kind: 'process', name: 'process 77', failed: 'it is gone', readings: [] },
    ]);
  });
});
