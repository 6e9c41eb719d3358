import { type Connection, type ConnectionPool, sqlState } from '../connection-pool.ts';
import { RequestFault } from '../request-fault.ts';
import type { UseCount } from './troubles.ts';

/** One row for each resource. */
export const usesTable = 'uses';

/** Holds a connection for a request's statements. */
export type HoldFor = <T>(resource: string, work: (connection: Connection) => Promise<T>) => Promise<T>;

/** PostgreSQL's code for a transaction that must be done again (serialization_failure). */
const doneElsewhere = '40001';
const mostTries = 500;

/** The uses that were counted are exactly the requests that were answered, however they are counted. */
export function countingHold(pool: ConnectionPool, count: UseCount): HoldFor {
  switch (count) {
    case 'off':
      return (_, work) => pool.hold(work);
    case 'row-lock':
    case 'table-lock':
      return (resource, work) =>
        pool.hold((connection) =>
          transaction(connection, 'BEGIN', async () => {
            if (count === 'table-lock') await connection.run(`LOCK TABLE ${usesTable} IN EXCLUSIVE MODE`);
            await connection.query(`UPDATE ${usesTable} SET times = times + 1 WHERE resource = $1`, [
              resource,
            ]);
            return work(connection);
          }),
        );
    case 'optimistic':
      return (resource, work) => pool.hold((connection) => countOptimistically(connection, resource, work));
    default:
      return count satisfies never;
  }
}

/** Reads the count, does the work, and writes the count: if another wrote it in the meantime, all of it again. */
async function countOptimistically<T>(
  connection: Connection,
  resource: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    try {
      return await transaction(connection, 'BEGIN ISOLATION LEVEL SERIALIZABLE', async () => {
        const [row] = await connection.query(`SELECT times FROM ${usesTable} WHERE resource = $1`, [
          resource,
        ]);
        const result = await work(connection);
        await connection.query(`UPDATE ${usesTable} SET times = $2 WHERE resource = $1`, [
          resource,
          Number(row?.[0]) + 1,
        ]);
        return result;
      });
    } catch (error) {
      if (sqlState(error) !== doneElsewhere) throw error;
    }
  }
  throw new RequestFault(503, 'too-much-contention', `another was faster ${mostTries} times`);
}

async function transaction<T>(connection: Connection, begin: string, work: () => Promise<T>): Promise<T> {
  await connection.run(begin);
  try {
    const result = await work();
    await connection.run('COMMIT');
    return result;
  } catch (error) {
    await connection.run('ROLLBACK');
    throw error;
  }
}
