import { createServer, type RequestListener } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Plan } from '../plan/plan.ts';
import { type Scouted, scoutingOf } from '../record/scouting.ts';
import { type Scouting, scout, scoutingEvents } from './scout.ts';
import { reachTarget } from './target.ts';
import { planFor } from './testing/plan-for.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function httpServer(handler: RequestListener): Promise<number> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers every request of a connection with the same bytes. */
async function rawServer(answer: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function scouted(
  port: number,
  endpoints: string,
  withinMs?: number,
): Promise<{ scouting: Scouting; plan: Plan }> {
  const plan = await planFor(`
target: http://127.0.0.1:${port}
endpoints:
${endpoints}
load: { users: 1, spawnRate: 10, duration: 1s }
`);
  const address = await reachTarget(plan);
  const scouting = await scout(plan, address, withinMs === undefined ? {} : { withinMs });
  return { scouting, plan: plan.plan };
}

const nothing: Omit<Scouted, 'endpoint'> = {
  status: 200,
  httpVersion: '1.1',
  bodyBytes: 0,
  listLength: null,
  identicalBodies: true,
  etag: null,
  lastModified: null,
  cacheControl: null,
  age: null,
  server: null,
  contentEncoding: null,
  serverTiming: {},
  closes: false,
  retryAfter: null,
  sizeParameters: {},
};

describe('what single requests show', () => {
  it('of lists, validators, Server-Timing and compression, of a real server', async () => {
    const seen: string[] = [];
    const rows = Array.from({ length: 30 }, (_, id) => ({ id }));
    const port = await httpServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      const url = new URL(request.url ?? '', 'http://x');
      const json = (value: unknown, headers: Record<string, string> = {}) =>
        response.writeHead(200, headers).end(JSON.stringify(value));
      switch (url.pathname) {
        case '/cut': {
          const limit = Math.min(25, Number(url.searchParams.get('per_page') ?? 20));
          return json({ total: 30, items: rows.slice(0, limit) }, { etag: 'W/"v1"', age: '7' });
        }
        case '/whole':
          return json(rows, {
            'server-timing': 'db;dur=12.5, app;desc="a, b;dur=9";dur=14',
            'cache-control': 'no-store',
          });
        case '/packed': {
          const body = zlib.gzipSync(JSON.stringify(rows));
          return response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
        }
        case '/time':
          return json({ at: process.hrtime.bigint().toString() });
        case '/busy':
          return response.writeHead(503, { 'retry-after': '3', connection: 'close' }).end();
        default:
          return json({ path: url.pathname }, { 'last-modified': 'Tue, 10 Feb 2026 12:00:00 GMT' });
      }
    });
    const { scouting, plan } = await scouted(
      port,
      `
  - GET /cut
  - GET /whole
  - GET /packed
  - GET /time
  - GET /busy
  - { request: 'GET /posts/{id}', data: { id: 3..9 } }
  - HEAD /one
  - { request: POST /posts, body: { a: 1 } }
`,
    );
    const length = (value: unknown) => JSON.stringify(value).length;
    const told = scouting.answers.map(({ server: _server, ...one }) => ({ ...one, server: null }));
    expect(told).toEqual([
      {
        ...nothing,
        endpoint: 0,
        bodyBytes: expect.any(Number),
        listLength: 20,
        etag: 'W/"v1"',
        age: 7,
        sizeParameters: { per_page: 1 },
        sizeLengths: { 1: 1, 10: 10, 50: 25, 100: 25 },
      },
      {
        ...nothing,
        endpoint: 1,
        bodyBytes: expect.any(Number),
        listLength: 30,
        cacheControl: 'no-store',
        serverTiming: { db: 12.5, app: 14 },
      },
      { ...nothing, endpoint: 2, bodyBytes: expect.any(Number), listLength: 30, contentEncoding: 'gzip' },
      { ...nothing, endpoint: 3, bodyBytes: expect.any(Number), identicalBodies: false },
      { ...nothing, endpoint: 4, status: 503, retryAfter: '3', closes: true },
      {
        ...nothing,
        endpoint: 5,
        bodyBytes: length({ path: '/posts/3' }),
        lastModified: 'Tue, 10 Feb 2026 12:00:00 GMT',
      },
      {
        ...nothing,
        endpoint: 6,
        bodyBytes: expect.any(Number),
        identicalBodies: null,
        lastModified: 'Tue, 10 Feb 2026 12:00:00 GMT',
      },
    ]);
    const sent = [...scouting.sent.values()].reduce((sum, count) => sum + count, 0);
    expect(sent).toBe(seen.length);
    expect(seen.filter((line) => line.startsWith('POST'))).toEqual([]);
    const events = scoutingEvents(scouting, { plan }, 0);
    expect([...scoutingOf({ events }).values()]).toEqual(scouting.answers);
    expect(events.at(-1)?.text).toContain(`before the load ${sent} single requests were sent: `);
  });

  it('an unknown parameter that a server takes for a filter is none that bounds the list', async () => {
    const port = await httpServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      const [filter] = [...url.searchParams.keys()].filter((name) => name !== '_limit');
      const limit = Number(url.searchParams.get('_limit') ?? 40);
      const rows = filter === undefined ? Array.from({ length: 40 }, (_, id) => ({ id })) : [];
      response.end(JSON.stringify(rows.slice(0, limit)));
    });
    const { scouting } = await scouted(port, '  - GET /posts');
    expect(scouting.answers[0]?.sizeParameters).toEqual({ _limit: 1 });
    expect(scouting.answers[0]?.sizeLengths).toEqual({ 1: 1, 10: 10, 50: 40, 100: 40 });
  });

  it.each<[string, string, Partial<Scouted> | null]>([
    ['no HTTP at all', 'what?\r\n\r\n', null],
    [
      'a list that never ends',
      `HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[1,2,3,4,`,
      { listLength: null, bodyBytes: 9 },
    ],
    [
      'control characters and endless texts in headers',
      `HTTP/1.1 200 OK\r\netag: "${'e'.repeat(2000)}"\r\nserver: a\tb\r\nage: -3\r\nserver-timing: __proto__;dur=3, ,;dur=4, x;dur=1e9, y;dur=5\r\ncontent-length: 2\r\n\r\n[]`,
      { etag: null, server: null, age: null, serverTiming: { y: 5 }, listLength: 0 },
    ],
    [
      'nesting beyond all measure',
      `HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n${'['.repeat(100_000)}`,
      { listLength: null, bodyBytes: 100_000 },
    ],
  ])('is bounded where the answer is %s', async (_name, answer, expected) => {
    const port = await rawServer((socket) => socket.write(answer));
    const { scouting } = await scouted(port, '  - GET /x', 1000);
    if (expected === null) expect(scouting.answers).toEqual([]);
    else expect(scouting.answers[0]).toMatchObject(expected);
  });

  it('leaves out who never answers, and keeps the others', async () => {
    const port = await httpServer((request, response) => {
      if (request.url !== '/never') response.end('{}');
    });
    const { scouting } = await scouted(port, '  - GET /never\n  - GET /ok', 400);
    expect(scouting.answers.map(({ endpoint }) => endpoint)).toEqual([1]);
    expect([...scouting.sent]).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});
