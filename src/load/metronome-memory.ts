/** What a pacer and its metronome share. */
export type MetronomeData = { readonly memory: Int32Array; readonly baseMs: number };

/** Places in the shared memory. */
export const at = {
  /** Counts what the pacer changed; the metronome sleeps on it. */
  changes: 0,
  /** When to wake, in µs since `baseMs`, modulo 2³². */
  wakeUs: 1,
  /** 1: `wakeUs` holds a time that has not been served. */
  armed: 2,
  /** 1: the metronome must be woken to see a change. */
  asleep: 3,
  closed: 4,
  /** Stays 0: to sleep on, without being woken. */
  never: 5,
} as const;

export const places = 6;

/** Two ticks are at least so far apart. */
export const coolDownMs = 0.15;
