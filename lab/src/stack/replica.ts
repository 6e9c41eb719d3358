import {
  appendFileSync,
  chownSync,
  copyFileSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { UserIds } from '../database-user.ts';
import { freePort } from '../free-port.ts';
import { type Cluster, connectionStringOf, makeDataDir } from '../postgres-cluster.ts';
import type { StackState } from './state.ts';

const slot = 'loadline_replica';

/**
 * Makes the data folder of a streaming replica from a primary that runs: PostgreSQL's low-level base backup
 * (https://www.postgresql.org/docs/current/continuous-archiving.html), since the embedded PostgreSQL has no pg_basebackup.
 * A replication slot keeps the WAL from before the copy until the replica has it.
 */
export async function makeReplica(state: StackState, primary: Cluster): Promise<Cluster> {
  const folder = join(state.folder, 'replica');
  mkdirSync(folder, { mode: 0o711 });
  const dataDir = join(folder, 'data');
  makeDataDir(dataDir, primary.user);
  const client = new pg.Client({
    connectionString: connectionStringOf(primary),
    application_name: 'loadline-lab-backup',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_create_physical_replication_slot($1, true)', [slot]);
    await client.query("SELECT pg_backup_start('loadline-lab', true)");
    copyFolder(primary.dataDir, dataDir, primary.user);
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    write(join(dataDir, 'backup_label'), rows[0]?.labelfile ?? '', primary.user);
  } finally {
    await client.end();
  }
  write(join(dataDir, 'standby.signal'), '', primary.user);
  const source = `host=127.0.0.1 port=${primary.port} user=lab password=${primary.password} application_name=replica`;
  appendFileSync(
    join(dataDir, 'postgresql.auto.conf'),
    `\nprimary_conninfo = '${source}'\nprimary_slot_name = '${slot}'\n`,
  );
  return { ...primary, folder, dataDir, port: await freePort() };
}

/** What the documentation tells to leave out of a base backup: the server's own state, and WAL that the slot keeps. */
const emptied = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'pg_internal.init']);

/** The primary goes on: a file may be gone when its turn comes, and one that changes is mended by the WAL. */
function copyFolder(from: string, to: string, user: UserIds | undefined): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const target = join(to, entry.name);
    if (entry.isDirectory()) {
      makeDataDir(target, user);
      if (!emptied.has(entry.name)) copyFolder(join(from, entry.name), target, user);
    } else if (entry.isFile() && !leftOut.has(entry.name)) {
      try {
        copyFileSync(join(from, entry.name), target);
        if (user !== undefined) lchownSync(target, user.uid, user.gid);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    }
  }
}

function write(file: string, text: string, user: UserIds | undefined): void {
  writeFileSync(file, text, { mode: 0o600 });
  if (user !== undefined) chownSync(file, user.uid, user.gid);
}
