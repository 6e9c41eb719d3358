import type { DataTable } from '../plan/plan.ts';

/** Gives one worker the rows of one table, one a call. */
export type Feeder = {
  /** The placeholders that a row fills. */
  readonly names: readonly string[];
  /** One row is drawn for a user's whole life, not one for each request. */
  readonly perUser: boolean;
  /** Writes the next row's values into `values`; false: this worker's rows are used up, `values` is as it was. */
  draw(random: () => number, values: Record<string, string>): boolean;
};

/** This worker is number `worker` (from 0) of `workers`. */
export type FeederShare = { readonly worker: number; readonly workers: number };

/**
 * A worker's share of a table. Of an ordered table worker k takes the rows k, k + W, k + 2·W, …, so that the workers
 * need not talk to each other: after m draws of each, the first m·W rows were taken once (modulo the table's length).
 * A range is computed, never stored, whatever its length.
 */
export function feederOf(table: DataTable, share: FeederShare): Feeder {
  const perUser = table.per === 'user';
  const next = rowOrder(table, share);
  if (table.kind === 'range') {
    const { name, from } = table;
    const draw = (random: () => number, values: Record<string, string>): boolean => {
      const row = next(random);
      if (row < 0) return false;
      values[name] = String(from + row);
      return true;
    };
    return { names: [name], perUser, draw };
  }
  const { names, rows } = table;
  const draw = (random: () => number, values: Record<string, string>): boolean => {
    const row = rows[next(random)];
    if (row === undefined) return false;
    for (let i = 0; i < names.length; i += 1) values[names[i] ?? ''] = row[i] ?? '';
    return true;
  };
  return { names, perUser, draw };
}

/** The number of the next row, from 0; −1: there is none. */
type RowOrder = (random: () => number) => number;

function rowOrder(table: DataTable, { worker, workers }: FeederShare): RowOrder {
  const size = table.kind === 'range' ? table.to - table.from + 1 : table.rows.length;
  if (size < 1) return () => -1;
  switch (table.order) {
    case undefined:
      return size <= randomValues
        ? (random) => Math.floor(random() * size)
        : (random) => farIndex(random, size);
    case 'sequential': {
      const step = workers % size;
      let row = worker % size;
      return () => {
        const taken = row;
        // Not (row + step) % size: the sum of two rows of the longest ranges is no exact number any more.
        row = row < size - step ? row + step : row - (size - step);
        return taken;
      };
    }
    case 'unique': {
      let row = worker;
      return () => {
        if (row >= size) return -1;
        const taken = row;
        row += workers;
        return taken;
      };
    }
    default:
      return table.order satisfies never;
  }
}

/** A draw takes one of so many values (`src/record/random.ts`): of a longer table most rows would never come. */
const randomValues = 2 ** 32;

/** 53 bits of two draws. */
function farIndex(random: () => number, size: number): number {
  const high = Math.floor(random() * 2 ** 21);
  return Math.floor(((high * randomValues + random() * randomValues) / 2 ** 53) * size);
}
