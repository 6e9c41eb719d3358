/**
 * Holm's adjusted p-values, in the order given: the k-th smallest of m becomes max over j ≤ k of (m − j + 1)·p₍ⱼ₎, at
 * most 1. Whoever rejects those ≤ α rejects a true hypothesis anywhere with probability ≤ α, whatever the tests have to
 * do with each other (Holm, Scandinavian Journal of Statistics 6, 1979).
 *
 * @example
 * holm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const adjusted = pValues.map(() => 1);
  let most = 0;
  for (const [rank, at] of order.entries()) {
    most = Math.max(most, Math.min(1, (pValues.length - rank) * (pValues[at] ?? 1)));
    adjusted[at] = most;
  }
  return adjusted;
}
