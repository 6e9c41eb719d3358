import { describe, expect, test } from 'vitest';
import { telemetryEvent } from '../../record/telemetry.ts';
import { runOf, stage as stageOf } from '../testing/hand-made-run.ts';
import { telemetryByStage } from './by-stage.ts';

describe('telemetry of a stage', () => {
  const run = runOf([
    stageOf({ kind: 'windows', windows: [], fine: [], health: [] }, { steadyFromMs: 1000, steadyToMs: 5000 }),
  ]);

  test('means and maxima of its steady part; counters as growth a second, and they may begin anew', () => {
    const cpu = [0, 100, 100.5, 101, 0.25, 0.75, 50];
    const told = [0, 1, 2, 3, 4, 5, 6].map((second) =>
      telemetryEvent({
        atMs: second * 1000,
        source: { kind: 'process', index: 0 },
        readings: { cpuSeconds: cpu[second] ?? 0, rssBytes: 100 * second },
      }),
    );
    expect(telemetryByStage({ ...run, events: told })).toEqual([
      [
        {
          source: { kind: 'process', index: 0 },
          figures: { cpuCores: { mean: 1.75 / 4, max: 0.5 }, rssBytes: { mean: 300, max: 500 } },
          timings: {},
        },
      ],
    ]);
  });

  test('one look is none, and events that are no telemetry are left out', () => {
    const one = telemetryEvent({
      atMs: 2000,
      source: { kind: 'process', index: 0 },
      readings: { rssBytes: 1 },
    });
    const broken = [
      '{',
      '{"source":1}',
      '{"source":{"kind":"process","index":0},"readings":{"rssBytes":-1}}',
    ];
    const events = [one, ...broken.map((text) => ({ atMs: 2500, kind: 'telemetry', text }))];
    expect(telemetryByStage({ ...run, events })).toEqual([[]]);
  });
});
