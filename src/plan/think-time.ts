import type { ThinkTime } from './plan.ts';

/** The quantile of the standard normal distribution at 95 %. */
const z95 = 1.6448536269514722;

/** The parameters of a log-normal think time: the logarithm of the pause in ms is normal, mean µ and deviation σ. */
export function logNormalOf({ medianMs, p95Ms }: { readonly medianMs: number; readonly p95Ms: number }): {
  readonly mu: number;
  readonly sigma: number;
} {
  return { mu: Math.log(medianMs), sigma: Math.log(p95Ms / medianMs) / z95 };
}

/**
 * Mean in ms: (a + b)/2 of a uniform think time, exp(µ + σ²/2) of a log-normal one; null: unknown.
 *
 * @example meanThinkTimeMs({ kind: 'uniform', minMs: 1000, maxMs: 3000 }) // 2000
 */
export function meanThinkTimeMs(thinkTime: ThinkTime): number | null {
  return thinkTimeMoment(thinkTime, 1);
}

/**
 * E[Zⁿ] in msⁿ: (bⁿ⁺¹ − aⁿ⁺¹)/((n + 1)(b − a)) of a uniform think time, n!·meanⁿ of an exponential,
 * exp(nµ + n²σ²/2) of a log-normal one; null: unknown.
 */
export function thinkTimeMoment(thinkTime: ThinkTime, n: 1 | 2 | 3): number | null {
  switch (thinkTime.kind) {
    case 'uniform': {
      const { minMs: a, maxMs: b } = thinkTime;
      return b > a ? (b ** (n + 1) - a ** (n + 1)) / ((n + 1) * (b - a)) : a ** n;
    }
    case 'exponential':
      return (n === 3 ? 6 : n) * thinkTime.meanMs ** n;
    case 'log-normal': {
      const { mu, sigma } = logNormalOf(thinkTime);
      return Math.exp(n * mu + (n * sigma) ** 2 / 2);
    }
    case 'unknown':
      return null;
    default:
      return thinkTime satisfies never;
  }
}

/** Whether its users go on at once. */
export function isNoThinkTime(thinkTime: ThinkTime): boolean {
  return thinkTime.kind === 'uniform' && thinkTime.maxMs <= 0;
}
