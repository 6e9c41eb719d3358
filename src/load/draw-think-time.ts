import type { ThinkTime } from '../plan/plan.ts';
import { logNormalOf } from '../plan/think-time.ts';
import { randomExponential, randomNormal } from '../record/random.ts';

/** Timers hold a signed 32-bit number of ms: a longer one would ring at once. */
const longestTimerMs = 2 ** 31 - 1;

/** One pause in ms, at most 24.8 days; 0 if the think time is unknown. Nothing is drawn for a constant one. */
export function drawThinkTime(thinkTime: ThinkTime, random: () => number): number {
  switch (thinkTime.kind) {
    case 'uniform': {
      const { minMs, maxMs } = thinkTime;
      return maxMs > minMs ? minMs + random() * (maxMs - minMs) : minMs;
    }
    case 'exponential':
      return Math.min(longestTimerMs, randomExponential(random, thinkTime.meanMs));
    case 'log-normal': {
      const { mu, sigma } = logNormalOf(thinkTime);
      return Math.min(longestTimerMs, Math.exp(mu + sigma * randomNormal(random)));
    }
    case 'unknown':
      return 0;
    default:
      return thinkTime satisfies never;
  }
}
