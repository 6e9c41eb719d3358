import type { ConnectionPool } from './connection-pool.ts';
import type { Store } from './store.ts';
import type { CommitMode, Switches } from './switches.ts';

const pollMs = 2;
const catchUpLimitMs = 2000;

/** Reads that write nothing themselves can be answered by a replica. */
export function readsOnly(switches: Switches): boolean {
  return !switches.auditReads && switches.countUses === 'off' && switches.trailRows === 0;
}

/**
 * Reads from the replica, writes to the primary. A write is answered when the replica has it, so that nobody reads what
 * was before, nor keeps it in a cache. While the replica does not answer, or is behind a write of this process, the
 * primary answers the reads.
 */
export function replicatedStore(parts: {
  readonly primary: Store;
  readonly replica: Store;
  readonly primaryPool: ConnectionPool;
  readonly replicaPool: ConnectionPool;
  readonly commit: CommitMode;
}): Store {
  const { primary, replica, primaryPool, replicaPool } = parts;
  /** The WAL that the replica has to have before it is asked. */
  let behind: string | undefined;
  const hasReplayed = (lsn: string) =>
    replicaPool.hold(async (connection) => {
      const [row] = await connection.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn', [lsn]);
      return row?.[0] === true;
    });
  const caughtUp = async (lsn: string, limitMs: number): Promise<boolean> => {
    const until = performance.now() + limitMs;
    try {
      while (!(await hasReplayed(lsn))) {
        if (performance.now() > until) return false;
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
      return true;
    } catch {
      return false;
    }
  };
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = await work();
    const lsn = await primaryPool.hold(async (connection) => {
      const [row] = await connection.query(flushedLsn(parts.commit), []);
      return String(row?.[0]);
    });
    const isBehind = behind !== undefined;
    if (isBehind || !(await caughtUp(lsn, catchUpLimitMs))) behind = lsn;
    return result;
  };
  const read = async <T>(of: (store: Store) => Promise<T>): Promise<T> => {
    if (behind !== undefined) {
      const lsn = behind;
      if (!(await caughtUp(lsn, 0))) return of(primary);
      if (behind === lsn) behind = undefined;
    }
    return of(replica).catch(() => of(primary));
  };
  return {
    list: (resource, query) => read((store) => store.list(resource, query)),
    one: (resource, id) => read((store) => store.one(resource, id)),
    create: (resource, given) => write(() => primary.create(resource, given)),
    change: (resource, id, given) => write(() => primary.change(resource, id, given)),
    remove: (resource, id) => write(() => primary.remove(resource, id)),
    reset: () => write(() => primary.reset()),
  };
}

/** An asynchronous commit is sent to the replica once it is flushed: an empty message brings that about now. */
function flushedLsn(commit: CommitMode): string {
  return commit === 'async'
    ? "SELECT pg_logical_emit_message(false, 'loadline', '', true)::text"
    : 'SELECT pg_current_wal_flush_lsn()::text';
}
