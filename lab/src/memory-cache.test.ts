import { expect, test } from 'vitest';
import { createMemoryCache } from './memory-cache.ts';

function cacheAt(clock: { ms: number }, entriesPerTag = 10) {
  return createMemoryCache<string>({ ttlMs: 1000, entriesPerTag, nowMs: () => clock.ms });
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test('a fresh entry is a hit with its age; a stale one is loaded again', async () => {
  const clock = { ms: 0 };
  const cache = cacheAt(clock);
  let loads = 0;
  const load = async () => `load ${++loads}`;
  expect(await cache.lookup('posts', 'a', load)).toEqual({ value: 'load 1', state: 'miss', ageMs: 0 });
  clock.ms = 999;
  expect(await cache.lookup('posts', 'a', load)).toEqual({ value: 'load 1', state: 'hit', ageMs: 999 });
  clock.ms = 1000;
  expect(await cache.lookup('posts', 'a', load)).toEqual({ value: 'load 2', state: 'miss', ageMs: 0 });
});

test('simultaneous lookups of one key load once', async () => {
  const cache = cacheAt({ ms: 0 });
  const { opened, open } = gate();
  let loads = 0;
  const load = async () => {
    loads += 1;
    await opened;
    return 'value';
  };
  const lookups = ['a', 'a', 'a', 'b'].map((key) => cache.lookup('posts', key, load));
  open();
  expect((await Promise.all(lookups)).map(({ state }) => state)).toEqual([
    'miss',
    'shared',
    'shared',
    'miss',
  ]);
  expect(loads).toBe(2);
  expect(cache.read()).toEqual({ up: true, entries: 2, hits: 0, misses: 2, shared: 2, bypassed: 0 });
});

test('an invalidation forgets one tag only', async () => {
  const cache = cacheAt({ ms: 0 });
  await cache.lookup('posts', 'a', async () => 'old');
  await cache.lookup('users', 'a', async () => 'kept');
  await cache.invalidate(['posts']);
  expect((await cache.lookup('posts', 'a', async () => 'new')).value).toBe('new');
  expect((await cache.lookup('users', 'a', async () => 'new')).value).toBe('kept');
});

test('a load that began before an invalidation is neither kept nor shared afterwards', async () => {
  const cache = cacheAt({ ms: 0 });
  const { opened, open } = gate();
  const before = cache.lookup('posts', 'a', async () => {
    await opened;
    return 'old';
  });
  await cache.invalidate(['posts']);
  const after = await cache.lookup('posts', 'a', async () => 'new');
  open();
  expect((await before).value).toBe('old');
  expect(after).toEqual({ value: 'new', state: 'miss', ageMs: 0 });
  expect((await cache.lookup('posts', 'a', async () => 'never')).value).toBe('new');
});

test('a failed load is not kept', async () => {
  const cache = cacheAt({ ms: 0 });
  const failing = cache.lookup('posts', 'a', () => Promise.reject(new Error('down')));
  await expect(failing).rejects.toThrow('down');
  expect((await cache.lookup('posts', 'a', async () => 'up')).value).toBe('up');
});

test('the number of entries is bounded', async () => {
  const cache = cacheAt({ ms: 0 }, 3);
  for (let key = 0; key < 50; key += 1) await cache.lookup('posts', String(key), async () => 'value');
  expect(cache.read().entries).toBe(3);
});
