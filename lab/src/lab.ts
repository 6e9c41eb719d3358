import { type DatabaseServer, externalServer, startServer } from './database-server.ts';
import { prepareDatabase } from './prepared-database.ts';
import { defaultSeed, seedTexts } from './seed.ts';
import { serveApi } from './served-api.ts';
import { type Profile, profiles, type Switches } from './switches.ts';
import { dependencyConnections } from './troubles/dependency.ts';

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
        ? await startServer({ connections: switches.pool + dependencyConnections + spareConnections })
        : externalServer(options.databaseUrl);
    undo.push(() => server.stop());
    await prepareDatabase(server, switches, rows, undo);
    const assignment = {
      switches,
      port: options.port ?? 0,
      instance: 1,
      databaseUrl: server.connectionString,
      replicaUrl: options.replicaUrl ?? null,
      redisUrl: options.redisUrl ?? null,
    };
    const api = await serveApi(assignment, rows);
    undo.push(() => api.stop());
    let stopping: Promise<void> | undefined;
    return {
      url: api.url,
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
