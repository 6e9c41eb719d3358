import { randomFrom, randomIndex } from '../../record/random.ts';
import { analysedRun } from '../what-if/analysed-run.ts';
import type { Change } from '../what-if/change.ts';
import { predict } from '../what-if/predict.ts';
import {
  type SimulatedEndpoint,
  type SimulatedStation,
  type SimulationSpec,
  simulateRun,
} from './simulated-run.ts';

export const fixes = [
  'pool',
  'pool told',
  'smaller pool',
  'cache',
  'instances',
  'keep-alive',
  'think time',
  'demand',
] as const;
export type Fix = (typeof fixes)[number];

/** A random system with a bottleneck, a second resource behind it, and a fix that is really applied to it. */
export type FixTrial = {
  readonly fix: Fix;
  readonly change: Change;
  readonly before: SimulationSpec;
  /** The same system with the fix, measured longer. */
  readonly after: SimulationSpec;
};

type Truth = {
  readonly poolSize: number;
  readonly poolMs: number;
  readonly cpuMs: number;
  readonly delayMs: number;
  readonly connectMs: number;
  readonly reads: number;
};

export function fixTrial(fix: Fix, seed: number): FixTrial {
  const random = randomFrom(seed * 7919 + fixes.indexOf(fix));
  const between = (low: number, high: number) => low * (high / low) ** random();
  const poolSize = 1 + randomIndex(random, 10);
  const poolMs = between(8, 60);
  // From a second resource that is just as full to one that never matters.
  const cpuMs = (poolMs / poolSize) * between(0.1, 1);
  const truth: Truth = {
    poolSize,
    poolMs,
    cpuMs,
    delayMs: between(0.5, 40),
    connectMs: fix === 'keep-alive' ? between(1, 30) : 0.2,
    reads: 0.5 + 0.5 * random(),
  };
  const thinking = random() < 0.5;
  const thinkMs = thinking ? between(20, 400) : 0;
  const knee = ((poolMs + cpuMs + truth.delayMs + thinkMs) * poolSize) / poolMs;
  const ladder = [1, ...[0.5, 1, 2, 4].map((k) => Math.max(2, Math.round(k * knee)))];
  const loads = random() < 0.5 ? ladder : ladder.slice(1);
  const users = [...new Set(loads)];
  const keepAlive = fix !== 'keep-alive';
  const spec = (
    system: Truth,
    z: number,
    seconds: number,
    hits: number,
    slower: number,
    p: number,
    kept: boolean,
  ) =>
    specOf({
      system,
      thinkMs: z,
      seconds,
      users,
      hits,
      slower,
      instances: p,
      keepAlive: kept,
      seed: randomIndex(random, 1e9),
    });
  const before = spec(truth, thinkMs, 10, 0, 1, 1, keepAlive);
  const longer = 30;
  switch (fix) {
    case 'pool':
    case 'pool told': {
      const pool = Math.round(poolSize * between(1.3, 6)) + 1;
      const after = spec({ ...truth, poolSize: pool }, thinkMs, longer, 0, 1, 1, true);
      const told = fix === 'pool told' ? { poolNow: poolSize } : {};
      return { fix, change: { pool, ...told }, before, after };
    }
    case 'smaller pool': {
      const pool = Math.max(1, Math.floor(poolSize * between(0.3, 0.9)));
      const after = spec({ ...truth, poolSize: pool }, thinkMs, longer, 0, 1, 1, true);
      return { fix, change: { pool, poolNow: poolSize }, before, after };
    }
    case 'cache': {
      const hits = between(0.2, 0.95);
      return {
        fix,
        change: { cacheHit: hits },
        before,
        after: spec(truth, thinkMs, longer, hits, 1, 1, true),
      };
    }
    case 'instances': {
      const instances = 2 + randomIndex(random, 3);
      return {
        fix,
        change: { instances },
        before,
        after: spec(truth, thinkMs, longer, 0, 1, instances, true),
      };
    }
    case 'keep-alive':
      return { fix, change: { keepAlive: true }, before, after: spec(truth, thinkMs, longer, 0, 1, 1, true) };
    case 'think time': {
      const thinkTimeMs = between(20, 400);
      return { fix, change: { thinkTimeMs }, before, after: spec(truth, thinkTimeMs, longer, 0, 1, 1, true) };
    }
    case 'demand': {
      const demand = between(0.2, 0.9);
      return { fix, change: { demand }, before, after: spec(truth, thinkMs, longer, 0, demand, 1, true) };
    }
    default:
      return fix satisfies never;
  }
}

/** Requests hold a place of the pool, then need the processor that all share. */
function specOf(given: {
  readonly system: Truth;
  readonly thinkMs: number;
  readonly seconds: number;
  readonly users: readonly number[];
  readonly hits: number;
  readonly slower: number;
  readonly instances: number;
  readonly keepAlive: boolean;
  readonly seed: number;
}): SimulationSpec {
  const { system, thinkMs, hits, slower } = given;
  const stations: readonly SimulatedStation[] = [
    { name: 'pool', servers: system.poolSize * given.instances },
    { name: 'cpu', servers: 1, discipline: 'ps' },
  ];
  const cost = (share: number): Pick<SimulatedEndpoint, 'delayMs' | 'visits'> => ({
    delayMs: system.delayMs * share,
    visits: [
      { station: 'cpu', demandMs: system.cpuMs * share },
      { station: 'pool', demandMs: system.poolMs * share },
    ],
  });
  const read: SimulatedEndpoint = { name: 'GET /a', weight: system.reads * (1 - hits), ...cost(slower) };
  const hit: SimulatedEndpoint = { name: 'GET /hit', weight: system.reads * hits, delayMs: 0.3, visits: [] };
  const write: SimulatedEndpoint = { name: 'POST /b', weight: 1 - system.reads, ...cost(slower) };
  return {
    seed: given.seed,
    stages: given.users.map((users) => ({ users, seconds: given.seconds, spawnRate: users * 5 })),
    stations,
    endpoints: [read, ...(hits > 0 ? [hit] : []), ...(system.reads < 1 ? [write] : [])],
    thinkTime: { minMs: thinkMs, maxMs: thinkMs, distribution: 'exponential' },
    connectMs: system.connectMs,
    keepAlive: given.keepAlive,
  };
}

/** At one load: what was predicted, and what the fix really brought. Requests per second. */
export type FixOutcome = {
  readonly users: number;
  readonly low: number;
  readonly high: number | null;
  readonly expected: number | null;
  readonly outcome: { readonly low: number; readonly value: number; readonly high: number };
  /** The interval of the outcome and the predicted one meet. */
  readonly isCovered: boolean;
};

/** Measures a random system, predicts, applies the fix, measures again. Empty: nothing was predicted. */
export function fixOutcomes(fix: Fix, seed: number): readonly FixOutcome[] {
  const { change, before, after } = fixTrial(fix, seed);
  const prediction = predict(analysedRun(simulateRun(before)), change);
  const fixed = analysedRun(simulateRun(after)).measurements;
  return prediction.curve.flatMap(({ users, rate }): readonly FixOutcome[] => {
    const total = fixed.find((m) => m.users === users)?.total;
    if (total === undefined || total.rate === null) return [];
    const { low, high } = total.intervals.rate ?? { low: null, high: null };
    const outcome = { low: low ?? total.rate, value: total.rate, high: high ?? total.rate };
    const isCovered = outcome.high >= rate.low && outcome.low <= (rate.high ?? Number.POSITIVE_INFINITY);
    return [{ users, ...rate, outcome, isCovered }];
  });
}
