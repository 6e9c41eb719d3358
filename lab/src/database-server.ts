import { randomBytes } from 'node:crypto';
import { LabError } from './lab-error.ts';
import { clearLeftovers, endServer, serverOf, takeBerth } from './leftovers.ts';
import { connectionStringOf, createCluster, launchCluster, logOf } from './postgres-cluster.ts';

/** A PostgreSQL that the lab may use. */
export interface DatabaseServer {
  readonly kind: 'embedded' | 'external';
  readonly connectionString: string;
  stop(): Promise<void>;
}

export function externalServer(connectionString: string): DatabaseServer {
  return { kind: 'external', connectionString, stop: async () => undefined };
}

/** Starts a PostgreSQL of its own: in a new folder, on a free port of 127.0.0.1, with a random password. */
export async function startServer(options: { connections: number }): Promise<DatabaseServer> {
  await clearLeftovers();
  const berth = takeBerth();
  const { folder, dataDir } = berth;
  const stop = async () => {
    const server = serverOf(dataDir);
    if (server !== undefined) await endServer(server);
  };
  try {
    const password = randomBytes(16).toString('hex');
    const cluster = await createCluster({ folder, dataDir, password, connections: options.connections });
    await launchCluster(cluster, () => undefined);
    return {
      kind: 'embedded',
      connectionString: connectionStringOf(cluster),
      async stop() {
        await stop();
        berth.leave();
      },
    };
  } catch (error) {
    await stop();
    const fault = serverFault(error, folder);
    berth.leave();
    throw fault;
  }
}

/** What to tell when the embedded server did not start, with the end of its log. */
export function serverFault(error: unknown, folder: string): LabError {
  if (error instanceof LabError) return error;
  return new LabError(
    'no-embedded-postgres',
    `the embedded PostgreSQL did not start: ${error instanceof Error ? error.message : String(error)}${logOf(folder)}`,
    'run `npm ci` again, or set DATABASE_URL to a PostgreSQL that may be used',
    error,
  );
}
