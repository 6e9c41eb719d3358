/** Ctrl-C once: stop, keep and analyse what was measured. Twice: stop at once. */
export class Interrupt {
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  readonly #onStop: () => void;
  readonly #handle = (): void => {
    if (!this.#stop.signal.aborted) {
      this.#onStop();
      this.#stop.abort();
    } else this.#abort.abort();
  };

  constructor(onStop: () => void) {
    this.#onStop = onStop;
    process.on('SIGINT', this.#handle);
    process.on('SIGTERM', this.#handle);
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get abort(): AbortSignal {
    return this.#abort.signal;
  }

  release(): void {
    process.off('SIGINT', this.#handle);
    process.off('SIGTERM', this.#handle);
  }
}
