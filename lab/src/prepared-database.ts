import { openPool } from './connection-pool.ts';
import type { DatabaseServer } from './database-server.ts';
import { claimDatabase } from './exclusive-use.ts';
import { createSchema, dropSchema, fillSchema } from './schema.ts';
import type { SeedTexts } from './seed.ts';

/** Schema and rows, over a connection that commits at once; on another's server the schema goes at the end. */
export async function prepareDatabase(
  server: DatabaseServer,
  options: { indexes: boolean },
  rows: SeedTexts,
  undo: (() => Promise<void>)[],
): Promise<void> {
  const { connectionString } = server;
  const once = async (work: Parameters<Awaited<ReturnType<typeof openPool>>['hold']>[0]) => {
    const pool = await openPool({ connectionString, size: 1, commit: 'async' });
    await pool.hold(work).finally(() => pool.stop());
  };
  if (server.kind === 'external') {
    undo.push(await claimDatabase(connectionString));
    undo.push(() => once(dropSchema));
  }
  await once(async (connection) => {
    if (server.kind === 'embedded')
      await connection.run('CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public');
    await createSchema(connection, options);
    await fillSchema(connection, rows, 'new');
  });
}
