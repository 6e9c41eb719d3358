import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createApi } from './api.ts';
import { openPool } from './connection-pool.ts';
import { type DatabaseServer, externalServer, startServer } from './database-server.ts';
import { claimDatabase } from './exclusive-use.ts';
import { LabError } from './lab-error.ts';
import { createSchema, dropSchema, fillSchema } from './schema.ts';
import { defaultSeed, type SeedTexts, seedTexts } from './seed.ts';
import { createSign } from './signature.ts';
import { openStore } from './store.ts';
import { type Profile, profiles, type Switches } from './switches.ts';

export interface LabOptions {
  /** Where the switches start from; `baseline` unless told. */
  readonly profile?: Profile;
  /** Switches that differ from the profile. */
  readonly switches?: Partial<Switches>;
  /** On 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** Of the rows; the same seed gives the same answers. */
  readonly seed?: number;
  /** A PostgreSQL to use in place of the embedded one; the lab keeps to its own schema there. */
  readonly databaseUrl?: string;
  /** The Redis of `cache: 'redis'`. */
  readonly redisUrl?: string;
  /** A replica of the database, for reads. */
  readonly replicaUrl?: string;
  /** Which of a stack's instances this is, from 1; the label of its metrics. */
  readonly instance?: number;
}

export interface LabConfig extends Switches {
  readonly profile: Profile;
  readonly seed: number;
  readonly database: DatabaseServer['kind'];
}

export interface Lab {
  readonly url: string;
  /** The process that serves. */
  readonly pid: number;
  readonly config: LabConfig;
  /** Answers what is in flight, ends the database and removes its folder. May be called twice. */
  stop(): Promise<void>;
}

/** Connections beyond the pool's: the lab's own at start and stop, and someone who looks. */
const spareConnections = 12;
const drainLimitMs = 2000;

/**
 * Starts the reference API in this process, over a PostgreSQL of its own.
 *
 * @throws LabError with a remedy when there is no database to be had, or the port is taken.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const profile = options.profile ?? 'baseline';
  const switches: Switches = { ...profiles[profile], ...options.switches };
  const seed = options.seed ?? defaultSeed;
  const rows = seedTexts(seed);
  const undo: (() => Promise<void>)[] = [];
  const unwind = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    const server =
      options.databaseUrl === undefined
        ? await startServer({ connections: switches.pool + spareConnections })
        : externalServer(options.databaseUrl);
    undo.push(() => server.stop());
    await prepare(server, switches, rows, undo);
    const pool = await openPool({
      connectionString: server.connectionString,
      size: switches.pool,
      commit: switches.commit,
    });
    undo.push(() => pool.stop());
    const store = openStore(pool, switches, rows);
    const sign = createSign(randomBytes(16).toString('hex'), switches.eventLoopWork);
    const app = createApi({ switches, pool, store, sign });
    undo.push(async () => {
      const impatience = setTimeout(() => app.server.closeAllConnections(), drainLimitMs);
      await app.close();
      clearTimeout(impatience);
    });
    await listen(app, options.port ?? 0);
    const { port } = app.server.address() as AddressInfo;
    let stopping: Promise<void> | undefined;
    return {
      url: `http://127.0.0.1:${port}`,
      pid: process.pid,
      config: { profile, ...switches, seed, database: server.kind },
      stop() {
        stopping ??= unwind();
        return stopping;
      },
    };
  } catch (error) {
    await unwind();
    throw error;
  }
}

/** Schema and rows, over a connection that commits at once; on another's server the schema goes at the end. */
async function prepare(
  server: DatabaseServer,
  switches: Switches,
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
    await createSchema(connection, switches);
    await fillSchema(connection, rows, 'new');
  });
}

async function listen(app: ReturnType<typeof createApi>, port: number): Promise<void> {
  try {
    await app.listen({ host: '127.0.0.1', port });
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'EADDRINUSE' || error.code === 'EACCES')
    ) {
      throw new LabError(
        'port-taken',
        `port ${port} of 127.0.0.1 cannot be used`,
        'choose another `--port`, or 0',
        error,
      );
    }
    throw error;
  }
}
