import { Agent, get as httpGet } from 'node:http';
import { expect, test } from 'vitest';
import { openPool } from './connection-pool.ts';
import { isObject } from './document.ts';
import type { Lab } from './lab.ts';
import type { CommitMode } from './switches.ts';
import { describeWith, openTestDatabase } from './test-database.ts';
import { testLabs } from './test-labs.ts';

const database = await openTestDatabase();

describeWith(database, 'each switch is a mechanism', (tested) => {
  const { url, witness } = tested;
  const start = testLabs(tested, { pool: 3, cache: 'off' });
  const read = async (lab: Lab, path: string) => {
    const response = await fetch(lab.url + path);
    return { headers: response.headers, text: await response.text() };
  };
  const stats = async (lab: Lab) => {
    const json: unknown = JSON.parse((await read(lab, '/_lab/stats')).text);
    const part = (name: string) => (isObject(json) && isObject(json[name]) ? json[name] : {});
    return { pool: part('pool'), connections: part('connections'), cache: part('cache') };
  };
  const queriesOf = async (lab: Lab, work: () => Promise<unknown>) => {
    const before = Number((await stats(lab)).pool.queries);
    await work();
    return Number((await stats(lab)).pool.queries) - before;
  };
  const post = (lab: Lab, title = 't', userId = 1) =>
    fetch(`${lab.url}/posts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title, userId }),
    });
  const count = async (table: string) =>
    Number((await witness(`SELECT count(*)::integer AS n FROM loadline_lab.${table}`))[0]?.n);

  test.each([1, 2])('pool %i: no more connections than that, and requests wait', async (pool) => {
    const lab = await start({ pool, auditReads: true, commit: 'grouped' });
    const load = Promise.all(Array.from({ length: 8 }, () => read(lab, '/posts/1')));
    let waited = 0;
    let seen = 0;
    let done = false;
    load.finally(() => {
      done = true;
    });
    while (!done) {
      waited = Math.max(waited, Number((await stats(lab)).pool.waiting));
      const [row] = await witness(
        "SELECT count(*)::integer AS n FROM pg_stat_activity WHERE application_name = 'loadline-lab'",
      );
      seen = Math.max(seen, Number(row?.n));
    }
    await load;
    expect(seen).toBe(pool);
    expect(waited).toBeGreaterThan(0);
    expect((await stats(lab)).pool).toMatchObject({ size: pool, inUse: 0, idle: pool, waiting: 0 });
  });

  test.each([
    [true, 'keep-alive', 1],
    [false, 'close', 5],
  ])(
    'keep-alive %s: answers say %s, five requests take %i connections',
    async (keepAlive, header, connections) => {
      const lab = await start({ keepAlive });
      const ask = (path: string, agent: Agent | false) =>
        new Promise<{ connection: string | undefined; text: string }>((resolve, reject) => {
          httpGet(lab.url + path, { agent }, (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (chunk: string) => {
              text += chunk;
            });
            response.on('end', () => resolve({ connection: response.headers.connection, text }));
          }).on('error', reject);
        });
      /** Over a connection of its own, which it counts too. */
      const accepted = async () => {
        const { connections } = JSON.parse((await ask('/_lab/stats', false)).text) as {
          connections: { accepted: number };
        };
        return connections.accepted;
      };
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const before = await accepted();
      for (let request = 0; request < 5; request += 1) {
        expect((await ask('/_lab/health', agent)).connection).toBe(header);
      }
      agent.destroy();
      expect((await accepted()) - before - 1).toBe(connections);
    },
  );

  test('cache on: the second read does not reach the database, a write does away with it', async () => {
    const lab = await start({ cache: 'memory' });
    const first = await read(lab, '/posts?userId=1&_limit=3');
    expect(first.headers.get('x-cache')).toBe('miss');
    const queries = await queriesOf(lab, async () => {
      const second = await read(lab, '/posts?_limit=3&userId=1');
      expect(second.headers.get('x-cache')).toBe('hit');
      expect(second.headers.get('age')).toBe('0');
      expect(second.headers.get('x-total-count')).toBe('10');
      expect(second.text).toBe(first.text);
    });
    expect(queries).toBe(0);
    await read(lab, '/users');
    await post(lab, 'fresh');
    const third = await read(lab, '/posts?userId=1');
    expect(third.headers.get('x-cache')).toBe('miss');
    expect(third.text).toContain('fresh');
    expect((await read(lab, '/users')).headers.get('x-cache')).toBe('hit');
    await fetch(`${lab.url}/_lab/reset`, { method: 'POST' });
    expect((await read(lab, '/posts?userId=1')).text).not.toContain('fresh');
    const together = () => Promise.all(Array.from({ length: 20 }, () => read(lab, '/comments')));
    expect(await queriesOf(lab, together), 'twenty readers at once').toBe(1);
  });

  test('cache off: every read reaches the database', async () => {
    const lab = await start({ cache: 'off' });
    const queries = await queriesOf(lab, async () => {
      for (let request = 0; request < 3; request += 1) {
        expect((await read(lab, '/posts')).headers.get('x-cache')).toBeNull();
      }
    });
    expect(queries).toBe(3);
  });

  test.each([
    [true, /Index/],
    [false, /Seq Scan/],
  ])("indexes %s: an album's photos are found by %s", async (indexes, expected) => {
    await start({ indexes });
    const plan = await witness('EXPLAIN SELECT * FROM loadline_lab.photos WHERE album_id = 1');
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(expected);
  });

  test('n-plus-one: two more queries for each user, and the same answer', async () => {
    const answers: string[] = [];
    for (const [nPlusOne, expected] of [
      [false, 1],
      [true, 21],
    ] as const) {
      const lab = await start({ nPlusOne });
      const queries = await queriesOf(lab, async () => {
        answers.push((await read(lab, '/users')).text);
      });
      expect(queries).toBe(expected);
      answers.push((await read(lab, '/users/3')).text);
      await lab.stop();
    }
    expect(answers.slice(0, 2)).toEqual(answers.slice(2));
  });

  test.each([
    [true, 2],
    [false, 0],
  ])('audit-reads %s: two reads leave %i rows', async (auditReads, rows) => {
    const lab = await start({ auditReads });
    await read(lab, '/posts');
    await read(lab, '/posts/1');
    expect(await count('activity')).toBe(rows);
    await post(lab);
    expect(await count('activity')).toBe(rows + 1);
  });

  test.each([
    [true, 1],
    [false, 4],
  ])(
    'write-batching %s: the four rows of a write come from %i transactions',
    async (writeBatching, transactions) => {
      const lab = await start({ writeBatching });
      expect((await post(lab)).status).toBe(201);
      const rows = await witness(`
      SELECT xmin::text FROM loadline_lab.posts WHERE id = 101 UNION ALL
      SELECT xmin::text FROM loadline_lab.revisions UNION ALL
      SELECT xmin::text FROM loadline_lab.outbox UNION ALL
      SELECT xmin::text FROM loadline_lab.activity`);
      expect(rows).toHaveLength(4);
      expect(new Set(rows.map(({ xmin }) => xmin)).size).toBe(transactions);
      expect((await post(lab, 't', 99)).status, 'a write that fails leaves nothing').toBe(400);
      expect([await count('revisions'), await count('activity')]).toEqual([1, 1]);
      expect((await stats(lab)).pool).toMatchObject({ inUse: 0, idle: 3 });
    },
  );

  test.each<[CommitMode, string, string]>([
    ['grouped', 'on', '50ms'],
    ['each', 'on', '0'],
    ['async', 'off', '0'],
  ])('commit %s: synchronous_commit %s, commit_delay %s', async (commit, synchronous, delay) => {
    const pool = await openPool({ connectionString: url, size: 1, commit });
    const shown = await pool
      .hold((connection) =>
        connection.query(
          "SELECT name, current_setting(name) FROM pg_settings WHERE name ~ '_commit$|^commit_delay'",
          [],
        ),
      )
      .finally(() => pool.stop());
    const settings = Object.fromEntries(shown.map(([name, value]) => [String(name), value]));
    expect(settings).toMatchObject({
      synchronous_commit: synchronous,
      commit_delay: expect.stringMatching(/^(50000|0)/),
    });
    expect(settings.commit_delay === '0').toBe(delay === '0');
  });
});
