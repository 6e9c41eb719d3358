import { expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { describeWith, openTestDatabase } from '../test-database.ts';
import { testLabs } from '../test-labs.ts';
import type { UseCount } from './troubles.ts';

const database = await openTestDatabase();

describeWith(database, 'each trouble is a mechanism', (tested) => {
  const { witness } = tested;
  const start = testLabs(tested, { pool: 6, cache: 'off' });
  const together = (count: number, ask: (index: number) => Promise<Response>) =>
    Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
  const statuses = (answers: readonly Response[]) => answers.map(({ status }) => status);
  const rows = async (text: string) => (await witness(text)).map((row) => Object.values(row).map(Number));
  const queriesOf = async (lab: Lab, work: () => Promise<unknown>) => {
    const queries = async () => {
      const { pool } = (await (await fetch(`${lab.url}/_lab/stats`)).json()) as { pool: { queries: number } };
      return pool.queries;
    };
    const before = await queries();
    await work();
    return (await queries()) - before;
  };
  const post = (lab: Lab, userId = 1) =>
    fetch(`${lab.url}/posts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 't', userId }),
    });

  const times =
    "SELECT times::integer FROM loadline_lab.uses WHERE resource IN ('posts', 'users') ORDER BY resource";
  const lockWaits =
    "SELECT count(*)::integer AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'loadline-lab'";
  /** Whether a read of the resource waits as long as the witness holds the lock. */
  const isHeldUp = async (lab: Lab, resource: string, lock: string) => {
    await witness('BEGIN');
    await witness(lock);
    let answered = false;
    const answer = fetch(`${lab.url}/${resource}/1`).finally(() => {
      answered = true;
    });
    let waits = 0;
    while (!answered && waits === 0) waits = (await rows(lockWaits))[0]?.[0] ?? 0;
    await witness('COMMIT');
    expect((await answer).status).toBe(200);
    return waits > 0;
  };
  const rowOfPosts = "UPDATE loadline_lab.uses SET times = times WHERE resource = 'posts'";
  const wholeTable = 'LOCK TABLE loadline_lab.uses IN SHARE MODE';

  test.each<[UseCount, boolean, string, readonly boolean[]]>([
    ['row-lock', false, rowOfPosts, [true, false]],
    ['table-lock', true, wholeTable, [true, true]],
    ['optimistic', true, rowOfPosts, [true, false]],
  ])(
    'count-uses %s: every use is counted once, a failed one is not, and who holds the lock holds up others',
    async (countUses, writeBatching, lock, heldUp) => {
      const lab = await start({ countUses, writeBatching });
      const alone = await queriesOf(lab, () => fetch(`${lab.url}/posts/1`));
      const cost = await queriesOf(lab, async () => {
        const reads = await together(19, () => fetch(`${lab.url}/posts/1`));
        expect(new Set(statuses(reads))).toEqual(new Set([200]));
      });
      if (countUses === 'optimistic') expect(cost, 'overtaken: all of it again').toBeGreaterThan(19 * alone);
      else expect(cost).toBe(19 * alone);
      const writes = await together(10, () => post(lab));
      expect(new Set(statuses(writes))).toEqual(new Set([201]));
      expect((await fetch(`${lab.url}/users`)).status).toBe(200);
      expect((await post(lab, 99)).status).toBe(400);
      expect(await rows(times)).toEqual([[30], [1]]);
      expect(await rows('SELECT count(*)::integer FROM loadline_lab.posts')).toEqual([[110]]);
      expect(
        await rows(
          'SELECT count(DISTINCT xmin::text)::integer AS commits, count(*)::integer FROM loadline_lab.revisions',
        ),
      ).toEqual([[10, 10]]);
      expect([await isHeldUp(lab, 'posts', lock), await isHeldUp(lab, 'users', lock)]).toEqual(heldUp);
      await fetch(`${lab.url}/_lab/reset`, { method: 'POST' });
      expect(await rows(times)).toEqual([[0], [0]]);
    },
  );

  test('dependency-commits: another process enters each step of a reading of users, durably, and of nothing else', async () => {
    const lab = await start({ dependencyCommits: 3 });
    expect(statuses(await together(2, (index) => fetch(`${lab.url}/users/${index + 1}`)))).toEqual([
      200, 200,
    ]);
    await fetch(`${lab.url}/users`);
    await fetch(`${lab.url}/posts/1?_expand=user`);
    await fetch(`${lab.url}/posts/1?_embed=comments`);
    expect(
      await rows(
        'SELECT step, count(*)::integer AS n, count(entity)::integer AS entities FROM loadline_lab.accesses GROUP BY step ORDER BY step',
      ),
    ).toEqual([
      [1, 4, 2],
      [2, 4, 2],
      [3, 4, 2],
    ]);
    expect(
      await rows(
        'SELECT count(DISTINCT xmin::text)::integer FROM loadline_lab.accesses WHERE entity IS NULL',
      ),
      'each step is a transaction',
    ).toEqual([[6]]);
    const [session] = await rows(
      "SELECT count(*)::integer FROM pg_stat_activity WHERE application_name = 'loadline-lab'",
    );
    expect(session, "the pool's and one of the service").toEqual([7]);
    await lab.stop();
    // A backend ends a moment after its client.
    const sessions = "SELECT count(*)::integer FROM pg_stat_activity WHERE application_name = 'loadline-lab'";
    while ((await rows(sessions))[0]?.[0] !== 0);
  });

  test('trail-rows: each request leaves as many, reset does away with them', async () => {
    const lab = await start({ trailRows: 7 });
    await fetch(`${lab.url}/posts/1`);
    await fetch(`${lab.url}/posts`);
    await post(lab);
    const trail = 'SELECT count(*)::integer AS n, count(entity)::integer AS entities FROM loadline_lab.trail';
    expect(await rows(trail)).toEqual([[21, 14]]);
    const plan = await witness("EXPLAIN SELECT count(*) FROM loadline_lab.trail WHERE resource = 'posts'");
    expect(JSON.stringify(plan)).toContain('Seq Scan');
    await fetch(`${lab.url}/_lab/reset`, { method: 'POST' });
    expect(await rows(trail)).toEqual([[0, 0]]);
  });

  test('shed-above: as many as that are taken, the rest gets 503 at once, and the lab itself answers', async () => {
    const lab = await start({ shedAbove: 2, countUses: 'row-lock' });
    await witness('BEGIN');
    await witness("UPDATE loadline_lab.uses SET times = times WHERE resource = 'posts'");
    const taken = [fetch(`${lab.url}/posts/1`), fetch(`${lab.url}/posts/2`)];
    let inside = 0;
    while (inside < 2) {
      const [row] = await rows(
        "SELECT count(*)::integer FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
      );
      inside = row?.[0] ?? 0;
    }
    const beyond = await together(3, () => fetch(`${lab.url}/posts/3`));
    expect(beyond.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(
      Array.from({ length: 3 }, () => [503, '1']),
    );
    expect((await fetch(`${lab.url}/_lab/health`)).status).toBe(200);
    await witness('COMMIT');
    expect(statuses(await Promise.all(taken))).toEqual([200, 200]);
    expect((await fetch(`${lab.url}/posts/3`)).status, 'there is room again').toBe(200);
  });

  test('admit-rate: what is beyond gets 429 with Retry-After; compute-rounds: an answer costs so much processor', async () => {
    const lab = await start({ admitRate: 1, computeRounds: 20 });
    const before = process.cpuUsage();
    const first = await fetch(`${lab.url}/posts/1`);
    const { user, system } = process.cpuUsage(before);
    expect(first.status).toBe(200);
    expect((user + system) / 1000, 'milliseconds of 20 derivations').toBeGreaterThan(20);
    const [, second] = await together(2, () => fetch(`${lab.url}/posts/1`));
    expect([second?.status, second?.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await second?.json()).toEqual({
      error: 'rate-limited',
      message: 'at most 1 requests per second are taken',
      faults: [],
    });
  });
});
