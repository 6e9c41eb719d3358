import { randomFrom, randomNormal } from '../../record/random.ts';
import type { Run } from '../../record/run.ts';
import { compareRuns } from '../compare/compare.ts';
import type { Comparison } from '../compare/comparison.ts';
import { simulateRun } from './simulated-run.ts';

/** An M/M/1 queue, and how often it is measured. */
export type CompareSetting = {
  readonly utilisation: number;
  readonly serviceMs: number;
  readonly seconds: number;
  readonly runsPerSide: number;
  /** Standard deviation of the service demand between runs, as a share: what no single run shows. */
  readonly runToRun?: number;
};

/** Seconds before the measured part, in which the empty queue fills: what a run's warm-up cut cannot be relied on for. */
const settling = 10;

/** The same system on both sides (A/A), and one whose mean response time is `slowdown` times as long (A/B). */
export function compareTrial(
  setting: CompareSetting,
  seed: number,
  slowdown = 1.2,
): { readonly same: Comparison; readonly slower: Comparison } {
  const { serviceMs, utilisation, runsPerSide } = setting;
  const response = (slowdown * serviceMs) / (1 - utilisation);
  // R = s/(1 − λs), so s = R/(1 + λR).
  const slowServiceMs = response / (1 + (utilisation / serviceMs) * response);
  const side = (demandMs: number, salt: number) =>
    Array.from({ length: runsPerSide }, (_, i) => runOf(setting, demandMs, (seed * 100 + i) * 3 + salt));
  const before = side(serviceMs, 0);
  return {
    same: compareRuns(before, side(serviceMs, 1)),
    slower: compareRuns(before, side(slowServiceMs, 2)),
  };
}

function runOf(setting: CompareSetting, serviceMs: number, seed: number): Run {
  const { utilisation, seconds, runToRun = 0 } = setting;
  const drawn = runToRun === 0 ? 1 : Math.exp(runToRun * randomNormal(randomFrom(seed)));
  const run = simulateRun({
    seed,
    id: `trial-${seed}`,
    stages: [{ ratePerSecond: (utilisation / setting.serviceMs) * 1000, seconds: seconds + settling }],
    endpoints: [{ name: 'GET /queue', visits: [{ station: 'queue', demandMs: serviceMs * drawn }] }],
    stations: [{ name: 'queue', servers: 1 }],
  });
  return { ...run, stages: run.stages.map((stage) => ({ ...stage, steadyFromMs: settling * 1000 })) };
}
