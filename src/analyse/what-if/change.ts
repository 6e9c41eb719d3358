import { count, list, share } from '../words.ts';

/** What is to be changed, all at once; what is absent stays as it was. Shares 0..1, times ms. */
export type Change = {
  /** Places of the connection pool (or workers) afterwards. */
  readonly pool?: number;
  /** Places today, where the run itself does not tell. */
  readonly poolNow?: number;
  /** Share of the reads that a cache answers; of `endpoints` only, if they are given. */
  readonly cacheHit?: number;
  /** Requests cost so many times what they do now (0.5: half): fewer queries, faster writes; of `endpoints`, if given. */
  readonly demand?: number;
  /** So many instances instead of one. */
  readonly instances?: number;
  readonly keepAlive?: true;
  readonly thinkTimeMs?: number;
  /** Loads to predict at, beside those measured. */
  readonly users?: readonly number[];
  /** Names: whom `cacheHit` and `demand` concern. */
  readonly endpoints?: readonly string[];
};

/** Every fault of a change, in words; empty: none. */
export function faultsOfChange(change: Change, known: readonly string[]): readonly string[] {
  const { pool, poolNow, cacheHit, demand, instances, thinkTimeMs, users, endpoints } = change;
  const whole = (name: string, value: number | undefined) =>
    value === undefined || (Number.isInteger(value) && value >= 1 && value <= 1e6)
      ? []
      : [`${name}: expected a whole number from 1 to 1,000,000`];
  const isAsked =
    [pool, cacheHit, demand, instances, thinkTimeMs].some((v) => v !== undefined) ||
    change.keepAlive === true ||
    (users !== undefined && users.length > 0);
  const unknown = (endpoints ?? []).filter((name) => !known.includes(name));
  return [
    ...(isAsked ? [] : ['nothing is to be changed']),
    ...whole('pool', pool),
    ...whole('pool now', poolNow),
    ...whole('instances', instances),
    ...(users ?? []).flatMap((n) => whole('users', n)),
    ...(cacheHit === undefined || (cacheHit >= 0 && cacheHit <= 1)
      ? []
      : ['cache hits: expected a share from 0 to 1']),
    ...(demand === undefined || (demand > 0 && demand <= 100)
      ? []
      : ['demand: expected a factor above 0, at most 100']),
    ...(thinkTimeMs === undefined || (thinkTimeMs >= 0 && thinkTimeMs <= 86_400_000)
      ? []
      : ['think time: expected a time up to a day']),
    ...(unknown.length === 0
      ? []
      : [
          `no endpoint is called ${list(unknown.map((n) => JSON.stringify(n)))}; the run has ${list(known, 20)}`,
        ]),
    ...(endpoints !== undefined && endpoints.length > 0 && cacheHit === undefined && demand === undefined
      ? ['an endpoint goes with cache hits or a demand']
      : []),
  ];
}

/** `a pool of 50, 80 % of the reads from a cache and 3 instances`. */
export function changeInWords(change: Change): string {
  const { pool, cacheHit, demand, instances, thinkTimeMs, users, endpoints } = change;
  const whose = endpoints === undefined || endpoints.length === 0 ? null : list(endpoints, 3);
  const parts = [
    ...(pool === undefined ? [] : [`a pool of ${pool}`]),
    ...(cacheHit === undefined ? [] : [`${share(cacheHit)} of ${whose ?? 'the reads'} from a cache`]),
    ...(demand === undefined ? [] : [`${share(demand)} of today's demand of ${whose ?? 'every request'}`]),
    ...(instances === undefined ? [] : [count(instances, 'instance')]),
    ...(change.keepAlive === true ? ['kept connections'] : []),
    ...(thinkTimeMs === undefined ? [] : [`${thinkTimeMs} ms of think time`]),
  ];
  if (parts.length > 0) return list(parts);
  return users === undefined || users.length === 0 ? 'no change' : `${list(users.map(String))} users`;
}
