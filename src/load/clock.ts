import { performance } from 'node:perf_hooks';

/** Reads a monotonic clock, in ms with µs resolution. */
export type Clock = () => number;

/**
 * The machine's monotonic clock, the same in every thread of the process: `performance.now()` counts from each
 * thread's own start, so the offset to `process.hrtime` (which all threads share) is taken once and added.
 */
export function sharedClock(): Clock {
  const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return () => performance.now() + offset;
}
