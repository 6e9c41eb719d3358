import type { Clock } from './clock.ts';
import type { Judge } from './judge.ts';
import { serverTimingOf } from './server-timing.ts';

/** Hears what an answer of an endpoint told; metric → ms. */
export type TimingHeard = (endpoint: number, timing: Readonly<Record<string, number>>) => void;

const everyMs = 1_000;

/** Makes judges that also look, once a second on this thread, at an answer's `Server-Timing` header. */
export function timingSample(clock: Clock, heard: TimingHeard): (judge: Judge, endpoint: number) => Judge {
  let nextMs = Number.NEGATIVE_INFINITY;
  return (judge, endpoint) => (answer) => {
    const now = clock();
    if (now >= nextMs) {
      const lines = answer.headers('server-timing');
      if (lines.length > 0) {
        nextMs = now + everyMs;
        const timing = serverTimingOf(lines);
        if (Object.keys(timing).length > 0) heard(endpoint, timing);
      }
    }
    return judge(answer);
  };
}
