import type { ConnectionOptions } from '../plan/plan.ts';
import type { Address, Engine } from './engine.ts';
import { createHttp1Engine } from './http1/http1-engine.ts';
import { createHttp2Engine } from './http2/http2-engine.ts';
import { shareConnections } from './shared-connections.ts';

/**
 * The engine for what a plan says of connections; `undefined`: HTTP/1.1, a connection a client. `share`: which of how
 * many threads this is; shared connections are dealt out to them, at least one to each. Throws if the certificates that
 * the address names can't be used.
 */
export function createEngine(
  address: Address,
  connection: ConnectionOptions | undefined,
  now: () => number,
  share: { readonly worker: number; readonly workers: number } = { worker: 0, workers: 1 },
): Engine {
  const { http, policy } = connection ?? { http: 1, policy: { kind: 'per-user' } };
  const freshConnections = policy.kind === 'per-request';
  const shared = policy.kind === 'shared' ? dealt(policy.connections, share) : 0;
  if (http === 2) return createHttp2Engine(address, now, { freshConnections, sharedSessions: shared });
  const engine = createHttp1Engine(address, now, { freshConnections });
  return shared === 0 ? engine : shareConnections(engine, shared, now);
}

function dealt(connections: number, { worker, workers }: { worker: number; workers: number }): number {
  return Math.max(1, Math.floor(connections / workers) + (worker < connections % workers ? 1 : 0));
}
