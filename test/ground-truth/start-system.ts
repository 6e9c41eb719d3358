import { spawnLab } from '../../lab/src/index.ts';
import { type StartedServer, startNullServer, startServer } from './start-server.ts';
import type { Started } from './system.ts';

/** Starts a system in processes of its own. */
export async function startSystem(started: Started): Promise<StartedServer> {
  switch (started.kind) {
    case 'server':
      return startServer(started.config);
    case 'lab': {
      const lab = await spawnLab({ switches: started.switches });
      return { url: lab.url, pids: [lab.pid], stop: () => lab.stop() };
    }
    case 'null':
      return startNullServer();
    default:
      return started satisfies never;
  }
}
