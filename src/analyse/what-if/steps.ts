import { count, list, milliseconds, number, share, times } from '../words.ts';
import type { Basis, BasisEndpoint, Ends } from './basis.ts';
import type { Change } from './change.ts';

/** What one part of a change does to the system, at least and at most. */
export type Step = {
  readonly part: 'pool' | 'cache' | 'demand' | 'instances' | 'keep-alive' | 'think-time';
  readonly model: string;
  readonly formula: string;
  /** The formula with this run's figures. */
  readonly figures: string;
  /** On the bottleneck's capacity; `high` infinite: this run sets no bound to it. */
  readonly capacity: Factor;
  /** On the throughput at any load; `high` infinite: the capacity's alone counts. */
  readonly rate: Factor;
  /** Of the time that a single user waits for. */
  readonly single: Factor;
  /** Taken from that time, ms. */
  readonly savedMs: { readonly low: number; readonly high: number };
  readonly assumptions: readonly string[];
};

export type Factor = { readonly low: number; readonly high: number };

const same: Factor = { low: 1, high: 1 };
const nothing = { low: 0, high: 0 };
const open = Number.POSITIVE_INFINITY;

export const nextResource =
  'Behind what is changed stands the next resource, and this run does not show how much that one carries: it may be as full already. Hence 1 × at the lower end.';

/** In the order in which they are told. */
export function stepsOf(change: Change, basis: Basis): readonly Step[] {
  return [
    ...(change.pool === undefined ? [] : [poolStep(change.pool, basis)]),
    ...(change.cacheHit === undefined ? [] : [cacheStep(change.cacheHit, change.endpoints, basis)]),
    ...(change.demand === undefined ? [] : [demandStep(change.demand, change.endpoints, basis)]),
    ...(change.instances === undefined ? [] : [instancesStep(change.instances, basis)]),
    ...(change.keepAlive === true ? [keepAliveStep(basis)] : []),
    ...(change.thinkTimeMs === undefined ? [] : [thinkStep(change.thinkTimeMs, basis)]),
  ];
}

/** m places carry at most as many times more as they are more; fewer carry less, and never less than in proportion. */
function poolStep(places: number, { pool }: Basis): Step {
  const common = {
    part: 'pool',
    model: 'operational bound of a pool',
    formula: 'gain ≤ min(m′/m, N/((R₁ + Z)·X), next resource)',
    single: same,
    savedMs: nothing,
  } as const;
  if (pool === null)
    return {
      ...common,
      figures: `m′ = ${number(places)}; m is not known from this run, so m′/m bounds nothing`,
      capacity: { low: 1, high: open },
      rate: { low: 1, high: open },
      assumptions: [
        `The pool is larger than today's. How large that is, this run does not tell (--pool-now says it).`,
        nextResource,
      ],
    };
  const { size, isCause } = pool;
  const most = places / size.low;
  const least = places / size.high;
  const factor = { low: Math.min(1, least), high: Math.max(1, most) };
  // A pool that is the limit today is so all the more when it is smaller.
  const smaller = isCause && most < 1;
  const known = size.low === size.high ? number(size.value) : `${number(size.low)} to ${number(size.high)}`;
  return {
    ...common,
    figures: `m′/m = ${number(places)}/${known} = ${times(places / size.value)}`,
    capacity: smaller ? { low: least, high: most } : factor,
    rate: factor,
    assumptions:
      places < size.value
        ? [
            isCause
              ? 'The pool is the limit today, so a smaller one is the limit too.'
              : 'Whether the pool is the limit today is not known: a smaller one may change nothing.',
          ]
        : [
            isCause
              ? 'The pool that was found is the limit, and requests wait for nothing else.'
              : 'No finding says that the pool is the limit: if it is not, more places bring nothing.',
            nextResource,
          ],
  };
}

/** What share of the bottleneck's demand the chosen endpoints are. */
function demandShare(chosen: readonly BasisEndpoint[], basis: Basis): { high: number; from: string } {
  const others = basis.endpoints.filter((e) => !chosen.includes(e) && e.share > 0);
  if (others.length === 0) return { high: 1, from: 'they are all requests' };
  const demand = (e: BasisEndpoint) => (e.relativeDemand === null ? null : e.share * e.relativeDemand);
  const own = sum(chosen.filter((e) => e.share > 0).map(demand));
  const rest = sum(others.map(demand));
  if (own !== null && rest !== null && own + rest > 0)
    return { high: own / (own + rest), from: 'from what each endpoint carried alone' };
  const { pool, capacity, single } = basis;
  if (pool !== null && capacity.reached) {
    const demandMs = (pool.size.low / capacity.high) * 1000;
    const ownMs = chosen.reduce((total, e) => total + e.timeShare, 0) * single.high;
    if (ownMs < demandMs)
      return { high: ownMs / demandMs, from: 'at most their time with one user over m/Xmax' };
  }
  return { high: 1, from: 'not known, at most all of it' };
}

function sum(values: readonly (number | null)[]): number | null {
  let total = 0;
  for (const value of values) {
    if (value === null) return null;
    total += value;
  }
  return total;
}

function chosenOf(
  names: readonly string[] | undefined,
  basis: Basis,
  otherwise: (e: BasisEndpoint) => boolean,
): readonly BasisEndpoint[] {
  return names === undefined || names.length === 0
    ? basis.endpoints.filter(otherwise)
    : basis.endpoints.filter((e) => names.includes(e.name));
}

function cacheStep(hits: number, names: readonly string[] | undefined, basis: Basis): Step {
  const chosen = chosenOf(names, basis, (e) => e.isRead);
  const timeShare = chosen.reduce((total, e) => total + e.timeShare, 0);
  const { high: f, from } =
    chosen.length === 0 ? { high: 0, from: 'no request can be cached' } : demandShare(chosen, basis);
  const s = basis.controlMs === null ? 0 : Math.min(1, basis.controlMs / Math.max(basis.single.high, 1e-9));
  const left = 1 - f * hits * (1 - s);
  return {
    part: 'cache',
    model: 'service demand law with a cache',
    formula: 'gain ≤ 1/(1 − f·h·(1 − S_hit/S_miss))',
    figures: `f ≤ ${share(f)} of the bottleneck's demand (${from}), h = ${share(hits)}, S_hit/S_miss ≥ ${number(s, 2)}${basis.controlMs === null ? ' (a hit at no cost)' : ` (a trivial answer takes ${milliseconds(basis.controlMs)})`}: ${left > 0 ? times(1 / left) : 'no bound'}`,
    capacity: { low: 1, high: left > 1e-9 ? 1 / left : open },
    rate: { low: 1, high: open },
    single: { low: Math.max(0, 1 - timeShare * hits * (1 - s)), high: 1 },
    savedMs: nothing,
    assumptions: [
      `${
        list(
          chosen.map((e) => e.name),
          4,
        ) || 'No endpoint'
      } may be answered from a cache, with ${share(hits)} hits once it is warm; misses cost what they do now.`,
      nextResource,
    ],
  };
}

function demandStep(factor: number, names: readonly string[] | undefined, basis: Basis): Step {
  const chosen = chosenOf(names, basis, () => true);
  const timeShare = chosen.reduce((total, e) => total + e.timeShare, 0);
  const { high: f, from } =
    chosen.length === 0 ? { high: 0, from: 'no request of these' } : demandShare(chosen, basis);
  const left = 1 - f * (1 - factor);
  const less = factor <= 1;
  return {
    part: 'demand',
    model: 'service demand law',
    formula: 'gain ≤ 1/(1 − f·(1 − D′/D))',
    figures: `f ≤ ${share(f)} of the bottleneck's demand (${from}), D′/D = ${number(factor, 2)}: ${times(1 / left)}`,
    capacity: less ? { low: 1, high: 1 / left } : { low: 1 / left, high: 1 },
    rate: less ? { low: 1, high: open } : { low: 1 / factor, high: 1 },
    single: less
      ? { low: 1 - timeShare * (1 - factor), high: 1 }
      : { low: 1, high: 1 + timeShare * (factor - 1) },
    savedMs: nothing,
    assumptions: [
      `${names === undefined || names.length === 0 ? 'Every request' : list(names, 4)} costs ${times(factor)} what it does now, at every resource it uses.`,
      ...(less ? [nextResource] : []),
    ],
  };
}

function instancesStep(instances: number, _basis: Basis): Step {
  return {
    part: 'instances',
    model: 'Universal Scalability Law over instances',
    formula: 'gain ≤ p/(1 + σ(p − 1) + κp(p − 1)), capped by what they share',
    figures: `p = ${instances}, σ and κ not known, so 0 at best: ${times(instances)}`,
    capacity: { low: 1, high: instances },
    rate: { low: 1, high: instances },
    single: same,
    savedMs: nothing,
    assumptions: [
      `${count(instances, 'instance')} on machines of their own share the load evenly.`,
      'What they share (database, lock, cache) may be the limit today: then more instances bring nothing. Hence 1 × at the lower end.',
    ],
  };
}

function keepAliveStep({ connect, reuse, capacity }: Basis): Step {
  const common = {
    part: 'keep-alive',
    model: 'connecting time saved',
    formula: 'R′ = R − c·(1 − reuse)',
    single: same,
    rate: { low: 1, high: open },
  } as const;
  if (connect === null && reuse === null)
    return {
      ...common,
      figures: 'how long connecting takes is not known from this run',
      capacity: { low: 1, high: open },
      savedMs: { low: 0, high: open },
      assumptions: ['Every request goes over a kept connection.'],
    };
  const fresh = connect?.share ?? 1;
  const saved: Ends =
    reuse === null
      ? { low: 0, value: (connect?.ms ?? 0) * fresh, high: (connect?.ms ?? 0) * fresh }
      : { low: reuse.low * fresh, value: reuse.value * fresh, high: reuse.high * fresh };
  const demandMs = 1000 / capacity.high;
  return {
    ...common,
    figures:
      reuse === null
        ? `c = ${milliseconds(connect?.ms ?? 0)}, for ${share(fresh)} of the requests, at ${connect?.at ?? 'the lowest load'}`
        : `a kept connection saved ${milliseconds(reuse.low)} to ${milliseconds(reuse.high)} (A/B), for ${share(fresh)} of the requests`,
    // At most all of the connecting time was work of the bottleneck.
    capacity: { low: 1, high: saved.high < demandMs ? demandMs / (demandMs - saved.high) : open },
    savedMs: { low: saved.low, high: saved.high },
    assumptions: ['Every request goes over a kept connection.', nextResource],
  };
}

function thinkStep(thinkMs: number, basis: Basis): Step {
  return {
    part: 'think-time',
    model: 'flow-equivalent server',
    formula: 'N = L + X(L)·Z′',
    figures: `Z′ = ${milliseconds(thinkMs)} in place of ${milliseconds(basis.thinkMs)}`,
    capacity: same,
    rate: same,
    single: same,
    savedMs: nothing,
    assumptions: ['The target answers by how many requests are in it, whatever the users do between them.'],
  };
}
