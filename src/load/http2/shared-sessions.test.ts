import http2, { type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Client, Engine, Exchange } from '../engine.ts';
import { contractRequest } from '../testing/contract-server.ts';
import { createHttp2Engine } from './http2-engine.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Target = { readonly server: Http2Server; readonly port: number; sessions: number };

async function serve(
  options: http2.ServerOptions,
  answer: (stream: ServerHttp2Stream, path: string) => void,
): Promise<Target> {
  const server = http2.createServer(options);
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => {
    target.sessions += 1;
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    answer(stream, headers[':path'] ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const target: Target = { server, port: (server.address() as AddressInfo).port, sessions: 0 };
  return target;
}

const engineTo = (port: number, sharedSessions: number): Engine =>
  createHttp2Engine(
    { to: { kind: 'tcp', host: '127.0.0.1', port }, proxy: null, tls: null },
    () => performance.now(),
    {
      freshConnections: false,
      sharedSessions,
    },
  );

/** Sends once; resolves with the exchange. */
function call(
  engine: Engine,
  path: string,
  body: Buffer | null = null,
): { client: Client; over: Promise<Exchange> } {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const client = engine.client(() => resolve({ ...client.exchange }));
  cleanups.unshift(() => client.close());
  client.send(contractRequest(2, { method: body === null ? 'GET' : 'PUT', path, body }));
  return { client, over: promise };
}

describe('sessions that clients share', () => {
  const rows: [string, number, number, number, number][] = [
    ['as many streams as the server allows on one', 1, 2, 30, 2],
    ['so many on each of several', 3, 4, 60, 12],
    ['all at once where the server sets no bound', 1, 500, 200, 200],
  ];
  for (const [what, sharedSessions, maxConcurrentStreams, clients, most] of rows)
    it(`carry ${what}; who finds none free waits, and has not started`, async () => {
      let underWay = 0;
      let peak = 0;
      const answers: (() => void)[] = [];
      const target = await serve({ settings: { maxConcurrentStreams } }, (stream) => {
        underWay += 1;
        peak = Math.max(peak, underWay);
        answers.push(() => {
          underWay -= 1;
          stream.respond({ ':status': 200 });
          stream.end('x');
        });
      });
      const engine = engineTo(target.port, sharedSessions);
      const calls = Array.from({ length: clients }, (_, index) => call(engine, `/${index}`));
      let ended = 0;
      for (const { over } of calls) void over.then(() => (ended += 1));
      while (ended < clients) {
        await expect.poll(() => answers.length).toBe(Math.min(most, clients - ended));
        for (const answer of answers.splice(0)) answer();
        const before = ended;
        await expect.poll(() => ended).toBe(before + Math.min(most, clients - before));
      }
      const seen = await Promise.all(calls.map(({ over }) => over));
      expect(peak).toBe(most);
      expect([target.sessions, engine.openConnections]).toEqual([sharedSessions, sharedSessions]);
      expect(seen.filter(({ connectedMs }) => connectedMs > 0)).toHaveLength(sharedSessions);
      expect(new Set(seen.map(({ failure }) => failure))).toEqual(new Set([null]));
      const [first] = seen;
      const last = seen.at(-1);
      if (clients > most) expect(last?.startMs).toBeGreaterThan(first?.endMs ?? Number.NaN);
    });

  it('carry hundreds of large bodies at once: none is broken off by this side', async () => {
    let bytes = 0;
    const target = await serve({ maxSessionMemory: 1000 }, (stream) => {
      stream.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      stream.on('end', () => stream.respond({ ':status': 200 }, { endStream: true }));
    });
    const engine = engineTo(target.port, 1);
    const body = Buffer.alloc(2 ** 18);
    const seen = await Promise.all(Array.from({ length: 300 }, () => call(engine, '/', body).over));
    expect(new Set(seen.map(({ failure, problem }) => failure ?? problem))).toEqual(new Set(['']));
    expect([bytes, target.sessions]).toEqual([300 * body.length, 1]);
  });

  it('go on when one of their streams is given up, and the server is told', async () => {
    const codes: number[] = [];
    const target = await serve({}, (stream, path) => {
      if (path === '/stall') stream.on('close', () => codes.push(stream.rstCode ?? -1));
      else stream.respond({ ':status': 200 });
      if (path === '/begun') stream.write('begin');
      if (path === '/well') stream.end('well');
    });
    const engine = engineTo(target.port, 1);
    expect((await call(engine, '/well').over).failure).toBeNull();
    const stalled = call(engine, '/stall');
    const begun = call(engine, '/begun');
    await expect.poll(() => begun.client.exchange.status).toBe(200);
    stalled.client.cancel('timeout');
    expect((await stalled.over).failure).toBe('timeout');
    await expect.poll(() => codes).toEqual([8]);
    expect((await call(engine, '/well').over).failure).toBeNull();
    begun.client.cancel('aborted');
    expect([(await begun.over).failure, target.sessions, engine.openConnections]).toEqual(['aborted', 1, 1]);
  });

  it('are left when nothing at all came while a request ran into its time-out', async () => {
    const target = await serve({}, (stream, path) => {
      if (path !== '/well') return;
      stream.respond({ ':status': 200 });
      stream.end('well');
    });
    const engine = engineTo(target.port, 1);
    expect((await call(engine, '/well').over).failure).toBeNull();
    const stalled = call(engine, '/stall');
    await new Promise((resolve) => setTimeout(resolve, 50));
    stalled.client.cancel('timeout');
    expect((await stalled.over).failure).toBe('timeout');
    const next = await call(engine, '/well').over;
    expect([next.failure, next.connectedMs > 0, target.sessions]).toEqual([null, true, 2]);
  });

  it('fail those who wait for them one by one when nobody listens', async () => {
    const target = await serve({}, () => {});
    target.server.close();
    await expect.poll(() => target.server.listening).toBe(false);
    const engine = engineTo(target.port, 2);
    const seen = await Promise.all(Array.from({ length: 20 }, () => call(engine, '/').over));
    expect(seen.map(({ failure }) => failure)).toEqual(Array.from({ length: 20 }, () => 'refused'));
    expect([engine.connectErrors, engine.openConnections]).toEqual([20, 0]);
  });

  it('carry on over new ones when the server leaves, without a failure', async () => {
    let served = 0;
    const target = await serve({ settings: { maxConcurrentStreams: 20 } }, (stream) => {
      served += 1;
      if (served % 100 === 0) stream.session?.close();
      stream.respond({ ':status': 200 });
      stream.end('x');
    });
    const engine = engineTo(target.port, 2);
    const outcomes: Record<string, number> = {};
    let left = 2000;
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const told: { next: (exchange: Exchange) => void } = { next: () => {} };
        const client = engine.client(() => told.next(client.exchange));
        cleanups.unshift(() => client.close());
        while (left > 0) {
          left -= 1;
          const { promise, resolve } = Promise.withResolvers<Exchange>();
          told.next = resolve;
          client.send(contractRequest(2));
          const { failure, status, problem } = await promise;
          const outcome = failure === null ? String(status) : `${failure}: ${problem}`;
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        }
      }),
    );
    expect(outcomes).toEqual({ '200': 2000 });
    expect(served).toBe(2000);
    expect(target.sessions).toBeGreaterThan(10);
  });
});
