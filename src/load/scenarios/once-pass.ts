/** What a user has done once, and what came of it, by what was called. */
export type OnceResults = Map<string, unknown>;

/** The `once` calls of one pass. Work that fails is done again in the next pass. */
export class OncePass {
  readonly #results: OnceResults;
  /** Source → how often this pass has come by it. */
  readonly #calls = new Map<string, number>();

  constructor(results: OnceResults) {
    this.#results = results;
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    // A closure is a new one in each pass. Its source and its turn know it again, in branches and in loops.
    const source = String(work);
    const turn = this.#calls.get(source) ?? 0;
    this.#calls.set(source, turn + 1);
    const key = `${turn} ${source}`;
    // The same source gave what stands under its key.
    if (this.#results.has(key)) return this.#results.get(key) as T;
    const result = await work();
    this.#results.set(key, result);
    return result;
  }
}
