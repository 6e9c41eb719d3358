import pg from 'pg';
import { openPool, poolFault } from '../connection-pool.ts';
import { createSchema, fillSchema, schemaName } from '../schema.ts';
import type { SeedTexts } from '../seed.ts';

/** The key of the advisory lock under which one of several replicas prepares: "prep" in ASCII. */
const lockKey = 0x70726570;
/** Exists once schema and rows are complete. */
const marker = `${schemaName}.prepared`;

/**
 * Makes schema and rows on a database that several replicas share, unless they are there: the first one does it, the
 * others wait for it. Rows that were written stay. Answers whether it was this one.
 *
 * @throws LabError when the database does not answer.
 */
export async function prepareSharedDatabase(connectionString: string, rows: SeedTexts): Promise<boolean> {
  const client = new pg.Client({ connectionString, application_name: 'loadline-lab-preparation' });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw poolFault(error, { size: 1, commit: 'each' });
  }
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const found = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
      marker,
    ]);
    if (found.rows[0]?.there === true) return false;
    const pool = await openPool({ connectionString, size: 1, commit: 'async' });
    await pool
      .hold(async (connection) => {
        await createSchema(connection, { indexes: true });
        await fillSchema(connection, rows, 'new');
      })
      .finally(() => pool.stop());
    await client.query(`CREATE TABLE ${marker} (at timestamptz NOT NULL DEFAULT now())`);
    return true;
  } finally {
    // The lock goes with the connection.
    await client.end();
  }
}
