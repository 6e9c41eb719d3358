import pg from 'pg';
import { LabError } from './lab-error.ts';
import { schemaName } from './schema.ts';
import type { CommitMode } from './switches.ts';

/** One database connection, as long as a request holds it. */
export interface Connection {
  /** A statement with bound values, prepared once per connection (the first texts). Rows are arrays in the order of the columns. */
  query(text: string, values: readonly unknown[]): Promise<readonly (readonly unknown[])[]>;
  /** A statement without values. */
  run(text: string): Promise<void>;
}

interface PoolReading {
  readonly size: number;
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
  /** Times that a connection was asked for when all were held, since the start. */
  readonly exhausted: number;
  /** What requests waited for a connection in all, since the start. */
  readonly waitedSeconds: number;
  /** Statements sent since the start. */
  readonly queries: number;
}

export interface ConnectionPool {
  /** Holds one connection while `work` runs. */
  hold<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  read(): PoolReading;
  /** The texts of the statements that were prepared so far. */
  prepared(): readonly string[];
  stop(): Promise<void>;
}

/** The longest wait for a flush that `grouped` asks for. */
export const groupCommitDelayMs = 50;

const waitLimitMs = 30_000;
/** Texts that are prepared; clients choose filters and orders, and every connection keeps its prepared statements. */
const preparedLimit = 300;

/**
 * What the session tells PostgreSQL about commits.
 * `grouped` is PostgreSQL's group commit: the first backend that wants its WAL on disk waits `commit_delay`, so that
 * others' commits go with the same flush (https://www.postgresql.org/docs/current/wal-configuration.html).
 */
function commitSettings(mode: CommitMode): Readonly<Record<string, string>> {
  switch (mode) {
    case 'grouped':
      return {
        synchronous_commit: 'on',
        commit_delay: String(groupCommitDelayMs * 1000),
        commit_siblings: '0',
      };
    case 'each':
      return { synchronous_commit: 'on' };
    case 'async':
      return { synchronous_commit: 'off' };
    default:
      return mode satisfies never;
  }
}

export async function openPool(options: {
  connectionString: string;
  size: number;
  commit: CommitMode;
}): Promise<ConnectionPool> {
  const settings = { search_path: schemaName, ...commitSettings(options.commit) };
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.size,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: waitLimitMs,
    application_name: 'loadline-lab',
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  pool.on('error', () => undefined);
  let queries = 0;
  let exhausted = 0;
  let waitedMs = 0;
  const names = new Map<string, string>();

  const nameOf = (text: string): string | undefined => {
    if (!names.has(text) && names.size < preparedLimit) names.set(text, `lab_${names.size}`);
    return names.get(text);
  };

  const connectionOver = (client: pg.PoolClient): Connection => ({
    async query(text, values) {
      queries += 1;
      const name = nameOf(text);
      const result = await client.query<unknown[]>({
        ...(name === undefined ? {} : { name }),
        text,
        values: [...values],
        rowMode: 'array',
      });
      return result.rows;
    },
    async run(text) {
      queries += 1;
      await client.query(text);
    },
  });

  const hold: ConnectionPool['hold'] = async (work) => {
    const askedMs = performance.now();
    if (pool.idleCount === 0 && pool.totalCount >= options.size) exhausted += 1;
    const client = await pool.connect().finally(() => {
      waitedMs += performance.now() - askedMs;
    });
    try {
      const result = await work(connectionOver(client));
      client.release();
      return result;
    } catch (error) {
      client.release(isConnectionLost(error));
      throw error;
    }
  };

  try {
    await openAll(pool, options.size);
  } catch (error) {
    await pool.end();
    throw poolFault(error, options);
  }
  return {
    hold,
    read: () => ({
      size: options.size,
      inUse: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      exhausted,
      waitedSeconds: waitedMs / 1000,
      queries,
    }),
    prepared: () => [...names.keys()],
    stop: () => pool.end(),
  };
}

/** Opens every connection before the first request: logging in is not part of what is measured. */
async function openAll(pool: pg.Pool, size: number): Promise<void> {
  const opened = await Promise.allSettled(Array.from({ length: size }, () => pool.connect()));
  for (const each of opened) if (each.status === 'fulfilled') each.value.release();
  for (const each of opened) if (each.status === 'rejected') throw each.reason;
}

export function poolFault(error: unknown, options: { size: number; commit: CommitMode }): LabError {
  const code = sqlState(error);
  if (code === '42501' && options.commit === 'grouped') {
    return new LabError(
      'commit-not-allowed',
      'this PostgreSQL user may not set commit_delay, which `--commit grouped` needs',
      'use a superuser, or `--commit each`',
      error,
    );
  }
  if (code === '53300') {
    return new LabError(
      'too-many-connections',
      `the PostgreSQL server does not allow ${options.size} connections`,
      'choose a smaller `--pool`, or raise its max_connections',
      error,
    );
  }
  return new LabError(
    'no-database',
    `PostgreSQL cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
    'check DATABASE_URL, or leave it away to use the embedded server',
    error,
  );
}

/** PostgreSQL's five-character error code, if the error came from the server. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

function isConnectionLost(error: unknown): boolean {
  const code = sqlState(error);
  return code === undefined || code.startsWith('08') || code.startsWith('57P');
}
