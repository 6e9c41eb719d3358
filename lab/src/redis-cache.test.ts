import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Cache } from './cache.ts';
import { createRedisCache } from './redis-cache.ts';
import { startRedis } from './stack/redis.ts';
import { stackStateIn } from './stack/state.ts';
import { describeWithPrograms } from './test-programs.ts';

const codec = {
  encode: (value: string) => JSON.stringify({ value }),
  decode: (text: string) => /^\{"value":"(.*)"\}$/.exec(text)?.[1],
};

describeWithPrograms({ 'redis-server': 'redis-server' }, 'the cache in Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-cache-'));
  let redis: Awaited<ReturnType<typeof startRedis>>;
  const open: Cache<string>[] = [];
  beforeAll(async () => {
    redis = await startRedis(stackStateIn(folder));
  });
  afterEach(async () => {
    for (const cache of open.splice(0)) await cache.stop();
  });
  afterAll(async () => {
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const instance = async (ttlMs = 60_000) => {
    const cache = await createRedisCache({ url: redis.url, ttlMs, codec });
    open.push(cache);
    return cache;
  };
  const never = async () => Promise.reject(new Error('loaded again'));
  const states = async (lookups: readonly Promise<{ state: string }>[]) =>
    (await Promise.all(lookups)).map(({ state }) => state);
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test('what one instance loaded, another finds, with its age', async () => {
    const [one, two] = [await instance(), await instance()];
    expect(await one.lookup('posts', 'a', async () => 'value')).toEqual({
      value: 'value',
      state: 'miss',
      ageMs: 0,
    });
    const found = await two.lookup('posts', 'a', never);
    expect(found).toMatchObject({ value: 'value', state: 'hit' });
    expect(found.ageMs).toBeGreaterThanOrEqual(0);
    expect(found.ageMs).toBeLessThanOrEqual(60_000);
    expect(two.read()).toEqual({ up: true, entries: null, hits: 1, misses: 0, shared: 0, bypassed: 0 });
  });

  test('simultaneous lookups of one key load once', async () => {
    const cache = await instance();
    let loads = 0;
    const load = async () => {
      loads += 1;
      await until(() => cache.read().shared === 2);
      return 'value';
    };
    expect((await states([1, 2, 3].map(() => cache.lookup('users', 'same', load)))).toSorted()).toEqual([
      'miss',
      'shared',
      'shared',
    ]);
    expect(loads).toBe(1);
  });

  test('an invalidation reaches every instance, and one tag only', async () => {
    const [one, two] = [await instance(), await instance()];
    await one.lookup('posts', 'b', async () => 'old');
    await one.lookup('albums', 'b', async () => 'kept');
    await two.invalidate(['posts']);
    expect(await one.lookup('posts', 'b', async () => 'new')).toMatchObject({ value: 'new', state: 'miss' });
    expect(await one.lookup('albums', 'b', never)).toMatchObject({ value: 'kept', state: 'hit' });
  });

  test("a load that began before another instance's invalidation is not kept", async () => {
    const [one, two] = [await instance(), await instance()];
    const before = one.lookup('todos', 'c', async () => {
      await two.invalidate(['todos']);
      return 'old';
    });
    expect((await before).value).toBe('old');
    expect(await two.lookup('todos', 'c', async () => 'new')).toMatchObject({ value: 'new', state: 'miss' });
    expect(await one.lookup('todos', 'c', never)).toMatchObject({ value: 'new', state: 'hit' });
  });

  test('how far a load must have seen comes with an invalidation, goes to every instance, and never back', async () => {
    const [one, two] = [await instance(), await instance()];
    const told = async (key: string) =>
      (await two.lookup('users', key, async (position) => position ?? 'nothing')).value;
    expect(await told('j')).toBe('nothing');
    await one.invalidate(['albums'], '00000000/0000000B');
    expect(await told('k')).toBe('00000000/0000000B');
    await two.invalidate(['posts'], '00000000/0000000A');
    await two.invalidate(['posts']);
    expect(await told('l')).toBe('00000000/0000000B');
  });

  test('an entry ends with its time; a failed load and a text of another are not kept', async () => {
    const cache = await instance(1);
    await cache.lookup('posts', 'd', async () => 'first');
    const again = async () => (await cache.lookup('posts', 'd', async () => 'second')).value === 'second';
    while (!(await again()));
    await expect(cache.lookup('posts', 'e', never)).rejects.toThrow('loaded again');
    const other = await createRedisCache({
      url: redis.url,
      ttlMs: 60_000,
      codec: { encode: (value: string) => value, decode: (text) => text },
    });
    open.push(other);
    await other.lookup('posts', 'f', async () => 'not of this codec');
    expect((await (await instance()).lookup('posts', 'f', async () => 'loaded')).state).toBe('miss');
  });

  test('killed: lookups load, no error; back again: what was written meanwhile is not answered stale', async () => {
    const cache = await instance();
    await cache.lookup('comments', 'g', async () => 'old');
    process.kill(redis.pid, 'SIGKILL');
    const dead = await Promise.all([
      cache.lookup('comments', 'g', async () => 'from the database'),
      cache.lookup('comments', 'h', async () => 'too'),
    ]);
    expect(dead.map(({ value }) => value)).toEqual(['from the database', 'too']);
    await cache.invalidate(['comments']);
    await until(() => !cache.read().up);
    expect((await cache.lookup('comments', 'g', async () => 'new')).state).toBe('bypass');
    redis = await startRedis(stackStateIn(folder), redis.url);
    await until(() => cache.read().up);
    expect((await cache.lookup('comments', 'g', async () => 'new')).state).toBe('miss');
    expect((await cache.lookup('comments', 'g', never)).state).toBe('hit');
  });

  test('hanging: lookups load, and an invalidation that it missed is made up for', async () => {
    const [one, two] = [await instance(), await instance()];
    await one.lookup('photos', 'i', async () => 'old');
    process.kill(redis.pid, 'SIGSTOP');
    await one.invalidate(['photos']);
    expect(await one.lookup('photos', 'i', async () => 'new')).toMatchObject({
      value: 'new',
      state: 'bypass',
    });
    process.kill(redis.pid, 'SIGCONT');
    await until(() => one.read().up);
    expect(await one.lookup('photos', 'i', async () => 'new')).toMatchObject({ value: 'new', state: 'miss' });
    expect(await two.lookup('photos', 'i', never)).toMatchObject({ value: 'new', state: 'hit' });
  });

  test('not there at the start: it is passed by', async () => {
    const cache = await createRedisCache({ url: 'redis://127.0.0.1:1', ttlMs: 1000, codec });
    open.push(cache);
    expect((await cache.lookup('posts', 'a', async () => 'value')).state).toBe('bypass');
    expect(cache.read()).toMatchObject({ up: false, bypassed: 1 });
  });
});
