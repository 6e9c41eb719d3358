import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataTable } from '../plan/plan.ts';
import { randomFrom } from '../record/random.ts';
import { type Feeder, feederOf } from './feeder.ts';

const unused = (): number => {
  throw new Error('an ordered table draws no random number');
};

function range(from: number, to: number, order?: 'sequential' | 'unique'): DataTable {
  return { kind: 'range', name: 'id', from, to, ...(order === undefined ? {} : { order }) };
}

function crewOf(table: DataTable, workers: number): Feeder[] {
  return Array.from({ length: workers }, (_, worker) => feederOf(table, { worker, workers }));
}

/** The next `count` values of `{id}`; fewer if they are used up. */
function take(feeder: Feeder, count: number, random: () => number = unused): string[] {
  const taken: string[] = [];
  const values: Record<string, string> = {};
  while (taken.length < count && feeder.draw(random, values)) taken.push(values.id ?? '');
  return taken;
}

const people: DataTable = {
  kind: 'rows',
  names: ['id', 'name'],
  rows: [
    ['1', 'Ada'],
    ['2', 'Grace'],
    ['3', 'Edsger'],
  ],
};

describe('feederOf', () => {
  it.each([
    { order: 'sequential', worker: 0, workers: 1, taken: ['5', '6', '7', '8', '9', '5', '6', '7'] },
    { order: 'sequential', worker: 1, workers: 2, taken: ['6', '8', '5', '7', '9', '6', '8', '5'] },
    { order: 'sequential', worker: 6, workers: 7, taken: ['6', '8', '5', '7', '9', '6', '8', '5'] },
    { order: 'unique', worker: 0, workers: 1, taken: ['5', '6', '7', '8', '9'] },
    { order: 'unique', worker: 1, workers: 2, taken: ['6', '8'] },
    { order: 'unique', worker: 6, workers: 7, taken: [] },
  ] as const)('$order, worker $worker of $workers: $taken', ({ order, worker, workers, taken }) => {
    expect(take(feederOf(range(5, 9, order), { worker, workers }), 8)).toEqual(taken);
  });

  it('fills all placeholders from the same row, and only its own', () => {
    const feeder = feederOf({ ...people, order: 'sequential' }, { worker: 0, workers: 1 });
    const values: Record<string, string> = { token: 'kept', id: 'replaced' };
    expect(feeder.names).toEqual(['id', 'name']);
    expect(feeder.draw(unused, values)).toBe(true);
    expect(values).toEqual({ token: 'kept', id: '1', name: 'Ada' });
    feeder.draw(unused, values);
    expect(values).toEqual({ token: 'kept', id: '2', name: 'Grace' });
  });

  it('once used up it stays so, and leaves the values alone', () => {
    const feeder = feederOf({ ...people, order: 'unique' }, { worker: 0, workers: 2 });
    expect(take(feeder, 9)).toEqual(['1', '3']);
    const values: Record<string, string> = { id: 'kept' };
    expect([feeder.draw(unused, values), feeder.draw(unused, values)]).toEqual([false, false]);
    expect(values).toEqual({ id: 'kept' });
  });

  it('says whether a row is for a user or for a request', () => {
    const share = { worker: 0, workers: 1 };
    expect(feederOf(people, share).perUser).toBe(false);
    expect(feederOf({ ...people, per: 'user' }, share).perUser).toBe(true);
    expect(feederOf({ ...range(1, 9), per: 'user' }, share).perUser).toBe(true);
  });

  it('a table without rows is used up at once, whatever its order', () => {
    for (const order of [{}, { order: 'sequential' }, { order: 'unique' }] as const) {
      const feeder = feederOf({ kind: 'rows', names: ['id'], rows: [], ...order }, { worker: 0, workers: 1 });
      expect(feeder.draw(() => 0.5, {})).toBe(false);
    }
  });

  it('a range of nine quadrillion values takes no memory, and all of it is drawn from', () => {
    const last = Number.MAX_SAFE_INTEGER;
    expect(take(feederOf(range(0, last - 1, 'unique'), { worker: 1, workers: 3 }), 3)).toEqual([
      '1',
      '4',
      '7',
    ]);
    const sequential = feederOf(range(1, last, 'sequential'), { worker: 0, workers: last - 1 });
    expect(take(sequential, 3)).toEqual(['1', String(last), String(last - 1)]);
    const random = randomFrom(5);
    const drawn = take(feederOf(range(1, last), { worker: 0, workers: 1 }), 4000, random).map(Number);
    // With 32 random bits the low 21 bits would be the same in each.
    expect(new Set(drawn.map((value) => value % 2048)).size).toBeGreaterThan(1700);
    // Mean of n uniform values: standard error 1/√(12·n) = 0.0046; four of them.
    expect(Math.abs(drawn.reduce((a, b) => a + b / last, 0) / drawn.length - 0.5)).toBeLessThan(0.019);
  });
});

describe('properties', () => {
  const size = fc.integer({ min: 1, max: 60 });
  const workers = fc.integer({ min: 1, max: 9 });
  const from = fc.integer({ min: -1000, max: 1000 });

  it('unique: all workers together give every row exactly once', () => {
    fc.assert(
      fc.property(from, size, workers, (from, size, workers) => {
        const taken = crewOf(range(from, from + size - 1, 'unique'), workers).flatMap((f) => take(f, 1e3));
        const sorted = taken.map(Number).sort((a, b) => a - b);
        expect(sorted).toEqual(Array.from({ length: size }, (_, i) => from + i));
      }),
    );
  });

  it('sequential: workers that draw equally often use every row equally often, or once more', () => {
    fc.assert(
      fc.property(size, workers, fc.integer({ min: 0, max: 200 }), (size, workers, draws) => {
        const uses = new Array<number>(size).fill(0);
        for (const feeder of crewOf(range(0, size - 1, 'sequential'), workers))
          for (const id of take(feeder, draws)) uses[Number(id)] = (uses[Number(id)] ?? 0) + 1;
        // The first m·W rows, wrapped: row r as often as r + i·size < m·W.
        expect(uses).toEqual(uses.map((_, r) => Math.max(0, Math.ceil((draws * workers - r) / size))));
      }),
    );
  });

  it('random: rows of the table only, each about as often', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer(), (size, seed) => {
        const draws = 500 * size;
        const uses = new Map<string, number>();
        const feeder = feederOf(range(7, 6 + size), { worker: 0, workers: 1 });
        for (const id of take(feeder, draws, randomFrom(seed))) uses.set(id, (uses.get(id) ?? 0) + 1);
        expect([...uses.keys()].map(Number).sort((a, b) => a - b)).toEqual(
          Array.from({ length: size }, (_, i) => 7 + i),
        );
        // Binomial, mean 500, deviation ≤ 22.4; six of them.
        for (const count of uses.values()) expect(Math.abs(count - 500)).toBeLessThan(135);
      }),
      { seed: 1, numRuns: 40 },
    );
  });
});
