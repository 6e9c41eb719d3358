import { Worker } from 'node:worker_threads';
import type { Clock } from './clock.ts';
import { at, type MetronomeData, places } from './metronome-memory.ts';

/** Wakes the event loop at a time on the shared clock, to a few tenths of a ms, without keeping it busy until then. */
export class Pacer {
  readonly #memory: Int32Array;
  readonly #baseMs: number;
  #wake: () => void = () => {};

  /** Resolves when its thread runs. */
  static async start(clock: Clock): Promise<Pacer> {
    const memory = new Int32Array(new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT));
    const baseMs = clock();
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const thread = new Worker(new URL(`./metronome.${extension}`, import.meta.url), {
      workerData: { memory, baseMs } satisfies MetronomeData,
    });
    const pacer = new Pacer(memory, baseMs);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // After the start this throws what the thread threw into the worker, which ends the run with it.
    thread.on('error', (error) => {
      reject(error);
      throw error;
    });
    thread.on('message', (message: 'ready' | 'tick') => {
      if (message === 'ready') resolve();
      else pacer.#wake();
    });
    await promise;
    thread.unref();
    return pacer;
  }

  private constructor(memory: Int32Array, baseMs: number) {
    this.#memory = memory;
    this.#baseMs = baseMs;
  }

  onWake(wake: () => void): void {
    this.#wake = wake;
  }

  /** Asks for one call; replaces what was asked before. A call that was on its way already may still come. */
  wakeAt(atMs: number): void {
    Atomics.store(this.#memory, at.wakeUs, ((atMs - this.#baseMs) * 1000) | 0);
    Atomics.store(this.#memory, at.armed, 1);
    this.#changed();
  }

  cancel(): void {
    Atomics.store(this.#memory, at.armed, 0);
  }

  /** Ends the thread. */
  close(): void {
    Atomics.store(this.#memory, at.closed, 1);
    this.#changed();
  }

  #changed(): void {
    Atomics.add(this.#memory, at.changes, 1);
    if (Atomics.load(this.#memory, at.asleep) === 1) Atomics.notify(this.#memory, at.changes);
  }
}
