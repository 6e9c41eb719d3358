import type { FastifyInstance } from 'fastify';
import { addAdmission } from './admission.ts';
import { startComputer } from './computation.ts';
import { startDependency } from './dependency.ts';
import { startStalls } from './stalls.ts';
import type { Troubles } from './troubles.ts';

/** The troubles that run beside the database's, as the API meets them. Those that are off cost nothing. */
export interface PlantedTroubles {
  /** To be called before any other hook is added. */
  addTo(app: FastifyInstance): void;
  /** Before a resource is read. */
  beforeRead(resource: string, id: number | undefined): Promise<void>;
  /** Before an answer is sent. */
  beforeAnswer(body: string): Promise<void>;
  stop(): Promise<void>;
}

/** The resource whose reading another service must have entered. */
const registered = 'users';

/** @throws LabError when the slow dependency cannot be started. */
export async function plantTroubles(troubles: Troubles, databaseUrl: string): Promise<PlantedTroubles> {
  const { computeRounds, dependencyCommits } = troubles;
  const dependency =
    dependencyCommits > 0 ? await startDependency(databaseUrl, dependencyCommits) : undefined;
  const computer = computeRounds > 0 ? startComputer(computeRounds) : undefined;
  const stalls = startStalls(troubles.stalls);
  return {
    addTo(app) {
      addAdmission(app, troubles, () => performance.now());
      if (stalls === undefined) return;
      app.addHook('onResponse', async (request, reply) => {
        stalls.note(`${request.method} ${request.routeOptions.url ?? '(no route)'}`, reply.elapsedTime);
      });
    },
    async beforeRead(resource, id) {
      if (resource === registered) await dependency?.enter(resource, id);
    },
    async beforeAnswer(body) {
      await computer?.compute(body);
    },
    async stop() {
      await stalls?.stop();
      await computer?.stop();
      await dependency?.stop();
    },
  };
}
