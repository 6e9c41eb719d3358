import { expect, test } from 'vitest';
import type { Run, RunStage, StageData } from '../../record/run.ts';
import { analyse } from '../analyse.ts';
import { type SimulationSpec, simulateRun } from '../testing/simulated-run.ts';
import { measure } from './measure.ts';

const system: Omit<SimulationSpec, 'stages'> = {
  thinkTime: { minMs: 100, maxMs: 500 },
  stations: [{ name: 'pool', servers: 3 }],
  endpoints: [
    {
      name: 'GET /a',
      visits: [{ station: 'pool', demandMs: 5 }],
      sla: { times: { p95: 200 }, errors: 0.01 },
    },
    { name: 'POST /b', visits: [{ station: 'pool', demandMs: 9 }], failures: { share: 0.05, status: 500 } },
  ],
};

type Recorded = Extract<StageData, { kind: 'windows' }>;

function recordingOf({ data }: RunStage): Recorded {
  if (data.kind !== 'windows') throw new TypeError('a simulated stage holds windows');
  return data;
}

const rampDownSeconds = 7;

/**
 * The run as if its last stage had ramped down: requests that begin, and end, after the steady part, more of them and
 * all failed, with users and requests in flight who are not those of the stage.
 */
function withRampDown(run: Run): Run {
  const stage = run.stages.at(-1);
  if (stage === undefined) throw new RangeError('no stage');
  const { windows, fine, health } = recordingOf(stage);
  const steadyTo = Math.floor(stage.steadyToMs / 1000);
  const template = (second: number) => second === Math.max(0, steadyTo - 3);
  const seconds = Array.from({ length: rampDownSeconds }, (_, i) => steadyTo + i);
  const data: Recorded = {
    kind: 'windows',
    windows: [
      ...windows,
      ...seconds.flatMap((second) =>
        windows
          .filter((window) => template(window.second))
          .map((window) => ({ ...window, second, phase: 'drain' as const, outcome: 'timeout' as const })),
      ),
    ],
    fine: [
      ...fine,
      ...seconds.flatMap((second) =>
        fine
          .filter((tenths) => template(tenths.second))
          .map((tenths) => ({ ...tenths, second, failed: tenths.completed })),
      ),
    ],
    health: [
      ...health,
      ...seconds.flatMap((second) =>
        health
          .filter((sample) => template(sample.second))
          .map((sample) => ({
            ...{ ...sample, second, phase: 'drain' as const },
            ...{ users: 1, inFlightMean: 1e3, started: 1e6, loopDelayP99Ms: 1e3, thinkCount: 1e6 },
          })),
      ),
    ],
  };
  const endMs = Math.max(stage.endMs, stage.steadyToMs + rampDownSeconds * 1000);
  return { ...run, stages: [...run.stages.slice(0, -1), { ...stage, endMs, data }] };
}

test.each([
  { name: 'closed', stages: [{ users: 10, seconds: 15, spawnRate: 4 }] },
  { name: 'open', stages: [{ ratePerSecond: 60, seconds: 15 }] },
  { name: 'open, ends within a second', stages: [{ ratePerSecond: 60, seconds: 14.6 }] },
  { name: 'open, shorter than a second', stages: [{ ratePerSecond: 300, seconds: 0.6 }] },
])('requests of a ramp-down change nothing that was measured: $name', ({ stages }) => {
  const run = simulateRun({ ...system, stages });
  const down = withRampDown(run);
  expect(measure(down)).toEqual(measure(run));
  const { summary, endpoints, sla, diagnosis, validity } = analyse(down);
  const without = analyse(run);
  expect({ endpoints, sla, diagnosis, validity }).toEqual({
    endpoints: without.endpoints,
    sla: without.sla,
    diagnosis: without.diagnosis,
    validity: without.validity,
  });
  const ended = (of: Run) =>
    of.stages.flatMap((stage) => recordingOf(stage).windows).reduce((sum, { count }) => sum + count, 0);
  expect(ended(down)).toBeGreaterThan(ended(run) + 100);
  expect(summary.requests.total - without.summary.requests.total).toBe(ended(down) - ended(run));
});
