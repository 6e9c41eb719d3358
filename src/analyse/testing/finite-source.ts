/**
 * Throughput of a closed system in closed form: N users who pause (mean `pauseMs`, any distribution) before each
 * request, m servers of exponential service time `serviceMs` (machine repairman, M/M/m//N; Gross & Harris, ch. 2.6).
 * Requests per second. Its asymptotes cross at N* = m·(pause + service)/service.
 */
export function finiteSourceRate(system: FiniteSource, users: number): number {
  const { servers, serviceMs, pauseMs } = system;
  const ratio = pauseMs === 0 ? Number.POSITIVE_INFINITY : serviceMs / pauseMs;
  if (!Number.isFinite(ratio)) return (Math.min(users, servers) / serviceMs) * 1000;
  const logWeights: number[] = [0];
  for (let n = 1; n <= users; n += 1) {
    const step = Math.log(((users - n + 1) * ratio) / Math.min(n, servers));
    logWeights.push((logWeights[n - 1] ?? 0) + step);
  }
  const top = Math.max(...logWeights);
  let all = 0;
  let busy = 0;
  for (const [n, logWeight] of logWeights.entries()) {
    const weight = Math.exp(logWeight - top);
    all += weight;
    busy += weight * Math.min(n, servers);
  }
  return ((busy / all) * 1000) / serviceMs;
}

export type FiniteSource = { readonly servers: number; readonly serviceMs: number; readonly pauseMs: number };
