import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionOptions } from '../plan/plan.ts';
import { createEngine } from './create-engine.ts';
import { contractRequest, startContractServer } from './testing/contract-server.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Connections that eight clients of each thread use, which send twice. */
async function connectionsOf(connection: ConnectionOptions | undefined, workers: number): Promise<number> {
  const version = connection?.http ?? 1;
  const server = await startContractServer(version, (_request, response) => void response.end());
  cleanups.push(() => server.stop());
  const address = { to: server.to, proxy: null, tls: null };
  const message =
    connection?.policy.kind === 'per-request' && version === 1 ? { headers: { connection: 'close' } } : {};
  for (let worker = 0; worker < workers; worker += 1) {
    const engine = createEngine(address, connection, () => performance.now(), { worker, workers });
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        let left = 2;
        const client = engine.client(() => {
          left -= 1;
          if (left > 0) client.send(contractRequest(version, message));
          else resolve();
        });
        cleanups.push(() => client.close());
        client.send(contractRequest(version, message));
        await promise;
        expect(client.exchange).toMatchObject({ failure: null, status: 200 });
      }),
    );
  }
  expect(server.requests).toBe(16 * workers);
  return server.connections;
}

describe("a plan's connections", () => {
  const straight = { to: null, proxy: null };
  const perUser = { kind: 'per-user' } as const;
  const perRequest = { kind: 'per-request' } as const;
  const shared = (connections: number) => ({ kind: 'shared', connections }) as const;
  const rows: [string, ConnectionOptions | undefined, number, number][] = [
    ['nothing said', undefined, 1, 8],
    ['per user', { ...straight, http: 1, policy: perUser }, 2, 16],
    ['per request', { ...straight, http: 1, policy: perRequest }, 1, 16],
    ['shared', { ...straight, http: 1, policy: shared(3) }, 1, 3],
    ['shared among threads', { ...straight, http: 1, policy: shared(5) }, 3, 5],
    ['fewer than threads: one each', { ...straight, http: 1, policy: shared(1) }, 2, 2],
    ['HTTP/2 per user', { ...straight, http: 2, policy: perUser }, 1, 8],
    ['HTTP/2 per request', { ...straight, http: 2, policy: perRequest }, 1, 16],
    ['HTTP/2 shared among threads', { ...straight, http: 2, policy: shared(3) }, 2, 3],
  ];
  it.each(rows)('%s', async (_name, connection, workers, expected) => {
    expect(await connectionsOf(connection, workers)).toBe(expected);
  });
});
