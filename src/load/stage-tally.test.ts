import { expect, it } from 'vitest';
import { Histogram } from '../record/histogram.ts';
import { generator, healthOf, windowOf } from '../record/run.fixture.ts';
import type { HealthSample, Phase } from '../record/run.ts';
import { StageTally } from './stage-tally.ts';

it('counts what ended well in the steady part, and the CPU of the part of each second that belongs to it', () => {
  const random = generator(1);
  const tally = new StageTally();
  const lag = new Histogram();
  lag.record(100);
  lag.record(300);
  const sample = (second: number, phase: Phase, cpuCores: number, worker = 0): HealthSample => ({
    ...healthOf(second, worker),
    ...{ phase, cpuCores, thinkSumMs: 42, thinkCount: 2, sendLag: lag.snapshot(), loopDelayMaxMs: second },
  });
  tally.startStage({ index: 0, users: 1, askedRatePerSecond: null, spawnRate: 1, startMs: 50 });
  tally.updateStage(0, { steadyFromMs: 500, steadyToMs: 1750 });
  tally.writeSecond({
    ...{ stage: 0, second: 0, fine: [] },
    windows: [
      { ...windowOf(0, 0, 7, random), phase: 'ramp' },
      windowOf(0, 0, 100, random),
      { ...windowOf(0, 0, 9, random), outcome: 'reset' },
    ],
    health: [sample(0, 'ramp', 1), sample(0, 'steady', 0.8)],
  });
  tally.writeSecond({
    ...{ stage: 0, second: 1, fine: [] },
    windows: [windowOf(1, 0, 150, random), { ...windowOf(1, 0, 3, random), phase: 'drain' }],
    health: [sample(1, 'steady', 0.4), sample(1, 'drain', 1)],
  });
  tally.finishStage(0, { steadyToMs: 1750, endMs: 1800, state: 'complete' });
  expect(tally.figures()).toEqual([
    {
      ...{ lengthMs: 1250, requests: 250, requestsPerSecond: 200, cpuMs: 0.8 * 500 + 0.4 * 750 },
      ...{ thinkMeanMs: 21, sendLagMeanMs: 0.2, loopDelayP99Ms: 1.25, loopDelayMaxMs: 1 },
      sendLagP99Ms: expect.closeTo(0.3, 2),
    },
  ]);
});
