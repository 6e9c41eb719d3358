import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Address, Client, Exchange, WireRequest } from '../engine.ts';
import { createHttp1Engine } from './http1-engine.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const text = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
const request: WireRequest = {
  data: text,
  headEnd: text.length - 2,
  bytes: text.length,
  head: false,
  keepBody: false,
  keepHead: false,
  message: null,
};
const tcp = (port: number): Address => ({
  to: { kind: 'tcp', host: '127.0.0.1', port },
  proxy: null,
  tls: null,
});
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

type Bench = {
  port: number;
  /** Requests of each connection that was accepted. */
  asked: number[];
  /** The client's sockets, in the order of their making. */
  sockets: net.Socket[];
};

/** A server that answers every request, and a watch on the sockets that are made to it. */
async function bench(): Promise<Bench> {
  const asked: number[] = [];
  const server = net.createServer((socket) => {
    const index = asked.push(0) - 1;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      const requests = bytes.toString('latin1').split('\r\n\r\n').length - 1;
      asked[index] = (asked[index] ?? 0) + requests;
      socket.write(answer.repeat(requests));
    });
    cleanups.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => server.close());
  const sockets: net.Socket[] = [];
  const connect = net.connect;
  vi.spyOn(net, 'connect').mockImplementation(((...args: Parameters<typeof connect>) => {
    const socket = connect(...args);
    sockets.push(socket);
    return socket;
  }) as typeof connect);
  return { port: (server.address() as AddressInfo).port, asked, sockets };
}

/** One client that sends again after each answer, `between` having been called once the second waits to be written. */
async function twice(port: number, between: (client: Client) => void): Promise<{ seen: Exchange[] }> {
  const engine = createHttp1Engine(tcp(port), () => performance.now());
  const seen: Exchange[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const client: Client = engine.client(() => {
    seen.push({ ...client.exchange });
    if (seen.length === 1) {
      client.send(request);
      between(client);
    } else resolve();
  });
  cleanups.push(() => client.close());
  client.send(request);
  await promise;
  return { seen };
}

describe('a request that follows an answer', () => {
  it('goes over the same connection, and starts after that answer', async () => {
    const { port, asked } = await bench();
    const { seen } = await twice(port, () => {});
    expect(seen.map(({ status, failure }) => [status, failure])).toEqual([
      [200, null],
      [200, null],
    ]);
    expect(asked).toEqual([2]);
    const [first, second] = seen;
    expect(second?.startMs).toBeGreaterThanOrEqual(first?.endMs ?? Number.NaN);
    expect(second?.connectedMs).toBe(0);
  });

  it('is not sent if it is given up before it was written', async () => {
    const { port, asked } = await bench();
    const { seen } = await twice(port, (client) => client.cancel('aborted'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen[1]?.failure).toBe('aborted');
    expect(seen[1]?.startMs).toBe(seen[1]?.endMs);
    expect(asked).toEqual([1]);
  });

  const ends: [string, (socket: net.Socket | undefined) => void][] = [
    ['is closed', (socket) => socket?.emit('end')],
    [
      'is reset',
      (socket) => socket?.emit('error', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })),
    ],
  ];
  for (const [what, end] of ends)
    it(`goes over a new connection if the old one ${what} before it was written`, async () => {
      const { port, asked, sockets } = await bench();
      const { seen } = await twice(port, () => end(sockets[0]));
      expect(seen.map(({ status, failure }) => [status, failure])).toEqual([
        [200, null],
        [200, null],
      ]);
      expect(asked).toEqual([1, 1]);
      expect(seen[1]?.connectedMs).toBeGreaterThan(0);
    });

  it('is not sent after the client was closed', async () => {
    const { port, asked } = await bench();
    const engine = createHttp1Engine(tcp(port), () => performance.now());
    let ended = 0;
    const closed = Promise.withResolvers<void>();
    const client: Client = engine.client(() => {
      ended += 1;
      client.send(request);
      client.close();
      closed.resolve();
    });
    client.send(request);
    await closed.promise;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([ended, asked, engine.openConnections]).toEqual([1, [1], 0]);
  });
});
