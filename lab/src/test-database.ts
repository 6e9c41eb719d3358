import pg from 'pg';
import { describe } from 'vitest';
import { startServer } from './database-server.ts';
import { LabError } from './lab-error.ts';

/** A database for one file of tests. */
export interface TestDatabase {
  readonly url: string;
  /** Runs a statement beside the lab, as a witness. */
  witness(text: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

const connections = 60;

/** A PostgreSQL for tests: the embedded one, else an own database on DATABASE_URL's; `undefined` when there is none. */
export async function openTestDatabase(): Promise<TestDatabase | undefined> {
  try {
    const server = await startServer({ connections });
    return over(server.connectionString, () => server.stop());
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const base = process.env.DATABASE_URL;
    if (base !== undefined && base !== '') return ownDatabaseOn(base);
    if (process.env.LOADLINE_REQUIRE_SERVICES === '1') throw error;
    return undefined;
  }
}

async function ownDatabaseOn(base: string): Promise<TestDatabase> {
  const name = `loadline_lab_test_${process.pid}_${Date.now()}`;
  const admin = over(base, async () => undefined);
  await admin.witness(`CREATE DATABASE ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return over(url.href, async () => {
    await admin.witness(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.stop();
  });
}

function over(url: string, stop: () => Promise<void>): TestDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'witness' });
  pool.on('error', () => undefined);
  return {
    url,
    async witness(text) {
      const result = await pool.query<Record<string, unknown>>(text);
      return result.rows;
    },
    async stop() {
      await pool.end();
      await stop();
    },
  };
}

/** Tests that need the database, or one skipped test that says what to install. */
export function describeWith(
  database: TestDatabase | undefined,
  name: string,
  tests: (database: TestDatabase) => void,
): void {
  if (database !== undefined) describe(name, () => tests(database));
  else {
    describe.skip(`${name} (skipped: needs PostgreSQL, install it with \`npm ci\` or set DATABASE_URL)`, () => {
      tests({ url: '', witness: async () => [], stop: async () => undefined });
    });
  }
}
