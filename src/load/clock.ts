import { performance } from 'node:perf_hooks';

/** Reads a monotonic clock, in ms with µs resolution. */
export type Clock = () => number;

/** Readings of the offset; one of them is not torn by the scheduler. */
const readings = 50;

/**
 * The machine's monotonic clock, the same in every thread of the process: `performance.now()` counts from each
 * thread's own start, so the offset to `process.hrtime` (which all threads share) is taken once and added. A thread
 * that loses its core between the two readings finds the offset too small, by ms on a busy machine: the largest counts.
 */
export function sharedClock(): Clock {
  let offset = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < readings; i += 1) {
    offset = Math.max(offset, Number(process.hrtime.bigint()) / 1e6 - performance.now());
  }
  return () => performance.now() + offset;
}
