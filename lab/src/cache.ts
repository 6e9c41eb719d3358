/** What a lookup found. `bypass`: the cache cannot be reached, so the value was loaded and not kept. */
interface Lookup<T> {
  readonly value: T;
  readonly state: LookupState;
  readonly ageMs: number;
}

/** Stored before, loaded now, loaded by another request at the same time, or loaded past a dead cache. */
export type LookupState = 'hit' | 'miss' | 'shared' | 'bypass';

export interface CacheReading {
  /** Whether the store answers; memory always does. */
  readonly up: boolean;
  /** `null` where only the store knows. */
  readonly entries: number | null;
  readonly hits: number;
  readonly misses: number;
  readonly shared: number;
  readonly bypassed: number;
}

/** Answers of reads by tag (the resource) and key; see memory-cache.ts and redis-cache.ts. */
export interface Cache<T> {
  /**
   * Answers what is stored while it is fresh, else loads; simultaneous lookups of one key in one process load once.
   * A load is told the furthest position that another process gave with an invalidation.
   */
  lookup(tag: string, key: string, load: (position?: string) => Promise<T>): Promise<Lookup<T>>;
  /**
   * Forgets everything under the tags; a load that began before is answered but not kept. Never fails.
   *
   * @param position What loads must have seen from now on (see replicated-store.ts).
   */
  invalidate(tags: readonly string[], position?: string): Promise<void>;
  read(): CacheReading;
  stop(): Promise<void>;
}

/** Turns values into text and back; `undefined` for a text that is no such value. */
export interface Codec<T> {
  encode(value: T): string;
  decode(text: string): T | undefined;
}
