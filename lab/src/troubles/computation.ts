import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** What a worker is asked, one at a time, and what it answers: the derived key. */
export interface Computation {
  readonly text: string;
  readonly rounds: number;
}

/** Computes in threads of its own, as many as the machine has cores; what comes while all are busy waits. */
export interface Computer {
  /** Derives a key from a text, `rounds` times one from another. */
  compute(text: string): Promise<string>;
  stop(): Promise<void>;
}

interface Job {
  readonly text: string;
  readonly resolve: (key: string) => void;
  readonly reject: (error: Error) => void;
}

export function startComputer(rounds: number, threads = availableParallelism()): Computer {
  const waiting: Job[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Job>();
  let failure: Error | undefined;

  const next = () => {
    while (waiting.length > 0 && idle.length > 0) {
      const [job, worker] = [waiting.shift(), idle.pop()];
      if (job === undefined || worker === undefined) return;
      busy.set(worker, job);
      worker.postMessage({ text: job.text, rounds } satisfies Computation);
    }
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./computation-worker.ts', import.meta.url));
    worker.on('message', (key: string) => {
      busy.get(worker)?.resolve(key);
      busy.delete(worker);
      idle.push(worker);
      next();
    });
    worker.on('error', (error: Error) => fail(error));
    worker.on('exit', () => fail(new Error('a computing thread ended')));
    worker.unref();
    return worker;
  });
  idle.push(...workers);
  const fail = (error: Error) => {
    failure ??= error;
    for (const job of [...busy.values(), ...waiting.splice(0)]) job.reject(failure);
    busy.clear();
  };

  return {
    compute: (text) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        waiting.push({ text, resolve, reject });
        next();
      }),
    async stop() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
