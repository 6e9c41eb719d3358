import { afterAll, expect, test } from 'vitest';
import { startLab } from '../lab.ts';
import { describeWith, openTestDatabase } from '../test-database.ts';
import { observeBalancer, observeCache } from './observation.ts';
import { missingOf, witness } from './witness.ts';

const database = await openTestDatabase();
afterAll(() => database?.stop());

describeWith(database, 'what is seen from outside', ({ url: databaseUrl, witness: look }) => {
  test('every request is told of, and an accepted write that is gone is found', async () => {
    const lab = await startLab({ profile: 'tuned', databaseUrl, switches: { cache: 'off' } });
    try {
      const { seen, accepted } = await witness(lab.url, 0.5);
      expect(seen.map(({ kind, outcome }) => `${kind} ${outcome}`).sort()).toEqual([
        ...Array.from({ length: 20 }, () => 'read 200'),
        ...Array.from({ length: 10 }, () => 'write 201'),
      ]);
      expect(accepted).toHaveLength(10);
      expect(await missingOf(lab.url, accepted)).toEqual([]);
      const [first, second] = accepted;
      await look(`DELETE FROM loadline_lab.posts WHERE id = ${first?.id}`);
      await look(`UPDATE loadline_lab.posts SET title = 'another' WHERE id = ${second?.id}`);
      const missing = await missingOf(lab.url, accepted);
      expect(missing).toHaveLength(2);
      expect(missing).toEqual(expect.arrayContaining([first, second]));
      expect(await observeCache(lab.url)).toEqual({
        met: false,
        seen: 'a repeated read reaches the database each time',
      });
    } finally {
      await lab.stop();
    }
  });

  test('a probe sees the cache, and that nothing stands before the API; where nobody answers, each request says so', async () => {
    const lab = await startLab({ profile: 'tuned', databaseUrl, switches: { cache: 'memory' } });
    try {
      expect(await observeCache(lab.url)).toEqual({
        met: true,
        seen: 'a repeated read is answered from the cache; after a write it is new',
      });
      expect(await observeBalancer(lab.url)).toEqual({ met: false, seen: 'nothing stands before the API' });
    } finally {
      await lab.stop();
    }
    const { seen, accepted } = await witness(lab.url, 0.1);
    expect(seen.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'ECONNREFUSED'));
    expect(accepted).toEqual([]);
  });
});
