/** What a lookup found: stored before, loaded now, or loaded by another request at the same time. */
interface Lookup<T> {
  readonly value: T;
  readonly state: 'hit' | 'miss' | 'shared';
  readonly ageMs: number;
}

interface CacheReading {
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
  readonly shared: number;
}

export interface Cache<T> {
  /** Answers from memory while fresh, else loads; simultaneous lookups of one key load once. */
  lookup(tag: string, key: string, load: () => Promise<T>): Promise<Lookup<T>>;
  /** Forgets everything under the tags; a load that began before is answered but not kept. */
  invalidate(tags: readonly string[]): void;
  read(): CacheReading;
}

interface Entry<T> {
  readonly value: T;
  readonly storedAtMs: number;
}

interface Shelf<T> {
  generation: number;
  readonly entries: Map<string, Entry<T>>;
  readonly loading: Map<string, Promise<T>>;
}

export function createCache<T>(options: {
  ttlMs: number;
  entriesPerTag: number;
  nowMs: () => number;
}): Cache<T> {
  const shelves = new Map<string, Shelf<T>>();
  const counts = { hits: 0, misses: 0, shared: 0 };

  const shelfOf = (tag: string): Shelf<T> => {
    const shelf = shelves.get(tag) ?? { generation: 0, entries: new Map(), loading: new Map() };
    shelves.set(tag, shelf);
    return shelf;
  };

  const keep = (shelf: Shelf<T>, key: string, value: T) => {
    const oldest = shelf.entries.keys().next();
    if (shelf.entries.size >= options.entriesPerTag && oldest.done === false)
      shelf.entries.delete(oldest.value);
    shelf.entries.set(key, { value, storedAtMs: options.nowMs() });
  };

  const loadInto = (shelf: Shelf<T>, key: string, load: () => Promise<T>): Promise<T> => {
    const { generation } = shelf;
    const flight = load()
      .then((value) => {
        if (shelf.generation === generation) keep(shelf, key, value);
        return value;
      })
      .finally(() => {
        if (shelf.loading.get(key) === flight) shelf.loading.delete(key);
      });
    shelf.loading.set(key, flight);
    return flight;
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
      const flight = shelf.loading.get(key);
      if (flight !== undefined) {
        counts.shared += 1;
        return { value: await flight, state: 'shared', ageMs: 0 };
      }
      counts.misses += 1;
      return { value: await loadInto(shelf, key, load), state: 'miss', ageMs: 0 };
    },
    invalidate(tags) {
      for (const tag of tags) {
        const shelf = shelfOf(tag);
        shelf.generation += 1;
        shelf.entries.clear();
        shelf.loading.clear();
      }
    },
    read: () => ({
      entries: [...shelves.values()].reduce((sum, shelf) => sum + shelf.entries.size, 0),
      ...counts,
    }),
  };
}
