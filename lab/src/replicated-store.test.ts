import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareDatabase } from './prepared-database.ts';
import { defaultSeed, seedTexts } from './seed.ts';
import { type ServedApi, serveApi } from './served-api.ts';
import { makePostgres, startPostgres } from './stack/postgres.ts';
import { startRedis } from './stack/redis.ts';
import { makeReplica } from './stack/replica.ts';
import { stackStateIn } from './stack/state.ts';
import { tuned } from './switches.ts';
import { describeWith, openTestDatabase } from './test-database.ts';
import { describeWithPrograms } from './test-programs.ts';

/** Only where the embedded server is the one that the tests run on: a replica is made of no other. */
const database = (process.env.DATABASE_URL ?? '') === '' ? await openTestDatabase() : undefined;

describeWithPrograms({ 'redis-server': 'redis-server' }, 'a replica that lags', () => {
  describeWith(database, 'behind two instances that share a cache', (unused) => {
    const folder = mkdtempSync(join(tmpdir(), 'loadline-replica-'));
    const undo: (() => Promise<unknown>)[] = [() => unused.stop()];
    const apis: ServedApi[] = [];
    let replica: pg.Client;
    beforeAll(async () => {
      chmodSync(folder, 0o711);
      const state = stackStateIn(folder);
      const cluster = await makePostgres(state, 20);
      const primary = await startPostgres(state, cluster);
      undo.push(() => primary.stop());
      const rows = seedTexts(defaultSeed);
      const server = { kind: 'embedded', connectionString: primary.url, stop: primary.stop } as const;
      await prepareDatabase(server, tuned, rows, []);
      const copy = await startPostgres(state, await makeReplica(state, cluster), 'postgres-replica');
      undo.push(() => copy.stop());
      const redis = await startRedis(state);
      undo.push(() => redis.stop());
      replica = new pg.Client({ connectionString: copy.url });
      await replica.connect();
      undo.push(() => replica.end());
      for (const instance of [1, 2]) {
        const api = await serveApi(
          {
            switches: { ...tuned, pool: 2, cache: 'redis' },
            port: 0,
            instance,
            databaseUrl: primary.url,
            replicaUrl: copy.url,
            redisUrl: redis.url,
          },
          rows,
        );
        undo.push(() => api.stop());
        apis.push(api);
      }
    });
    afterAll(async () => {
      for (const step of undo.reverse()) await step();
      rmSync(folder, { recursive: true, force: true });
    });

    const read = async (path: string, from: ServedApi | undefined) => {
      const response = await fetch(`${from?.url}${path}`);
      const { title }: { title?: unknown } = Object(await response.json());
      return [response.headers.get('x-cache'), title];
    };
    const write = (id: number, title: string, to: ServedApi | undefined) =>
      fetch(`${to?.url}/posts/${id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ title }),
      });
    /** Statements that an instance sent to the primary. */
    const atPrimary = async (api: ServedApi | undefined) => {
      const stats: unknown = await (await fetch(`${api?.url}/_lab/stats`)).json();
      return Number(Reflect.get(Object(Reflect.get(Object(stats), 'pool')), 'queries'));
    };

    test('what one instance wrote, no other reads or keeps as it was; once replayed, the replica is read again', async () => {
      const [one, two] = apis;
      await read('/posts/1', two);
      const before = await atPrimary(two);
      await read('/posts/2', two);
      expect((await atPrimary(two)) - before, 'the replica answered').toBe(0);

      await replica.query('SELECT pg_wal_replay_pause()');
      const both = await Promise.all([write(1, 'new', one), write(3, 'new too', one)]);
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      const { rows } = await replica.query('SELECT title FROM loadline_lab.posts WHERE id IN (1, 3)');
      expect(
        rows.map((row) => String(row.title)),
        'the replica is behind',
      ).not.toContain('new');

      expect(await read('/posts/1', two)).toEqual(['miss', 'new']);
      expect(await read('/posts/1', one)).toEqual(['hit', 'new']);
      expect(await read('/posts/3', two)).toEqual(['miss', 'new too']);
      expect(await read('/posts/1?_expand=user', two)).toEqual(['miss', 'new']);

      await replica.query('SELECT pg_wal_replay_resume()');
      let id = 10;
      const costs = async () => {
        id += 1;
        const earlier = await atPrimary(two);
        expect((await read(`/posts/${id}`, two))[0]).toBe('miss');
        return (await atPrimary(two)) - earlier;
      };
      while ((await costs()) > 0);
      expect(await costs(), 'and stays there').toBe(0);
      expect((await write(1, 'newest', two)).status).toBe(200);
      expect(await read('/posts/1', one)).toEqual(['miss', 'newest']);
    });
  });
});
