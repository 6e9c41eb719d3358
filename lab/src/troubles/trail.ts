import type { Connection } from '../connection-pool.ts';

export const trailTable = 'trail';

/**
 * Looks how often something was asked for, and adds to it. The table has no index and only grows, until `/_lab/reset`:
 * each request searches what all before it left.
 */
export async function followTrail(
  connection: Connection,
  rows: number,
  resource: string,
  id: number | undefined,
): Promise<void> {
  if (rows === 0) return;
  await connection.query(
    `SELECT count(*) FROM ${trailTable} WHERE resource = $1 AND entity IS NOT DISTINCT FROM $2::integer`,
    [resource, id ?? null],
  );
  await connection.query(
    `INSERT INTO ${trailTable} (resource, entity, step) SELECT $1, $2::integer, step FROM generate_series(1, $3::integer) AS step`,
    [resource, id ?? null, rows],
  );
}
