import { randomFrom, randomIndex } from '../../src/record/random.ts';

/** Parameters of a system, drawn from its seed. */
export class Drawing {
  readonly #random: () => number;
  readonly #names: string[];

  constructor(kind: string, seed: number) {
    let hash = 2166136261;
    for (const char of kind) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619);
    this.#random = randomFrom((hash ^ Math.imul(seed, 2654435761)) >>> 0);
    this.#names = [...names];
  }

  /** Evenly between the logarithms: small values are as likely as large ones. */
  between(low: number, high: number): number {
    return Number((low * (high / low) ** this.#random()).toPrecision(3));
  }

  whole(low: number, high: number): number {
    return low + randomIndex(this.#random, high - low + 1);
  }

  pick<const T>(values: readonly [T, ...T[]]): T {
    return values[randomIndex(this.#random, values.length)] ?? values[0];
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** A name that no other route of the system has. */
  name(): string {
    return this.#names.splice(randomIndex(this.#random, this.#names.length), 1)[0] ?? 'more';
  }
}

const names = [
  ...['orders', 'items', 'users', 'carts', 'invoices', 'teams', 'tickets', 'reports', 'rooms', 'flights'],
  ...['songs', 'books', 'events', 'prices', 'stocks', 'letters', 'routes', 'maps', 'health', 'search'],
  ...['login', 'pool', 'lock', 'cache', 'slow', 'fast', 'a', 'b', 'c', 'd'],
];
