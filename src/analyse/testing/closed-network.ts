/** A station of a closed network: m equal servers, or no queue at all (`Infinity`: think time, network, a remote service). */
export type NetworkStation = {
  /** Time that one pass of a user needs there, ms. */
  readonly demandMs: number;
  readonly servers: number;
};

export type NetworkPoint = {
  readonly users: number;
  readonly ratePerSecond: number;
  /** Without the stations that are named as thinking. */
  readonly responseMs: number;
};

/**
 * The exact throughput of a closed product-form network with one class of users, who think for `thinkMs`: what exact
 * mean value analysis gives, by Buzen's convolution (1973): X(N) = G(N−1)/G(N), where G convolves the stations' factors
 * Dⁿ/∏ min(j, m). All terms are positive, so it is stable where MVA with many servers is not. In logarithms.
 * Lazowska et al., Quantitative System Performance (1984), ch. 6 and 8.
 */
export function closedNetwork(
  stations: readonly NetworkStation[],
  thinkMs: number,
  users: number,
): readonly NetworkPoint[] {
  const all = [...stations, { demandMs: thinkMs, servers: Number.POSITIVE_INFINITY }];
  let logG: readonly number[] = [0, ...Array.from({ length: users }, () => Number.NEGATIVE_INFINITY)];
  for (const station of all) {
    if (station.demandMs > 0) logG = convolved(logG, logFactors(station, users));
  }
  return Array.from({ length: users }, (_, i) => {
    const n = i + 1;
    const perMs = Math.exp((logG[n - 1] ?? 0) - (logG[n] ?? 0));
    return { users: n, ratePerSecond: perMs * 1000, responseMs: n / perMs - thinkMs };
  });
}

function logFactors({ demandMs, servers }: NetworkStation, users: number): readonly number[] {
  const factors = [0];
  for (let n = 1; n <= users; n += 1) {
    factors.push((factors[n - 1] ?? 0) + Math.log(demandMs / Math.min(n, servers)));
  }
  return factors;
}

function convolved(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((_, n) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let j = 0; j <= n; j += 1) top = Math.max(top, (a[n - j] ?? 0) + (b[j] ?? 0));
    if (top === Number.NEGATIVE_INFINITY) return top;
    let sum = 0;
    for (let j = 0; j <= n; j += 1) sum += Math.exp((a[n - j] ?? 0) + (b[j] ?? 0) - top);
    return top + Math.log(sum);
  });
}
