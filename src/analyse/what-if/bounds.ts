/**
 * What a closed system can carry at most and at least, from three figures of it, whatever its inside.
 * Lazowska et al., *Quantitative System Performance* (1984), ch. 5, tables 5.1 and 5.2 (terminal workloads).
 */
export type ClosedSystem = {
  /** Response time of a single user: all demands together, nobody waits, ms. */
  readonly singleMs: number;
  readonly thinkMs: number;
  /** Capacity of the bottleneck, requests per second; infinite: not known. */
  readonly maxRate: number;
};

/** Asymptotic upper bound X(N) ≤ min(Xmax, N/(R₁ + Z)). Requests per second. */
export function mostRate({ singleMs, thinkMs, maxRate }: ClosedSystem, users: number): number {
  const cycleMs = singleMs + thinkMs;
  return Math.min(maxRate, cycleMs > 0 ? (users / cycleMs) * 1000 : Number.POSITIVE_INFINITY);
}

/**
 * Balanced-system lower bound X(N) ≥ N/(R₁ + Z + (N − 1)·Dmax/(1 + Z/(N·R₁))), Dmax = 1/Xmax: as if all of R₁ were
 * spent at stations as busy as the bottleneck. Holds for product-form networks, not where throughput declines.
 */
export function leastRate({ singleMs, thinkMs, maxRate }: ClosedSystem, users: number): number {
  if (singleMs <= 0) return Math.min(maxRate, mostRate({ singleMs, thinkMs, maxRate }, users));
  const waitMs = ((users - 1) * (1000 / maxRate)) / (1 + thinkMs / (users * singleMs));
  return (users / (singleMs + thinkMs + waitMs)) * 1000;
}

/**
 * The least R₁ with which the balanced bound still allows the response time measured at N users: R₁ + (N − 1)·Dmax /
 * (1 + Z/(N·R₁)) ≥ R(N), solved by bisection. Never above R(N).
 */
export function leastSingleMs(
  measured: { readonly users: number; readonly responseMs: number; readonly thinkMs: number },
  maxRate: number,
): number {
  const { users, responseMs, thinkMs } = measured;
  let [low, high] = [0, responseMs];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    const wait = middle === 0 ? 0 : ((users - 1) * (1000 / maxRate)) / (1 + thinkMs / (users * middle));
    if (middle + wait < responseMs) low = middle;
    else high = middle;
  }
  return low;
}
