import type { ResolvedPlan } from '../plan/plan.ts';
import { abortEventKind } from '../record/abort-event.ts';
import type { RunWriter } from '../record/run-writer.ts';
import { telemetryEvent } from '../record/telemetry.ts';
import { type Clock, sharedClock } from './clock.ts';
import { Crew } from './crew.ts';
import type { Address } from './engine.ts';
import { FollowedCount } from './followed-count.ts';
import type { Confirm } from './permission.ts';
import { SecondJoiner } from './second-joiner.ts';
import { type StageShape, stagesOf } from './stage-shape.ts';
import { reachTarget } from './target.ts';
import type { SecondReport, WorkerReport } from './worker-protocol.ts';

/** Where samples go: the run file. */
export type LoadSink = Pick<
  RunWriter,
  'startStage' | 'updateStage' | 'writeSecond' | 'finishStage' | 'event'
>;

export type LoadOptions = {
  readonly workers: number;
  readonly seed: number;
  /** The target was reached already, by {@link reachTarget}; absent: it is reached first. */
  readonly address?: Address;
  /** Some stage may have arrivals; absent: if the plan's have. */
  readonly opens?: boolean;
  /** Asked once the target has answered the first connection: a run that can't begin leaves no file. */
  readonly open: () => LoadSink;
  /** Asked before a target is loaded that is neither this machine nor allowed by the plan; absent: it is refused. */
  readonly confirm?: Confirm;
  /** Called once the run's time begins; gives ms since then. */
  readonly onBegin?: (elapsedMs: () => number) => void;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Aborted: no new requests, what is in flight is awaited, and the run ends there. */
  readonly stop?: AbortSignal;
  /** Aborted: what is in flight is given up. */
  readonly abort?: AbortSignal;
};

export type LoadProgress =
  | {
      readonly kind: 'stage';
      readonly stage: number;
      readonly of: number;
      /** Null: an open stage. */
      readonly users: number | null;
      /** Null: a closed stage. */
      readonly askedRatePerSecond: number | null;
      readonly rampMs: number;
      readonly durationMs: number;
      readonly rampDownMs: number;
    }
  | ({ readonly kind: 'second'; readonly stage: number } & SecondReport)
  | { readonly kind: 'draining'; readonly stage: number };

/** A flow's function asked for something that the plan does not declare. */
export class FlowFaultError extends Error {
  override readonly name = 'FlowFaultError';
  readonly code = 'FLOW_UNDECLARED';
}

/** So many different failures of flows' functions are told. */
const faultsKept = 20;

/** Threads need a moment to take an order: a stage begins this much after it was given. */
const leadMs = 50;

/** Stages on one crew, one after the other, into one sink; which comes next may depend on what was seen. */
export type LoadSession = {
  /** Ms since the run's start. */
  readonly elapsedMs: () => number;
  /** `of`: how many stages there will be, as far as one knows. */
  stage(stage: StageShape, of: number): Promise<'complete' | 'interrupted'>;
  /** As {@link stage}, by another number of workers: their users, connections and data begin anew. */
  stageBy(workers: number, stage: StageShape, of: number): Promise<'complete' | 'interrupted'>;
  close(): Promise<void>;
};

/** Reaches the target and makes a crew. Throws {@link TargetNotAllowedError}, {@link TargetUnreachableError}, {@link LoadError}. */
export async function openLoad(plan: ResolvedPlan, options: LoadOptions): Promise<LoadSession> {
  const address = options.address ?? (await reachTarget(plan, options.confirm));
  const sink = options.open();
  const opens = options.opens ?? plan.plan.load.kind === 'open';
  const policy = plan.connection?.policy;
  // A thread has at least one connection of its own.
  const mostWorkers = policy?.kind === 'shared' ? policy.connections : Number.POSITIVE_INFINITY;
  const hire = (workers: number, seed: number): Promise<Crew> =>
    Crew.hire(Math.min(workers, mostWorkers), { plan, address, opens, seed });
  const crew = await hire(options.workers, options.seed);
  const clock = sharedClock();
  const runStartMs = clock() + leadMs;
  const endpoints = plan.plan.endpoints.map(({ name }) => name);
  const elapsedMs = (): number => Math.max(0, clock() - runStartMs);
  options.onBegin?.(elapsedMs);
  let index = -1;
  const carryOut = async (by: Crew, stage: StageShape, of: number): Promise<'complete' | 'interrupted'> => {
    if (options.stop?.aborted === true) return 'interrupted';
    index += 1;
    return runStage({ crew: by, stage, index, of, endpoints, clock, runStartMs, sink, options });
  };
  return {
    elapsedMs,
    stage: (stage, of) => carryOut(crew, stage, of),
    stageBy: async (workers, stage, of) => {
      if (Math.min(workers, mostWorkers) === crew.size) return carryOut(crew, stage, of);
      const other = await hire(workers, options.seed + index + 1);
      try {
        return await carryOut(other, stage, of);
      } finally {
        await other.dismiss();
      }
    },
    close: () => crew.dismiss(),
  };
}

/** Runs the plan's stages one after the other. Throws what {@link openLoad} throws, and {@link FlowFaultError}. */
export async function runLoad(plan: ResolvedPlan, options: LoadOptions): Promise<'complete' | 'interrupted'> {
  const stages = stagesOf(plan.plan.load);
  const session = await openLoad(plan, options);
  try {
    for (const stage of stages)
      if ((await session.stage(stage, stages.length)) === 'interrupted') return 'interrupted';
    return 'complete';
  } finally {
    await session.close();
  }
}

type StageRun = {
  readonly crew: Crew;
  readonly stage: StageShape;
  readonly index: number;
  readonly of: number;
  /** Their names. */
  readonly endpoints: readonly string[];
  readonly clock: Clock;
  readonly runStartMs: number;
  readonly sink: LoadSink;
  readonly options: LoadOptions;
};

async function runStage({
  crew,
  stage,
  index,
  of,
  endpoints,
  clock,
  runStartMs,
  sink,
  options,
}: StageRun): Promise<'complete' | 'interrupted'> {
  const startMs = clock() + leadMs;
  const { rampMs, rampDownMs } = stage;
  const steadyFromMs = startMs + rampMs;
  const steadyToMs = steadyFromMs + stage.durationMs;
  const stopAtMs = steadyToMs + rampDownMs;
  const since = (ms: number): number => Math.max(0, ms - runStartMs);
  sink.startStage({
    index,
    users: stage.users,
    askedRatePerSecond: stage.askedRatePerSecond,
    spawnRate: stage.spawnRate,
    startMs: since(startMs),
  });
  sink.updateStage(index, { steadyFromMs: since(steadyFromMs), steadyToMs: since(steadyToMs) });
  options.onProgress?.({
    kind: 'stage',
    stage: index,
    of,
    users: stage.users,
    askedRatePerSecond: stage.askedRatePerSecond,
    rampMs,
    durationMs: stage.durationMs,
    rampDownMs,
  });

  const seconds = new SecondJoiner(index, crew.size, (record) => sink.writeSecond(record));
  let stoppedMs: number | null = null;
  const stop = (): void => {
    if (stoppedMs !== null || clock() >= stopAtMs) return;
    stoppedMs = clock();
    sink.event({ atMs: since(stoppedMs), kind: 'interrupted', text: `interrupted in stage ${index + 1}` });
    crew.order({ kind: 'stop' });
  };
  const abort = (): void => crew.order({ kind: 'abort' });
  const followed = new FollowedCount();
  const faults = new Set<string>();
  const hear = (report: WorkerReport): void => {
    switch (report.kind) {
      case 'second':
        seconds.add(report);
        options.onProgress?.({ ...report, kind: 'second', stage: index });
        return;
      case 'stage-done':
        followed.add(report.followed);
        return;
      case 'used-up':
        if (stoppedMs !== null) return;
        sink.event({
          atMs: since(clock()),
          kind: abortEventKind,
          text: `stage ${index + 1}: the unique data of ${endpoints[report.endpoint] ?? 'an endpoint'} was used up`,
        });
        stop();
        return;
      case 'server-timing': {
        const source = { kind: 'server-timing', index: report.endpoint } as const;
        sink.event(
          telemetryEvent({ atMs: since(clock()), source, readings: {}, serverTiming: report.timing }),
        );
        return;
      }
      case 'flow-fault':
        if (report.fatal) throw new FlowFaultError(report.text);
        if (faults.has(report.text) || faults.size >= faultsKept) return;
        faults.add(report.text);
        sink.event({ atMs: since(clock()), kind: 'flow-fault', text: report.text });
        return;
      case 'ready':
        return;
      default:
        report satisfies never;
    }
  };
  options.stop?.addEventListener('abort', stop);
  options.abort?.addEventListener('abort', abort);
  const draining = setTimeout(
    () => options.onProgress?.({ kind: 'draining', stage: index }),
    stopAtMs - clock() + 1000,
  );
  try {
    await crew.stage(
      (worker) => ({
        kind: 'stage',
        stage: index,
        runStartMs,
        startMs,
        steadyFromMs,
        steadyToMs,
        order: stage.orderOf({ worker, workers: crew.size, startMs, steadyToMs, stopAtMs }),
      }),
      hear,
    );
  } finally {
    seconds.end();
    clearTimeout(draining);
    options.stop?.removeEventListener('abort', stop);
    options.abort?.removeEventListener('abort', abort);
  }
  const text = followed.text();
  if (text !== null)
    sink.event({ atMs: since(clock()), kind: 'followed', text: `stage ${index + 1}: ${text}` });
  const state = stoppedMs === null && options.stop?.aborted !== true ? 'complete' : 'interrupted';
  const steadyEndMs = Math.min(stoppedMs ?? steadyToMs, steadyToMs);
  sink.updateStage(index, { steadyFromMs: since(Math.min(steadyFromMs, steadyEndMs)) });
  sink.finishStage(index, {
    steadyToMs: since(steadyEndMs),
    endMs: since(clock()),
    state,
  });
  return state;
}
