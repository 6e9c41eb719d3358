import { afterAll, expect, test } from 'vitest';
import { isObject } from './document.ts';
import { startLab } from './lab.ts';
import { openStatementEvidence } from './statement-evidence.ts';
import { describeWith, openTestDatabase } from './test-database.ts';

const database = await openTestDatabase();

describeWith(database, 'what PostgreSQL says of the statements', ({ url, witness, stop }) => {
  afterAll(stop);

  test('N+1 is seen: 20 statements more for a list of 10 users; nothing of others', async () => {
    await witness('DROP EXTENSION IF EXISTS pg_stat_statements');
    const lab = await startLab({
      databaseUrl: url,
      profile: 'tuned',
      switches: { pool: 2, cache: 'off', nPlusOne: true },
    });
    try {
      const read = async (): Promise<unknown> => (await fetch(`${lab.url}/_lab/statements`)).json();
      expect(await read()).toEqual({
        available: false,
        because: expect.stringContaining('pg_stat_statements'),
      });
      await witness('CREATE EXTENSION pg_stat_statements SCHEMA public');
      await witness('SELECT pg_stat_statements_reset()');
      await fetch(`${lab.url}/users`);
      const evidence = await read();
      const all = isObject(evidence) && Array.isArray(evidence.statements) ? evidence.statements : [];
      const statements: readonly Record<string, unknown>[] = all.filter(isObject);
      const counted = statements.map(({ text, calls, rows }) => [
        String(text).replace(/^SELECT .* FROM /, ''),
        calls,
        rows,
      ]);
      expect(counted.toSorted()).toEqual([
        ['addresses WHERE id = $1', 10, 10],
        ['companies WHERE id = $1', 10, 10],
        ['users ORDER BY users.id LIMIT $1 OFFSET $2', 1, 10],
      ]);
      expect(statements[0]).toMatchObject({
        totalMs: expect.any(Number),
        meanMs: expect.any(Number),
        blocksHit: expect.any(Number),
        blocksRead: expect.any(Number),
      });
    } finally {
      await lab.stop();
    }
  });

  test('a server that is away: not available, and why', async () => {
    const evidence = openStatementEvidence('postgres://u:p@127.0.0.1:1/x', () => []);
    expect(await evidence()).toEqual({ available: false, because: expect.stringContaining('ECONNREFUSED') });
  });
});
