import { Worker } from 'node:worker_threads';
import type { WorkerData, WorkerOrder, WorkerReport } from './worker-protocol.ts';

/** A worker thread failed; the run up to then is in the file. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly code = 'LOAD_WORKER_FAILED';
}

/** The worker threads of a run. */
export class Crew {
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

  static async hire(size: number, data: Omit<WorkerData, 'worker' | 'workers'>): Promise<Crew> {
    // Beside this file lies the worker's, in TypeScript in a checkout, compiled in a package.
    const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
    const workers = Array.from(
      { length: size },
      (_, worker) =>
        new Worker(file, { workerData: { ...data, worker, workers: size } satisfies WorkerData }),
    );
    const crew = new Crew(workers);
    await crew.#all('ready');
    return crew;
  }

  order(order: WorkerOrder): void {
    for (const worker of this.#workers) worker.postMessage(order);
  }

  /** Gives each worker its order and resolves when all have done it; `onReport` sees what they say meanwhile. */
  async stage(
    orderOf: (worker: number) => WorkerOrder,
    onReport: (report: WorkerReport) => void,
  ): Promise<void> {
    const done = this.#all('stage-done', onReport);
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

  #all(kind: 'ready' | 'stage-done', onReport?: (report: WorkerReport) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let missing = this.size;
    this.#failed = reject;
    this.#received = (_worker, report) => {
      try {
        onReport?.(report);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
      if (report.kind !== kind) return;
      missing -= 1;
      if (missing === 0) resolve();
    };
    return promise;
  }
}
