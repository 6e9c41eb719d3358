import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { serverFault } from '../database-server.ts';
import { endServer } from '../leftovers.ts';
import { type Cluster, connectionStringOf, createCluster, launchCluster } from '../postgres-cluster.ts';
import { identify } from '../process-identity.ts';
import type { Running } from './running.ts';
import type { StackState } from './state.ts';

/** Makes the data folder of a stack's PostgreSQL. */
export function makePostgres(state: StackState, connections: number): Promise<Cluster> {
  const { folder } = state;
  const password = randomBytes(16).toString('hex');
  const made = createCluster({ folder, dataDir: join(folder, 'data'), password, connections });
  return made.catch((error: unknown) => {
    throw serverFault(error, folder);
  });
}

/**
 * Starts the server of a data folder; started again after it died, it recovers and answers at the same address.
 *
 * @throws LabError with the end of its log.
 */
export async function startPostgres(
  state: StackState,
  cluster: Cluster,
  name = 'postgres',
): Promise<Running & { readonly url: string }> {
  try {
    const pid = await launchCluster(cluster, (started) => void state.note(name, started, 'SIGQUIT'));
    const identity = identify(pid);
    return {
      name,
      pid,
      url: connectionStringOf(cluster),
      stop: async () => {
        if (identity !== undefined) await endServer(identity);
      },
    };
  } catch (error) {
    throw serverFault(error, cluster.folder);
  }
}
