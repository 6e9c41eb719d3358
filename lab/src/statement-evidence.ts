import pg from 'pg';

/** One statement of the API as PostgreSQL counted it. */
interface StatementReading {
  readonly text: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly rows: number;
  /** 8 KiB blocks found in PostgreSQL's buffers, and read from outside of them. */
  readonly blocksHit: number;
  readonly blocksRead: number;
}

export type StatementEvidence =
  | { readonly available: true; readonly statements: readonly StatementReading[] }
  | { readonly available: false; readonly because: string };

const missing = 'this PostgreSQL does not have pg_stat_statements loaded';
const limitMs = 5000;
/** pg_stat_statements puts `$n` where a statement has a constant. */
const constants = "\\$\\d+|'[^']*'|NULL|(?<![a-z_])\\d+";

/**
 * What pg_stat_statements holds of the given texts, the costliest first; of others' statements on the same server nothing.
 * It goes over a connection of its own, so that a pool that is exhausted can be looked into. One reading at a time: who
 * asks meanwhile gets the same.
 */
export function openStatementEvidence(
  connectionString: string,
  texts: () => readonly string[],
): () => Promise<StatementEvidence> {
  let reading: Promise<StatementEvidence> | undefined;
  return () => {
    reading ??= readEvidence(connectionString, texts()).finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

async function readEvidence(connectionString: string, texts: readonly string[]): Promise<StatementEvidence> {
  const client = new pg.Client({
    connectionString,
    application_name: 'loadline-lab-evidence',
    connectionTimeoutMillis: limitMs,
    query_timeout: limitMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const found = await client.query<{ place: string }>(
      `SELECT quote_ident(nspname) AS place FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
       WHERE extname = 'pg_stat_statements'`,
    );
    const place = found.rows[0]?.place;
    if (place === undefined) return { available: false, because: missing };
    const { rows } = await client.query<StatementReading>(
      `SELECT query AS text, sum(calls)::float8 AS calls, sum(total_exec_time) AS "totalMs",
         sum(total_exec_time) / sum(calls)::float8 AS "meanMs", sum(rows)::float8 AS rows,
         sum(shared_blks_hit)::float8 AS "blocksHit", sum(shared_blks_read)::float8 AS "blocksRead"
       FROM ${place}.pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND regexp_replace(query, $2, '?', 'g') = ANY($1) AND calls > 0
       GROUP BY query ORDER BY 3 DESC, 1`,
      [texts.map((text) => text.replaceAll(new RegExp(constants, 'g'), '?')), constants],
    );
    return { available: true, statements: rows };
  } catch (error) {
    // 55000: the extension is there, the library is not loaded. Anything else: the server is away or says no.
    const loaded = !(error instanceof pg.DatabaseError && error.code === '55000');
    return { available: false, because: loaded && error instanceof Error ? error.message : missing };
  } finally {
    await client.end().catch(() => undefined);
  }
}
