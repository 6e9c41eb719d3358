/** Calls back at a time on a clock, once; a later `wakeAt` replaces an earlier one. */
export class Pacer {
  readonly #clock: () => number;
  readonly #wake: () => void;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;

  constructor(clock: () => number, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  wakeAt(atMs: number): void {
    this.cancel();
    const gapMs = atMs - this.#clock();
    if (gapMs <= 0) this.#immediate = setImmediate(this.#wake);
    else this.#timer = setTimeout(this.#wake, Math.min(gapMs, 1000));
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
  }
}
