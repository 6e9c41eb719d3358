import type { ClosedLoad, Load, OpenLoad } from '../plan/plan.ts';
import type { TrialOrder } from '../record/trial.ts';
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
  /** After the steady part the load goes down over so long; what ends then is of phase `drain`. 0: at once. */
  readonly rampDownMs: number;
  /** One worker's share. */
  readonly orderOf: (share: Share) => StageOrder;
};

/** Times on the shared clock. */
type Share = {
  readonly worker: number;
  readonly workers: number;
  readonly startMs: number;
  readonly steadyToMs: number;
  /** The ramp-down's end; without one the same as `steadyToMs`. */
  readonly stopAtMs: number;
};

/**
 * How long an open stage runs at its full rate before it counts (docs/methods.md §2), after its ramp; a fifth of a
 * short one's duration.
 */
const settleMs = 2000;

export function stagesOf(load: Load): readonly StageShape[] {
  switch (load.kind) {
    case 'closed':
      return closedStages(load);
    case 'open':
      return openStages(load);
    default:
      return load satisfies never;
  }
}

function closedStages({ stages, thinkTime, pacingMs = 0 }: ClosedLoad): readonly StageShape[] {
  return stages.map(({ users, spawnRate, durationMs, rampDownMs = 0 }, index) => ({
    users,
    askedRatePerSecond: null,
    spawnRate,
    rampMs: ((users - 1) / spawnRate) * 1000,
    durationMs,
    rampDownMs,
    // User i starts i/spawnRate seconds after the stage, and i + 1 of them are gone when (i + 1)/users of the ramp-down
    // are. Users are numbered through all stages, and worker k takes those whose number is k modulo the workers: so each
    // takes as many rows of data as it has.
    orderOf: ({ worker, workers, startMs, steadyToMs, stopAtMs }) => {
      const before = stages.slice(0, index).reduce((sum, stage) => sum + stage.users, 0);
      const first = (((worker - before) % workers) + workers) % workers;
      const own = everyNth(users, first, workers);
      const closed = {
        spawnAtMs: own.map((i) => startMs + (i / spawnRate) * 1000),
        retireAtMs: own.map((i) => Math.min(stopAtMs, steadyToMs + ((i + 1) / users) * rampDownMs)),
        stopAtMs,
        thinkTime,
        pacingMs,
        weights: null,
      };
      return { closed, open: null };
    },
  }));
}

function openStages({ stages, arrivals }: OpenLoad): readonly StageShape[] {
  return stages.map(({ ratePerSecond, durationMs, rampMs = 0, rampDownMs = 0 }, index) => {
    const before = stages[index - 1];
    // A stage that went down to 0 leaves nothing to begin with.
    const fromRatePerSecond = before === undefined || (before.rampDownMs ?? 0) > 0 ? 0 : before.ratePerSecond;
    return {
      users: null,
      askedRatePerSecond: ratePerSecond,
      spawnRate: null,
      rampMs: rampMs + Math.min(settleMs, durationMs / 5),
      durationMs,
      rampDownMs,
      orderOf: (share) => ({
        closed: null,
        open: { arrivals, fromRatePerSecond, rampMs, ratePerSecond, weights: null, ...share },
      }),
    };
  });
}

/** A stage of a search. Its users start evenly within the first half of the settling, its arrivals are Poisson. */
export function shapeOf({ closed, open, settleMs: rampMs, durationMs }: TrialOrder): StageShape {
  const users = closed?.users ?? null;
  return {
    users,
    askedRatePerSecond: users === null ? (open?.ratePerSecond ?? null) : null,
    spawnRate: null,
    rampMs,
    durationMs,
    rampDownMs: 0,
    orderOf: (share) => ({
      closed:
        closed === null
          ? null
          : {
              spawnAtMs: everyNth(closed.users, share.worker, share.workers).map(
                (i) => share.startMs + (i / closed.users) * (rampMs / 2),
              ),
              retireAtMs: [],
              stopAtMs: share.stopAtMs,
              thinkTime: closed.thinkTime,
              pacingMs: 0,
              weights: closed.weights,
            },
      open:
        open === null
          ? null
          : {
              arrivals: 'poisson',
              fromRatePerSecond: 0,
              rampMs: 0,
              ratePerSecond: open.ratePerSecond,
              weights: open.weights,
              ...share,
            },
    }),
  };
}

function everyNth(count: number, from: number, step: number): number[] {
  const indices: number[] = [];
  for (let i = from; i < count; i += step) indices.push(i);
  return indices;
}
