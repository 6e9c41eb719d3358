import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { openCache } from './answer-cache.ts';
import { createApi } from './api.ts';
import { type ConnectionPool, openPool } from './connection-pool.ts';
import { LabError } from './lab-error.ts';
import { readsOnly, replicatedStore } from './replicated-store.ts';
import type { SeedTexts } from './seed.ts';
import { createSign } from './signature.ts';
import { openStatementEvidence } from './statement-evidence.ts';
import { openStore, type Store } from './store.ts';
import type { Switches } from './switches.ts';
import { plantTroubles } from './troubles/planted-troubles.ts';

/** What an API process is given: its switches, and where the components that it uses answer. */
export interface ApiAssignment {
  readonly switches: Switches;
  /** 0 takes a free one. */
  readonly port: number;
  /** 127.0.0.1 unless told; a container is reached from outside. */
  readonly host?: string;
  /** Which of a stack's instances this is, from 1; the label of its metrics. */
  readonly instance: number;
  /** A PostgreSQL with the lab's schema and rows. */
  readonly databaseUrl: string;
  /** Its replica, for reads. */
  readonly replicaUrl: string | null;
  /** The Redis of `cache: 'redis'`. */
  readonly redisUrl: string | null;
}

export interface ServedApi {
  readonly url: string;
  /** Answers what is in flight and lets go of the database. */
  stop(): Promise<void>;
}

const drainLimitMs = 2000;

/**
 * Serves the API from this process over a database that is prepared.
 *
 * @throws LabError when the port is taken or a component does not answer.
 */
export async function serveApi(assignment: ApiAssignment, rows: SeedTexts): Promise<ServedApi> {
  const { switches, databaseUrl, port } = assignment;
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    const pool = await openPool({
      connectionString: databaseUrl,
      size: switches.pool,
      commit: switches.commit,
    });
    undo.push(() => pool.stop());
    const cache = await openCache(switches.cache, assignment.redisUrl);
    undo.push(async () => cache?.stop());
    const store = await openStores(assignment, pool, rows, undo);
    const sign = createSign(randomBytes(16).toString('hex'), switches.eventLoopWork);
    const evidence = openStatementEvidence(databaseUrl, pool.prepared);
    const troubles = await plantTroubles(switches, databaseUrl);
    undo.push(() => troubles.stop());
    const app = createApi({
      troubles,
      switches,
      pool,
      cache,
      store,
      sign,
      evidence,
      instance: assignment.instance,
    });
    undo.push(async () => {
      const impatience = setTimeout(() => app.server.closeAllConnections(), drainLimitMs);
      await app.close();
      clearTimeout(impatience);
    });
    await listen(app, assignment.host ?? '127.0.0.1', port);
    const address = app.server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${address.port}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The database, and its replica for the reads where they write nothing. */
async function openStores(
  { switches, replicaUrl }: ApiAssignment,
  primaryPool: ConnectionPool,
  rows: SeedTexts,
  undo: (() => Promise<void>)[],
): Promise<Store> {
  const primary = openStore(primaryPool, switches, rows);
  if (replicaUrl === null || !readsOnly(switches)) return primary;
  const { pool: size, commit } = switches;
  const replicaPool = await openPool({ connectionString: replicaUrl, size, commit });
  undo.push(() => replicaPool.stop());
  const replica = openStore(replicaPool, switches, rows);
  return replicatedStore({ primary, replica, primaryPool, replicaPool, commit });
}

async function listen(app: ReturnType<typeof createApi>, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'EADDRINUSE' || error.code === 'EACCES')
    ) {
      throw new LabError(
        'port-taken',
        `port ${port} of ${host} cannot be used`,
        'choose another `--port`, or 0',
        error,
      );
    }
    throw error;
  }
}
