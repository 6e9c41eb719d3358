import { createHash, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Cache, Codec } from './cache.ts';
import { createSingleFlight } from './single-flight.ts';

const prefix = 'loadline-lab';
/** A later answer counts as none. Generous: an event loop that is busy sees its answers late. */
const commandLimitMs = 1000;
/** After an answer that did not come, Redis is left alone so long. */
const restMs = 2000;
const firstConnectionLimitMs = 1000;

/** The furthest position that loads must have seen, and how long it is told: lags of an hour are none that this is for. */
const positionKey = `${prefix}:position`;
const positionMs = 3_600_000;

/**
 * Answers {generation, position | '', text | nil, milliseconds it has left}. A tag without a generation (new, evicted, or lost with a
 * restart) gets the caller's token: never used before, so that nothing that was kept earlier is found again.
 */
const lookupScript = `
local generation = redis.call('GET', KEYS[1])
if not generation then
  generation = ARGV[2]
  redis.call('SET', KEYS[1], generation)
end
local position = redis.call('GET', KEYS[2]) or ''
local key = KEYS[1] .. ':' .. generation .. ':' .. ARGV[1]
local text = redis.call('GET', key)
if not text then return { generation, position } end
return { generation, position, text, redis.call('PTTL', key) }`;

/** New generations of all keys but the last, which is the position's: it never goes back. One step for who reads. */
const renewScript = `
for at = 1, #KEYS - 1 do redis.call('SET', KEYS[at], ARGV[at]) end
local position, key = ARGV[#KEYS], KEYS[#KEYS]
if position ~= '' and position >= (redis.call('GET', key) or '') then
  redis.call('SET', key, position, 'PX', ARGV[#KEYS + 1])
end
return 1`;

interface Found<T> {
  readonly generation: string;
  readonly position: string | undefined;
  readonly entry?: { readonly value: T; readonly ageMs: number };
}

/**
 * A cache in Redis, which all instances share. Entries stand under their tag's generation; an invalidation gives the tag a
 * new one, so that a load which began before it, in whichever instance, is kept where nobody looks.
 *
 * A Redis that is dead or hangs is passed by: lookups load, and what could not be invalidated meanwhile is, as soon as it
 * answers again and before it is read. Until then another instance that does reach it may answer what it holds.
 */
export async function createRedisCache<T>(options: {
  url: string;
  ttlMs: number;
  codec: Codec<T>;
}): Promise<Cache<T>> {
  const { ttlMs, codec } = options;
  const redis = new Redis(options.url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandLimitMs,
    connectTimeout: firstConnectionLimitMs,
    retryStrategy: (times) => Math.min(50 * times, 500),
    connectionName: 'loadline-lab',
  });
  redis.on('error', () => undefined);
  redis.on('ready', () => {
    restUntilMs = 0;
  });
  const flights = createSingleFlight<T>();
  /** Tags that wait for their new generation, with the last invalidation that asked for it. */
  const owed = new Map<string, number>();
  /** The furthest that this process gave. */
  let furthest = '';
  let invalidations = 0;
  const counts = { hits: 0, misses: 0, shared: 0, bypassed: 0 };
  let restUntilMs = 0;

  /** Asks Redis, or answers `undefined`: it is away, or was a moment ago. */
  const attempt = async <R>(command: () => Promise<R>): Promise<R | undefined> => {
    if (redis.status !== 'ready' || performance.now() < restUntilMs) return undefined;
    try {
      return await command();
    } catch {
      restUntilMs = performance.now() + restMs;
      return undefined;
    }
  };

  const renew = async (tags: readonly string[]) => {
    const keys = [...tags.map(generationKey), positionKey];
    const tokens = tags.map(() => randomUUID());
    invalidations += 1;
    const own = invalidations;
    for (const tag of tags) owed.set(tag, own);
    const values = [...tokens, furthest, positionMs];
    if ((await attempt(() => redis.eval(renewScript, keys.length, ...keys, ...values))) === undefined) return;
    for (const tag of tags) if (owed.get(tag) === own) owed.delete(tag);
  };

  const find = async (tag: string, key: string): Promise<Found<T> | undefined> => {
    if (owed.has(tag)) await renew([...owed.keys()]);
    if (owed.has(tag)) return undefined;
    const reply = await attempt(() =>
      redis.eval(lookupScript, 2, generationKey(tag), positionKey, key, randomUUID()),
    );
    if (!Array.isArray(reply)) return undefined;
    const [generation, told, text, leftMs]: readonly unknown[] = reply;
    if (typeof generation !== 'string') return undefined;
    const position = typeof told === 'string' && told !== '' ? told : undefined;
    const value = typeof text === 'string' ? codec.decode(text) : undefined;
    if (value === undefined) return { generation, position };
    return { generation, position, entry: { value, ageMs: Math.max(0, ttlMs - Number(leftMs)) } };
  };

  await Promise.race([
    redis.connect().catch(() => undefined),
    new Promise((resolve) => setTimeout(resolve, firstConnectionLimitMs).unref()),
  ]);

  return {
    async lookup(tag, given, load) {
      const key = createHash('sha256').update(given).digest('base64url');
      const found = await find(tag, key);
      if (found?.entry !== undefined) {
        counts.hits += 1;
        return { ...found.entry, state: 'hit' };
      }
      const generation = found?.generation;
      const flight = flights.run(tag, `${generation ?? ''} ${key}`, async () => {
        const value = await load(found?.position);
        if (generation !== undefined) {
          const at = `${generationKey(tag)}:${generation}:${key}`;
          await attempt(() => redis.set(at, codec.encode(value), 'PX', ttlMs));
        }
        return value;
      });
      const state = flight.shared ? 'shared' : generation === undefined ? 'bypass' : 'miss';
      counts[({ shared: 'shared', bypass: 'bypassed', miss: 'misses' } as const)[state]] += 1;
      return { value: await flight.value, state, ageMs: 0 };
    },
    async invalidate(tags, position = '') {
      if (position > furthest) furthest = position;
      for (const tag of tags) flights.forget(tag);
      if (tags.length > 0) await renew(tags);
    },
    read: () => ({
      up: redis.status === 'ready' && performance.now() >= restUntilMs,
      entries: null,
      ...counts,
    }),
    async stop() {
      redis.disconnect();
    },
  };
}

/** Entries of a tag stand below it. */
function generationKey(tag: string): string {
  return `${prefix}:${tag}`;
}
