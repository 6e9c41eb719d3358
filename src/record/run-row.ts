import type { HistogramSnapshot } from './histogram.ts';
import { decodeHistogram } from './histogram-codec.ts';

/** A row of the run file whose values nobody has checked yet. Each verb takes one column or throws a RangeError. */
export class RunRow {
  readonly #table: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(table: string, values: Readonly<Record<string, unknown>>) {
    this.#table = table;
    this.#values = values;
  }

  /** A whole number from 0 to `max`. */
  count(column: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#values[column];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
    return this.fail(column, `a whole number from 0 to ${max}`);
  }

  /** A finite number ≥ 0. */
  number(column: string): number {
    const value = this.#values[column];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    return this.fail(column, 'a number ≥ 0');
  }

  numberOrNull(column: string): number | null {
    return this.#values[column] === null ? null : this.number(column);
  }

  /** Any finite number. */
  signed(column: string): number {
    const value = this.#values[column];
    return typeof value === 'number' && Number.isFinite(value) ? value : this.fail(column, 'a number');
  }

  text(column: string): string {
    const value = this.#values[column];
    return typeof value === 'string' ? value : this.fail(column, 'a text');
  }

  oneOf<T extends string>(column: string, words: readonly T[]): T {
    const value = this.#values[column];
    return words.find((word) => word === value) ?? this.fail(column, `one of ${words.join(', ')}`);
  }

  histogram(column: string): HistogramSnapshot {
    const value = this.#values[column];
    if (!(value instanceof Uint8Array)) return this.fail(column, 'a histogram');
    try {
      return decodeHistogram(value);
    } catch (cause) {
      return this.fail(column, 'a histogram', cause);
    }
  }

  json(column: string): unknown {
    try {
      return JSON.parse(this.text(column));
    } catch (cause) {
      return this.fail(column, 'JSON', cause);
    }
  }

  /** Ten numbers ≥ 0, as JSON. */
  tenths(column: string): readonly number[] {
    const value = this.json(column);
    if (Array.isArray(value) && value.length === 10 && value.every(isAmount)) return value;
    return this.fail(column, 'ten numbers ≥ 0');
  }

  /** Names that match `key` and their numbers ≥ 0, as JSON. */
  amounts(column: string, key: RegExp): Readonly<Record<string, number>> {
    const value = this.json(column);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.fail(column, 'an object');
    const entries = Object.entries(value);
    const checked: [string, number][] = [];
    for (const [name, amount] of entries) {
      if (!key.test(name) || !isAmount(amount)) return this.fail(column, 'names with numbers ≥ 0');
      checked.push([name, amount]);
    }
    return Object.fromEntries(checked);
  }

  fail(column: string, expected: string, cause?: unknown): never {
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    const id = this.#values.row_id;
    const where = typeof id === 'number' ? `, row ${id}` : '';
    throw new RangeError(`table ${this.#table}${where}: ${column} is not ${expected}${why}`);
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
