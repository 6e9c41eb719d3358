import pg from 'pg';
import { poolFault } from './connection-pool.ts';
import { LabError } from './lab-error.ts';

/** The key of the advisory lock that a lab holds on another's database: "lab" in ASCII. */
const lockKey = 0x6c6162;

/** Makes sure that no other lab works on the same database; answers how to let go. */
export async function claimDatabase(connectionString: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString, application_name: 'loadline-lab-owner' });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw poolFault(error, { size: 1, commit: 'each' });
  }
  const result = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [lockKey]);
  if (result.rows[0]?.held === true) return () => client.end();
  await client.end();
  throw new LabError(
    'database-in-use',
    'another lab uses this database',
    'stop it, or give each its own database in DATABASE_URL',
  );
}
