import type { Cause } from '../../analysis.ts';
import { type Described, stepsMs } from '../system-bounds.ts';

/** methods.md §3 asks for 3; what is measured may lie a little above what was meant. */
const writeRatio = 2.5;
const controlRatio = 2.5;

/** What the table of causes says of a system by its words, whatever was planted. */
export function alsoTrueOf(system: Described): readonly Cause[] {
  const found: Cause[] = [];
  const times = system.endpoints.map(({ name, steps, list }) => ({
    isWrite: !/^(GET|HEAD) /.test(name),
    ms: stepsMs(steps, list?.rows ?? 1),
  }));
  const controlMs = stepsMs(system.control, 1);
  const isUncached = system.endpoints.some(
    ({ cache, validators, bodiesDiffer }, i) =>
      !cache && !validators && !bodiesDiffer && (times[i]?.ms ?? 0) >= controlRatio * controlMs,
  );
  if (isUncached) found.push('no-cache');
  const [reads, writes] = [false, true].map((isWrite) =>
    times.filter((t) => t.isWrite === isWrite).map((t) => t.ms),
  );
  if (reads?.length && writes?.length && Math.max(...writes) >= writeRatio * Math.min(...reads))
    found.push('slow-writes');
  // One processor and one thread are the same thing to whoever asks from outside.
  if (system.stations.some(({ servers, discipline }) => discipline === 'ps' && servers === 1))
    found.push('single-threaded');
  return found;
}
