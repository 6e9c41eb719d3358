import type { StackReading } from '../stack/stack.ts';
import { listAt, numberAt, textAt, valueAt } from './json-reading.ts';

/** What a probe saw, whatever the configuration says. */
export interface Observation {
  readonly met: boolean;
  readonly seen: string;
}

const answerLimitMs = 5000;
const ask = (url: string) => fetch(url, { signal: AbortSignal.timeout(answerLimitMs) });

/** One read again and again: does it come from a cache, and does a write bring it up to date? */
export async function observeCache(url: string): Promise<Observation> {
  const read = async () => {
    const answer = await ask(`${url}/posts/100`);
    const body: unknown = await answer.json();
    return { state: answer.headers.get('x-cache'), title: textAt(body, 'title') };
  };
  const states: (string | null)[] = [];
  for (let count = 0; count < 4; count += 1) states.push((await read()).state);
  const title = `written ${Date.now()}`;
  const changed = await fetch(`${url}/posts/100`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title }),
    signal: AbortSignal.timeout(answerLimitMs),
  });
  await changed.body?.cancel();
  const isFresh = (await read()).title === title;
  const isCached = states.at(-1) === 'hit';
  const seen = isCached
    ? `a repeated read is answered from the cache; after a write it is ${isFresh ? 'new' : 'STALE'}`
    : 'a repeated read reaches the database each time';
  return { met: isCached && isFresh, seen };
}

/** Who answers: `X-Served-By` is the balancer's. */
export async function observeBalancer(url: string): Promise<Observation> {
  const served = new Map<string, number>();
  for (let count = 0; count < 24; count += 1) {
    const answer = await ask(`${url}/users/1`);
    await answer.body?.cancel();
    const by = answer.headers.get('x-served-by');
    if (by !== null) served.set(by, (served.get(by) ?? 0) + 1);
  }
  const met = served.size >= 2;
  const shares = [...served].map(([name, count]) => `${name} ${count}`).join(', ');
  return { met, seen: served.size === 0 ? 'nothing stands before the API' : `24 reads: ${shares}` };
}

/** Prometheus is asked for its targets, its alerts and a recorded figure of the load. */
export async function observeMonitoring(stack: StackReading): Promise<Observation> {
  const prometheus = stack.components.find(({ name }) => name === 'prometheus')?.url ?? null;
  if (prometheus === null) return { met: false, seen: 'nothing scrapes the API' };
  const json = async (path: string): Promise<unknown> => (await ask(`${prometheus}${path}`)).json();
  const targets = listAt(await json('/api/v1/targets'), 'data', 'activeTargets');
  const up = targets.filter((each) => textAt(each, 'health') === 'up').length;
  const rules = listAt(await json('/api/v1/rules'), 'data', 'groups').flatMap((group) =>
    listAt(group, 'rules'),
  );
  const alerts = rules.filter((rule) => textAt(rule, 'type') === 'alerting').length;
  const query = encodeURIComponent('sum(http_request_duration_seconds_count{job="api"})');
  const counted = Number(
    valueAt(await json(`/api/v1/query?query=${query}`), 'data', 'result', 0, 'value', 1),
  );
  const met = targets.length > 0 && up === targets.length && alerts > 0 && counted > 0;
  return {
    met,
    seen: `${up} of ${targets.length} targets up, ${alerts} alerts loaded, ${Number.isFinite(counted) ? counted : 0} requests counted`,
  };
}

/** The pools of all instances, read once a second while the load runs. */
export interface PoolWatch {
  stop(): Promise<PoolReading>;
}

export interface PoolReading {
  /** Connections of all instances together. */
  readonly size: number;
  readonly mostInUse: number;
  /** Requests that waited for a connection, at the worst reading. */
  readonly mostWaiting: number;
  readonly readings: number;
  readonly waitingReadings: number;
  /** Resident memory of the stack's processes that the instances tell of, in bytes, at the last reading. */
  readonly apiBytes: number;
}

/** @param instances Where each API process answers, asked anew at each reading. */
export function watchPools(instances: () => Promise<readonly string[]>): PoolWatch {
  let size = 0;
  let mostInUse = 0;
  let mostWaiting = 0;
  let readings = 0;
  let waitingReadings = 0;
  let apiBytes = 0;
  let isRunning = true;
  const once = async () => {
    const stats = await Promise.all(
      (await instances()).map(async (url): Promise<unknown> => (await ask(`${url}/_lab/stats`)).json()),
    );
    const sum = (...path: readonly string[]) =>
      stats.reduce<number>((total, each) => total + (numberAt(each, ...path) ?? 0), 0);
    size = sum('pool', 'size');
    apiBytes = sum('process', 'rssBytes');
    mostInUse = Math.max(mostInUse, sum('pool', 'inUse'));
    const waiting = sum('pool', 'waiting');
    mostWaiting = Math.max(mostWaiting, waiting);
    readings += 1;
    if (waiting > 0) waitingReadings += 1;
  };
  const watching = (async () => {
    while (isRunning) {
      // An instance may be restarted meanwhile: that reading is left out.
      await once().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  })();
  return {
    async stop() {
      isRunning = false;
      await watching;
      return { size, mostInUse, mostWaiting, readings, waitingReadings, apiBytes };
    },
  };
}

/** Requests may wait in a moment of a burst; in more than one reading of twenty the pool is short. */
const waitingShare = 0.05;
const enoughConnections = 100;

export function observePool(reading: PoolReading): Observation {
  const { size, mostInUse, mostWaiting, readings, waitingReadings } = reading;
  const met = size >= enoughConnections && readings > 0 && waitingReadings <= waitingShare * readings;
  return {
    met,
    seen: `${size} connections, ${mostInUse} in use at most; requests waited in ${waitingReadings} of ${readings} readings, ${mostWaiting} at most`,
  };
}
