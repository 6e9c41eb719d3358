import { Worker } from 'node:worker_threads';
import type { Load, ResolvedPlan } from '../plan/plan.ts';
import type { RunWriter } from '../record/run-writer.ts';
import { type Clock, sharedClock } from './clock.ts';
import type { Confirm } from './permission.ts';
import { SecondJoiner } from './second-joiner.ts';
import { type StageShape, stagesOf } from './stage-shape.ts';
import { reachTarget } from './target.ts';
import type { SecondReport, WorkerData, WorkerOrder, WorkerReport } from './worker-protocol.ts';

/** Where samples go: the run file. */
export type LoadSink = Pick<
  RunWriter,
  'startStage' | 'updateStage' | 'writeSecond' | 'finishStage' | 'event'
>;

export type LoadOptions = {
  readonly workers: number;
  readonly seed: number;
  /** Asked once the target has answered the first connection: a run that can't begin leaves no file. */
  readonly open: () => LoadSink;
  /** Asked before a target is loaded that is neither this machine nor allowed by the plan; absent: it is refused. */
  readonly confirm?: Confirm;
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

/** A worker thread failed; the run up to then is in the file. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly code = 'LOAD_WORKER_FAILED';
}

/** Threads need a moment to take an order: a stage begins this much after it was given. */
const leadMs = 50;

/** Runs the plan's stages one after the other. Throws {@link TargetNotAllowedError}, {@link TargetUnreachableError}, {@link LoadError}. */
export async function runLoad(plan: ResolvedPlan, options: LoadOptions): Promise<'complete' | 'interrupted'> {
  const { load } = plan.plan;
  const address = await reachTarget(plan, options.confirm);
  const sink = options.open();
  const crew = await Crew.hire(options.workers, { plan, address, seed: options.seed });
  try {
    return await runStages(crew, load, sink, options);
  } finally {
    await crew.dismiss();
  }
}

async function runStages(
  crew: Crew,
  load: Load,
  sink: LoadSink,
  options: LoadOptions,
): Promise<'complete' | 'interrupted'> {
  const clock = sharedClock();
  const runStartMs = clock() + leadMs;
  const stages = stagesOf(load);
  for (const [index, stage] of stages.entries()) {
    if (options.stop?.aborted === true) return 'interrupted';
    const state = await runStage({
      crew,
      stage,
      index,
      of: stages.length,
      clock,
      runStartMs,
      sink,
      options,
    });
    if (state === 'interrupted') return 'interrupted';
  }
  return 'complete';
}

type StageRun = {
  readonly crew: Crew;
  readonly stage: StageShape;
  readonly index: number;
  readonly of: number;
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
      (report) => {
        seconds.add(report);
        options.onProgress?.({ kind: 'second', stage: index, ...report });
      },
    );
  } finally {
    seconds.end();
    clearTimeout(draining);
    options.stop?.removeEventListener('abort', stop);
    options.abort?.removeEventListener('abort', abort);
  }
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

/** The worker threads of a run. */
class Crew {
  readonly size: number;
  readonly #workers: readonly Worker[];
  #failed: (error: Error) => void = () => {};
  #received: (worker: number, report: WorkerReport) => void = () => {};

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
    this.size = workers.length;
    workers.forEach((worker, index) => {
      worker.on('message', (report: WorkerReport) => this.#received(index, report));
      worker.on('error', (error) =>
        this.#failed(
          new LoadError(`a worker thread failed: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          }),
        ),
      );
      worker.on('exit', () => this.#failed(new LoadError('a worker thread ended too early')));
    });
  }

  static async hire(size: number, data: Omit<WorkerData, 'worker'>): Promise<Crew> {
    // Beside this file lies the worker's, in TypeScript in a checkout, compiled in a package.
    const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
    const workers = Array.from(
      { length: size },
      (_, worker) => new Worker(file, { workerData: { ...data, worker } satisfies WorkerData }),
    );
    const crew = new Crew(workers);
    await crew.#all('ready');
    return crew;
  }

  order(order: WorkerOrder): void {
    for (const worker of this.#workers) worker.postMessage(order);
  }

  /** Gives each worker its order and resolves when all have done it. */
  async stage(
    orderOf: (worker: number) => WorkerOrder,
    onSecond: (report: SecondReport) => void,
  ): Promise<void> {
    const done = this.#all('stage-done', onSecond);
    this.#workers.forEach((worker, index) => {
      worker.postMessage(orderOf(index));
    });
    await done;
  }

  async dismiss(): Promise<void> {
    this.#failed = () => {};
    const gone = this.#workers.map((worker) => worker.terminate());
    await Promise.all(gone);
  }

  #all(kind: 'ready' | 'stage-done', onSecond?: (report: SecondReport) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let missing = this.size;
    this.#failed = reject;
    this.#received = (_worker, report) => {
      if (report.kind === 'second') onSecond?.(report);
      else if (report.kind === kind) {
        missing -= 1;
        if (missing === 0) resolve();
      }
    };
    return promise;
  }
}
