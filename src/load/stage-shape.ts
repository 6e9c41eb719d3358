import type { Load } from '../plan/plan.ts';
import type { StageOrder } from './workload-model.ts';

/** A stage as the coordinator sees it, whatever its model. */
export type StageShape = {
  /** Null: an open stage. */
  readonly users: number | null;
  /** Null: a closed stage. */
  readonly askedRatePerSecond: number | null;
  readonly spawnRate: number | null;
  /** What lies before the steady part. */
  readonly rampMs: number;
  readonly durationMs: number;
  /** One worker's share. */
  readonly orderOf: (share: Share) => StageOrder;
};

type Share = {
  readonly worker: number;
  readonly workers: number;
  readonly startMs: number;
  readonly stopAtMs: number;
};

/** How long an open stage runs at its rate before it counts (docs/methods.md §2); a fifth of a short one's duration. */
const settleMs = 2000;

export function stagesOf(load: Load): readonly StageShape[] {
  switch (load.kind) {
    case 'closed':
      return load.stages.map(({ users, spawnRate, durationMs }) => ({
        users,
        askedRatePerSecond: null,
        spawnRate,
        rampMs: ((users - 1) / spawnRate) * 1000,
        durationMs,
        // User i starts i/spawnRate seconds after the stage; worker k takes the users k, k + workers, k + 2·workers, …
        orderOf: ({ worker, workers, startMs, stopAtMs }) => ({
          kind: 'closed',
          spawnAtMs: everyNth(users, worker, workers).map((i) => startMs + (i / spawnRate) * 1000),
          stopAtMs,
        }),
      }));
    case 'open':
      return load.stages.map(({ ratePerSecond, durationMs }) => ({
        users: null,
        askedRatePerSecond: ratePerSecond,
        spawnRate: null,
        rampMs: Math.min(settleMs, durationMs / 5),
        durationMs,
        orderOf: (share) => ({ kind: 'open', arrivals: load.arrivals, ratePerSecond, ...share }),
      }));
    default:
      return load satisfies never;
  }
}

function everyNth(count: number, from: number, step: number): number[] {
  const indices: number[] = [];
  for (let i = from; i < count; i += step) indices.push(i);
  return indices;
}
