import type { ConnectionOptions } from '../plan/plan.ts';
import type { Address, Engine } from './engine.ts';
import { createHttp1Engine } from './http1/http1-engine.ts';
import { createHttp2Engine } from './http2/http2-engine.ts';
import { shareConnections } from './shared-connections.ts';

/**
 * The engine for what a plan says of connections; `undefined`: HTTP/1.1, a connection a client. Throws if the
 * certificates that the address names can't be used.
 */
export function createEngine(
  address: Address,
  connection: ConnectionOptions | undefined,
  now: () => number,
): Engine {
  const { http, policy } = connection ?? { http: 1, policy: { kind: 'per-user' } };
  const freshConnections = policy.kind === 'per-request';
  if (http === 2) {
    const sharedSessions = policy.kind === 'shared' ? policy.connections : 0;
    return createHttp2Engine(address, now, { freshConnections, sharedSessions });
  }
  const engine = createHttp1Engine(address, now, { freshConnections });
  return policy.kind === 'shared' ? shareConnections(engine, policy.connections, now) : engine;
}
