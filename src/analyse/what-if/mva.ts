/**
 * Exact mean value analysis of a closed network of one class (product form). Times in ms, rates per second.
 * Reiser & Lavenberg, J. ACM 27 (1980); Lazowska et al., *Quantitative System Performance* (1984), ch. 6 and 20.
 */

export type ServiceStation =
  /** One server, first come first served or shared. `demandMs`: service time of one request, all its visits. */
  | { readonly kind: 'queue'; readonly demandMs: number }
  /** `servers` beside each other with one queue: a pool, workers, cores. `demandMs`: of one server. */
  | { readonly kind: 'servers'; readonly demandMs: number; readonly servers: number }
  /** Nobody waits: network, think time, a remote service. */
  | { readonly kind: 'delay'; readonly demandMs: number };

export type NetworkState = {
  readonly users: number;
  /** Requests per second. */
  readonly rate: number;
  /** Of all stations together, without the think time. */
  readonly responseTimeMs: number;
  /** By station: time there, and mean number of requests there. */
  readonly stations: readonly { readonly timeMs: number; readonly inside: number }[];
};

/**
 * The network's state for 1 … `users` users who think `thinkTimeMs` between their requests.
 * Station k of single servers: R_k(n) = D_k·(1 + Q_k(n − 1)), X(n) = n/(Z + ΣR_k(n)), Q_k(n) = X(n)·R_k(n).
 * Of m servers: R_k(n) = Σ_j j/μ(j)·p(j − 1 | n − 1), μ(j) = min(j, m)/D_k.
 * Throws a RangeError for demands that are negative or not finite, and for a network in which nothing takes time.
 *
 * @example
 * meanValueAnalysis([{ kind: 'queue', demandMs: 100 }], 900, 1).at(-1)?.rate; // 1 per second
 */
export function meanValueAnalysis(
  stations: readonly ServiceStation[],
  thinkTimeMs: number,
  users: number,
): readonly NetworkState[] {
  for (const { demandMs } of stations)
    if (!(demandMs >= 0) || !Number.isFinite(demandMs))
      throw new RangeError('a demand is a time of at least 0');
  if (thinkTimeMs + stations.reduce((sum, s) => sum + s.demandMs, 0) <= 0)
    throw new RangeError('a network in which nothing takes time has no throughput');
  const shared = stations.map((station, k) =>
    station.kind === 'servers' && station.servers > 1
      ? new SharedServers(station, withoutStation(stations, k, thinkTimeMs, users))
      : null,
  );
  const inside = stations.map(() => 0);
  const states: NetworkState[] = [];
  for (let n = 1; n <= users; n += 1) {
    const times = stations.map((station, k) => {
      if (station.kind === 'delay') return station.demandMs;
      return shared[k]?.timeMs(n) ?? station.demandMs * (1 + (inside[k] ?? 0));
    });
    const responseTimeMs = times.reduce((sum, time) => sum + time, 0);
    const perMs = n / (thinkTimeMs + responseTimeMs);
    for (const [k, time] of times.entries()) {
      inside[k] = perMs * time;
      shared[k]?.settle(n, perMs);
    }
    states.push({
      users: n,
      rate: perMs * 1000,
      responseTimeMs,
      stations: times.map((timeMs, k) => ({ timeMs, inside: inside[k] ?? 0 })),
    });
  }
  return states;
}

/** Throughput per ms of the network without one station, for 1 … users; infinite if nothing else takes time. */
function withoutStation(
  stations: readonly ServiceStation[],
  leftOut: number,
  thinkTimeMs: number,
  users: number,
): readonly number[] {
  const others = stations.filter((_, k) => k !== leftOut);
  const timed = thinkTimeMs + others.reduce((sum, s) => sum + s.demandMs, 0) > 0;
  if (!timed) return Array.from({ length: users }, () => Number.POSITIVE_INFINITY);
  return meanValueAnalysis(others, thinkTimeMs, users).map(({ rate }) => rate / 1000);
}

/**
 * How many requests are at a station of several servers. p(0 | n) = 1 − Σ p(j | n) cancels away at high load, so it is
 * taken from p(0 | n) = p(0 | n − 1)·X(n)/X₋ₖ(n), X₋ₖ the throughput of the network without the station (Reiser 1981).
 */
class SharedServers {
  readonly #demandMs: number;
  readonly #servers: number;
  readonly #others: readonly number[];
  /** p(j | n) of the last n. */
  #shares: readonly number[] = [1];

  constructor(
    { demandMs, servers }: Extract<ServiceStation, { kind: 'servers' }>,
    others: readonly number[],
  ) {
    this.#demandMs = demandMs;
    this.#servers = servers;
    this.#others = others;
  }

  timeMs(n: number): number {
    let time = 0;
    for (let j = 1; j <= n; j += 1)
      time += ((j * this.#demandMs) / Math.min(j, this.#servers)) * (this.#shares[j - 1] ?? 0);
    return time;
  }

  settle(n: number, perMs: number): void {
    const next: number[] = [((this.#shares[0] ?? 0) * perMs) / (this.#others[n - 1] ?? perMs)];
    for (let j = 1; j <= n; j += 1)
      next.push(((perMs * this.#demandMs) / Math.min(j, this.#servers)) * (this.#shares[j - 1] ?? 0));
    this.#shares = next;
  }
}
