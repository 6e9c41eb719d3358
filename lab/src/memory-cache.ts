import type { Cache } from './cache.ts';
import { createSingleFlight } from './single-flight.ts';

interface Entry<T> {
  readonly value: T;
  readonly storedAtMs: number;
}

interface Shelf<T> {
  generation: number;
  readonly entries: Map<string, Entry<T>>;
}

/** A cache in the process's memory: each instance has its own, and learns nothing of the others' writes. */
export function createMemoryCache<T>(options: {
  ttlMs: number;
  entriesPerTag: number;
  nowMs: () => number;
}): Cache<T> {
  const shelves = new Map<string, Shelf<T>>();
  const flights = createSingleFlight<T>();
  const counts = { hits: 0, misses: 0, shared: 0 };

  const shelfOf = (tag: string): Shelf<T> => {
    const shelf = shelves.get(tag) ?? { generation: 0, entries: new Map() };
    shelves.set(tag, shelf);
    return shelf;
  };

  const keep = (shelf: Shelf<T>, key: string, value: T) => {
    const oldest = shelf.entries.keys().next();
    if (shelf.entries.size >= options.entriesPerTag && oldest.done === false)
      shelf.entries.delete(oldest.value);
    shelf.entries.set(key, { value, storedAtMs: options.nowMs() });
  };

  return {
    async lookup(tag, key, load) {
      const shelf = shelfOf(tag);
      const found = shelf.entries.get(key);
      const ageMs = found === undefined ? Number.POSITIVE_INFINITY : options.nowMs() - found.storedAtMs;
      if (found !== undefined && ageMs < options.ttlMs) {
        counts.hits += 1;
        return { value: found.value, state: 'hit', ageMs };
      }
      shelf.entries.delete(key);
      const { generation } = shelf;
      const flight = flights.run(tag, key, async () => {
        const value = await load();
        if (shelf.generation === generation) keep(shelf, key, value);
        return value;
      });
      counts[flight.shared ? 'shared' : 'misses'] += 1;
      return { value: await flight.value, state: flight.shared ? 'shared' : 'miss', ageMs: 0 };
    },
    async invalidate(tags) {
      for (const tag of tags) {
        const shelf = shelfOf(tag);
        shelf.generation += 1;
        shelf.entries.clear();
        flights.forget(tag);
      }
    },
    read: () => ({
      up: true,
      entries: [...shelves.values()].reduce((sum, shelf) => sum + shelf.entries.size, 0),
      ...counts,
      bypassed: 0,
    }),
    stop: async () => undefined,
  };
}
