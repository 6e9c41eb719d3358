import type { ConnectionPool } from './connection-pool.ts';
import { RequestFault } from './request-fault.ts';
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
 * was before, nor keeps it in a cache. While the replica does not answer, or is behind a write of this process or of one
 * that told its position by `awaitPosition`, the primary answers the reads.
 *
 * Positions are PostgreSQL's LSNs with all their digits, so that texts compare as they do.
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
  /** The WAL that it has for sure. */
  let replayed = '';
  const awaitPosition = (lsn: string) => {
    if (lsn > replayed && lsn > (behind ?? '')) behind = lsn;
  };
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
    } catch {
      return false;
    }
    if (lsn > replayed) replayed = lsn;
    if (behind !== undefined && behind <= replayed) behind = undefined;
    return true;
  };
  const flushed = () =>
    primaryPool.hold(async (connection) => {
      const [row] = await connection.query(flushedLsn(parts.commit), []);
      return fullLsn(String(row?.[0]));
    });
  const settle = async () => {
    const lsn = await flushed();
    if (behind !== undefined || !(await caughtUp(lsn, catchUpLimitMs))) awaitPosition(lsn);
  };
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work();
      await settle();
      return result;
    } catch (error) {
      // One that failed otherwise may have left some of its rows, or all.
      if (!(error instanceof RequestFault)) await settle().catch(() => undefined);
      throw error;
    }
  };
  const read = async <T>(of: (store: Store) => Promise<T>): Promise<T> => {
    if (behind !== undefined && !(await caughtUp(behind, 0))) return of(primary);
    return of(replica).catch(() => of(primary));
  };
  return {
    list: (resource, query) => read((store) => store.list(resource, query)),
    one: (resource, id, relations) => read((store) => store.one(resource, id, relations)),
    create: (resource, given) => write(() => primary.create(resource, given)),
    change: (resource, id, given) => write(() => primary.change(resource, id, given)),
    remove: (resource, id) => write(() => primary.remove(resource, id)),
    reset: () => write(() => primary.reset()),
    awaitedPosition: () => behind,
    awaitPosition,
  };
}

/** `0/16B3748` as `00000000/016B3748`. */
function fullLsn(lsn: string): string {
  return lsn
    .split('/')
    .map((half) => half.padStart(8, '0'))
    .join('/');
}

/** An asynchronous commit is sent to the replica once it is flushed: an empty message brings that about now. */
function flushedLsn(commit: CommitMode): string {
  return commit === 'async'
    ? "SELECT pg_logical_emit_message(false, 'loadline', '', true)::text"
    : 'SELECT pg_current_wal_flush_lsn()::text';
}
