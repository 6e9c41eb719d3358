import type { Cause, Evidence, Interval } from '../analysis.ts';
import type { SourceTelemetry, TelemetryFigure } from '../telemetry/by-stage.ts';
import { milliseconds, number, rate, share, stageName } from '../words.ts';
import type { Facts } from './facts.ts';
import { evidenceOf } from './rule.ts';

/** What the target's own figures say of one cause, in the stages in which it would show. */
export type Opinion = {
  /** `refutes`: two figures contradict it, or one that leaves no room. `adds`: neither. */
  readonly says: 'confirms' | 'contradicts' | 'refutes' | 'adds';
  readonly evidence: Evidence;
  /** Places of a pool, as it tells them. */
  readonly size: Interval | null;
};

const limits = {
  /** Requests that wait for a place, on average. */
  waiting: 0.5,
  full: 0.9,
  idlePool: 0.8,
  busyLoop: 0.9,
  freeLoop: 0.6,
  lateMs: 20,
  /** A late loop is so many times later than at the lightest load. */
  later: 3,
  busyCores: 0.9,
  idleCores: 0.5,
  idleMachine: 0.6,
  collecting: 0.05,
};

/** Figures of one source in one stage. */
type Seen = SourceTelemetry & { readonly stage: number };

/** Null: nothing that was told bears upon this cause. `stages`: numbers of those under the load in question. */
export function opinionOf(cause: Cause, facts: Facts, stages: readonly number[]): Opinion | null {
  const seen = stages.flatMap((stage) =>
    (facts.telemetry[stage - 1] ?? []).map((source): Seen => ({ ...source, stage })),
  );
  switch (cause) {
    case 'connection-pool':
      return ofPool(seen, facts);
    case 'single-threaded':
      return ofLoop(seen, facts);
    case 'cpu-saturation':
      return ofProcessors(seen, facts);
    case 'periodic-stalls':
      return ofCollection(seen, facts);
    default:
      return null;
  }
}

function ofPool(seen: readonly Seen[], facts: Facts): Opinion | null {
  const [fullest] = seen
    .filter(({ figures }) => figures.poolInUse !== undefined)
    .sort(
      (a, b) => (b.figures.poolWaiting?.mean ?? 0) - (a.figures.poolWaiting?.mean ?? 0) || used(b) - used(a),
    );
  const { poolInUse, poolWaiting, poolSize } = fullest?.figures ?? {};
  if (fullest === undefined || poolInUse === undefined) return null;
  const of = poolSize === undefined ? '' : ` of ${number(poolSize.max)}`;
  const line =
    poolWaiting === undefined ? '' : `, and ${number(poolWaiting.mean, 1)} requests waited for one`;
  const told = `${number(poolInUse.mean, 1)}${of} places of the pool were in use on average${line}`;
  const isFull = poolSize === undefined || used(fullest) >= limits.full;
  const waits = (poolWaiting?.mean ?? 0) >= limits.waiting;
  const places = poolSize?.max ?? poolInUse.max;
  const idle =
    poolSize !== undefined && poolInUse.max < limits.idlePool * poolSize.max && (poolWaiting?.max ?? 0) === 0;
  return opinion(waits && isFull ? 'confirms' : idle ? 'contradicts' : 'adds', {
    told: idle ? `${told}: if it is this pool, it was never full` : told,
    metric: 'telemetry: places of the pool in use',
    value: poolInUse.mean,
    at: fullest,
    facts,
    size: waits && isFull ? { value: places, low: places, high: places } : null,
  });
}

/** Share of its places that a pool has in use; 0: its size is not known. */
function used({ figures: { poolInUse, poolSize } }: Seen): number {
  return poolInUse === undefined || poolSize === undefined || poolSize.max === 0
    ? 0
    : poolInUse.mean / poolSize.max;
}

function ofLoop(seen: readonly Seen[], facts: Facts): Opinion | null {
  const busiest = highest(seen, 'eventLoopUtilization');
  const latest = highest(seen, 'eventLoopDelayP99Ms');
  const busy = busiest?.figures.eventLoopUtilization?.mean ?? null;
  const late = latest?.figures.eventLoopDelayP99Ms?.mean ?? null;
  const at = busiest ?? latest;
  if (at === null) return null;
  const isLate = late !== null && late >= Math.max(limits.lateMs, limits.later * (lightestDelay(facts) ?? 0));
  const isFree = busy !== null && busy < limits.freeLoop;
  const onTime = late !== null && late < limits.lateMs;
  const told = [
    ...(busy === null ? [] : [`the event loop was busy for ${share(busy)} of the time`]),
    ...(late === null ? [] : [`99 % of its turns were late by ${milliseconds(late)} at most`]),
  ].join(', and ');
  const says =
    busy === null
      ? isLate
        ? 'confirms'
        : onTime
          ? 'contradicts'
          : 'adds'
      : busy >= limits.busyLoop
        ? 'confirms'
        : isFree
          ? onTime
            ? 'refutes'
            : 'contradicts'
          : 'adds';
  return opinion(says, {
    told,
    metric:
      busy === null
        ? 'telemetry: delay of the event loop, p99 (ms)'
        : 'telemetry: utilisation of the event loop',
    value: busy ?? late ?? 0,
    at,
    facts,
  });
}

function lightestDelay({ telemetry, sound }: Facts): number | null {
  const [lightest] = sound;
  const told = telemetry[(lightest?.stage ?? 0) - 1] ?? [];
  const delays = told.flatMap(({ figures }) => figures.eventLoopDelayP99Ms?.mean ?? []);
  return delays.length === 0 ? null : Math.max(...delays);
}

function ofProcessors(seen: readonly Seen[], facts: Facts): Opinion | null {
  const machines = seen.filter(({ figures }) => figures.cpuCount !== undefined);
  const machine = machines.toSorted((a, b) => machineShare(b) - machineShare(a))[0] ?? null;
  const process = highest(
    seen.filter(({ figures }) => figures.cpuCount === undefined),
    'cpuCores',
  );
  const cores = process?.figures.cpuCores?.mean ?? null;
  const full = machine === null ? null : machineShare(machine);
  if (full !== null && machine !== null && (full >= limits.busyCores || cores === null)) {
    return opinion(full >= limits.busyCores ? 'confirms' : full < limits.idleMachine ? 'refutes' : 'adds', {
      told: `the processors of the machine that was observed were ${share(full)} busy`,
      metric: 'telemetry: busy share of the processors',
      value: full,
      at: machine,
      facts,
    });
  }
  if (process === null || cores === null) return null;
  const x = facts.all[process.stage - 1]?.total.rate ?? null;
  const each =
    x === null || x === 0
      ? ''
      : `: ${milliseconds((1000 * cores) / x)} of processor time a request × ${rate(x)}`;
  const idleMachine = full !== null && full < limits.idleMachine;
  const says =
    cores >= limits.busyCores
      ? 'confirms'
      : cores < limits.idleCores
        ? idleMachine
          ? 'refutes'
          : 'contradicts'
        : 'adds';
  return opinion(says, {
    told: `the process used ${number(cores, 2)} processor cores${each}`,
    metric: 'telemetry: processor cores in use',
    value: cores,
    at: process,
    facts,
  });
}

function machineShare({ figures: { cpuCores, cpuCount } }: Seen): number {
  return cpuCores === undefined || cpuCount === undefined || cpuCount.max === 0
    ? 0
    : cpuCores.mean / cpuCount.max;
}

function ofCollection(seen: readonly Seen[], facts: Facts): Opinion | null {
  const at = highest(seen, 'gcShare');
  const part = at?.figures.gcShare?.mean ?? 0;
  if (at === null || part < limits.collecting) return null;
  return opinion('adds', {
    told: `garbage collection took ${share(part)} of the time`,
    metric: 'telemetry: share of the time in garbage collection',
    value: part,
    at,
    facts,
  });
}

function highest(seen: readonly Seen[], figure: TelemetryFigure): Seen | null {
  const mean = ({ figures }: Seen) => figures[figure]?.mean ?? Number.NEGATIVE_INFINITY;
  const [first] = seen
    .filter(({ figures }) => figures[figure] !== undefined)
    .sort((a, b) => mean(b) - mean(a));
  return first ?? null;
}

const words: Readonly<Record<Opinion['says'], string>> = {
  confirms: "The target's own figures confirm it",
  contradicts: "The target's own figures contradict it",
  refutes: "The target's own figures refute it",
  adds: "The target's own figures",
};

function opinion(
  says: Opinion['says'],
  {
    told,
    metric,
    value,
    at,
    facts,
    size = null,
  }: {
    readonly told: string;
    readonly metric: string;
    readonly value: number;
    readonly at: Seen;
    readonly facts: Facts;
    readonly size?: Interval | null;
  },
): Opinion {
  const stage = facts.all[at.stage - 1];
  const where = stage === undefined ? '' : ` (${stageName(stage)})`;
  const statement = `${words[says]}: ${told}${where}.`;
  return { says, evidence: evidenceOf(statement, metric, value, [at.stage]), size };
}
