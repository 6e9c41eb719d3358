import type { Cache, Codec } from './cache.ts';
import { isObject } from './document.ts';
import { LabError } from './lab-error.ts';
import { createMemoryCache } from './memory-cache.ts';
import { createRedisCache } from './redis-cache.ts';
import type { Answer } from './routes.ts';
import type { CacheMode } from './switches.ts';

const ttlMs = 5 * 60_000;
const entriesPerTag = 1000;

/**
 * The cache of the API's answers; `undefined` for none.
 *
 * @throws LabError when Redis is chosen and nobody said where. One that does not answer is no fault: it is passed by.
 */
export async function openCache(
  mode: CacheMode,
  redisUrl: string | null,
): Promise<Cache<Answer> | undefined> {
  switch (mode) {
    case 'off':
      return undefined;
    case 'memory':
      return createMemoryCache({ ttlMs, entriesPerTag, nowMs: () => performance.now() });
    case 'redis':
      if (redisUrl !== null) return createRedisCache({ url: redisUrl, ttlMs, codec: answerCodec });
      throw new LabError(
        'no-redis',
        '`--cache redis` needs a Redis',
        'start one with `loadline lab up --cache redis`, or set REDIS_URL',
      );
    default:
      return mode satisfies never;
  }
}

const answerCodec: Codec<Answer> = {
  encode: ({ status, body, total }) => JSON.stringify({ status, body, total }),
  decode(text) {
    try {
      const read: unknown = JSON.parse(text);
      if (!isObject(read)) return undefined;
      const { status, body, total } = read;
      if (typeof status !== 'number' || typeof body !== 'string') return undefined;
      return typeof total === 'number' ? { status, body, total } : { status, body };
    } catch {
      return undefined;
    }
  },
};
