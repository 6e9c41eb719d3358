/** First in, first out, at constant cost; memory follows its length. */
export class WaitingLine<T> {
  #items: T[] = [];
  #from = 0;

  get length(): number {
    return this.#items.length - this.#from;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Null: nobody waits. */
  first(): T | null {
    return this.#items[this.#from] ?? null;
  }

  shift(): void {
    if (this.length === 0) return;
    this.#from += 1;
    if (this.#from < 1024 && this.length > 0) return;
    if (this.#from < this.#items.length / 2) return;
    this.#items = this.#items.slice(this.#from);
    this.#from = 0;
  }

  clear(): void {
    this.#items = [];
    this.#from = 0;
  }
}
