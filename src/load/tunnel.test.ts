import { afterEach, describe, expect, it } from 'vitest';
import type { Address, Engine } from './engine.ts';
import { createHttp1Engine } from './http1/http1-engine.ts';
import { contractBench } from './testing/contract-bench.ts';
import { tlsTo } from './testing/contract-server.ts';
import { startFalseProxy, startProxy } from './testing/proxy.ts';

const subject = {
  name: 'HTTP/1.1',
  version: 1,
  connections: 'own',
  make: (address: Address, now: () => number) => createHttp1Engine(address, now),
} as const;
const { serve, caller } = contractBench(subject);
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function through(port: number, tunnelTo: string | null, more: Partial<Address> = {}): Engine {
  const proxy = { tunnelTo, authorization: null };
  return createHttp1Engine({ to: { kind: 'tcp', host: '127.0.0.1', port }, proxy, tls: null, ...more }, () =>
    performance.now(),
  );
}

async function proxyFor(credentials: string | null = null): ReturnType<typeof startProxy> {
  const proxy = await startProxy(credentials);
  cleanups.push(() => proxy.stop());
  return proxy;
}

const portOf = (to: Address['to']): number => (to.kind === 'tcp' ? to.port : 0);

describe('a tunnel', () => {
  it('carries TLS to the target, and is used again', async () => {
    const server = await serve((request, response) => void response.end(request.url), { tls: true });
    const proxy = await proxyFor();
    const authority = `localhost:${portOf(server.to)}`;
    const engine = through(proxy.port, authority, { tls: tlsTo(server.ca) });
    const { send, client } = caller(engine);
    const bodies: string[] = [];
    for (const path of ['/a', '/b', '/c']) {
      const { exchange } = await send({ path }, { keepBody: true });
      expect([exchange.failure, exchange.status]).toEqual([null, 200]);
      bodies.push(client.body().toString());
    }
    expect([bodies, proxy.asked, server.connections, engine.openConnections]).toEqual([
      ['/a', '/b', '/c'],
      [`CONNECT ${authority}`],
      1,
      1,
    ]);
    client.close();
    await expect.poll(() => [proxy.sockets.size, server.sockets.size]).toEqual([0, 0]);
  });

  it('carries plain bytes, longer than one read', async () => {
    const large = 'x'.repeat(300_000);
    const server = await serve((_request, response) => void response.end(large));
    const proxy = await proxyFor();
    const { send, client } = caller(through(proxy.port, `localhost:${portOf(server.to)}`));
    for (let i = 0; i < 3; i += 1) {
      expect((await send({}, { keepBody: true })).exchange.failure).toBeNull();
      expect(client.body().toString() === large).toBe(true);
    }
    expect(server.connections).toBe(1);
  });

  it('shows the proxy who asks', async () => {
    const server = await serve((_request, response) => void response.end(), { tls: true });
    const proxy = await proxyFor('me:secret');
    const tunnelTo = `localhost:${portOf(server.to)}`;
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    const engine = through(proxy.port, null, {
      proxy: { tunnelTo, authorization },
      tls: tlsTo(server.ca),
    });
    expect((await caller(engine).send()).exchange.failure).toBeNull();
    expect(proxy.asked).toEqual([`CONNECT ${tunnelTo} ${authorization}`]);
  });

  it('is refused to somebody unknown: unreachable, with the status of the proxy', async () => {
    const proxy = await proxyFor('me:secret');
    const engine = through(proxy.port, 'localhost:1', { tls: tlsTo(null) });
    const { exchange } = await caller(engine).send();
    expect([exchange.failure, exchange.status, exchange.problem, engine.connectErrors]).toEqual([
      'unreachable',
      0,
      'the proxy answered 407 to CONNECT localhost:1',
      1,
    ]);
  });

  it('does not hide whose certificate it is', async () => {
    const server = await serve((_request, response) => void response.end(), { tls: true });
    const proxy = await proxyFor();
    const engine = through(proxy.port, `localhost:${portOf(server.to)}`, {
      tls: tlsTo(server.ca, { servername: 'other.test' }),
    });
    const { exchange } = await caller(engine).send();
    expect([exchange.failure, exchange.problem]).toEqual(['tls', expect.stringMatching(/other\.test/)]);
  });

  const answers: readonly {
    name: string;
    pieces: string[];
    ends?: true;
    failure: string;
    problem: string | RegExp;
  }[] = [
    {
      name: 'refused with a body',
      pieces: ['HTTP/1.1 503 No\r\ncontent-length: 4\r\n\r\nbusy'],
      failure: 'unreachable',
      problem: 'the proxy answered 503 to CONNECT localhost:1',
    },
    {
      name: 'a redirect',
      pieces: ['HTTP/1.1 302 Found\r\nlocation: /login\r\n\r\n'],
      failure: 'unreachable',
      problem: 'the proxy answered 302 to CONNECT localhost:1',
    },
    {
      name: 'bytes after the answer',
      pieces: ['HTTP/1.1 200 OK\r\n\r\nhello'],
      failure: 'malformed',
      problem: 'the proxy sent bytes of its own into the tunnel',
    },
    {
      name: 'bytes of a body that a 2xx to CONNECT has not',
      pieces: ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'],
      failure: 'malformed',
      problem: 'the proxy sent bytes of its own into the tunnel',
    },
    {
      name: 'bytes after the answer, later: no TLS',
      pieces: ['HTTP/1.1 200 OK\r\n\r\n', 'hello, this is no TLS record'],
      failure: 'tls',
      problem: /./,
    },
    {
      name: 'another protocol',
      pieces: ['SSH-2.0-OpenSSH_9.2p1\r\n'],
      failure: 'malformed',
      problem: "the proxy's answer to CONNECT: the answer does not start with HTTP/1.",
    },
    {
      name: 'two lengths',
      pieces: ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\ncontent-length: 0\r\n\r\n'],
      failure: 'malformed',
      problem: "the proxy's answer to CONNECT: the answer has two Content-Length headers",
    },
    {
      name: 'an endless head',
      pieces: [`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}`],
      failure: 'malformed',
      problem: "the proxy's answer to CONNECT: the headers are longer than 65536 bytes",
    },
    {
      name: 'a closed connection',
      pieces: ['HTTP/1.1 2'],
      ends: true,
      failure: 'reset',
      problem: 'the proxy closed the connection without an answer to CONNECT',
    },
  ];
  it.each(answers)('with an answer that is $name: $failure', async ({ pieces, ends, failure, problem }) => {
    const proxy = await startFalseProxy(pieces, ends);
    cleanups.push(() => proxy.stop());
    const engine = through(proxy.port, 'localhost:1', { tls: tlsTo(null) });
    const { exchange } = await caller(engine).send();
    expect([exchange.failure, engine.connectErrors, engine.openConnections]).toEqual([failure, 1, 0]);
    if (typeof problem === 'string') expect(exchange.problem).toBe(problem);
    else expect(exchange.problem).toMatch(problem);
    await expect.poll(() => proxy.sockets.size).toBe(0);
  });

  it('is granted in pieces, interim answers first, with the version of old proxies', async () => {
    const server = await serve((_request, response) => void response.end(), { tls: true });
    const good = await proxyFor();
    // TLS goes on with whoever granted the tunnel, so only the handshake's failure shows that it was begun.
    const proxy = await startFalseProxy(['HTTP/1.1 100 Go on\r\n\r\nHTTP/1.0 20', '0 OK\r\n\r', '\n'], true);
    cleanups.push(() => proxy.stop());
    const { exchange } = await caller(through(proxy.port, 'localhost:1', { tls: tlsTo(null) })).send();
    expect(exchange.failure).toBe('tls');
    const tunnelled = through(good.port, `localhost:${portOf(server.to)}`, { tls: tlsTo(server.ca) });
    expect((await caller(tunnelled).send()).exchange.failure).toBeNull();
  });

  it('is given up in time: while the proxy says nothing, and while the target does', async () => {
    const mute = await startFalseProxy([]);
    const silent = await startFalseProxy(['HTTP/1.1 200 OK\r\n\r\n']);
    for (const proxy of [mute, silent]) {
      cleanups.push(() => proxy.stop());
      const engine = through(proxy.port, 'localhost:1', { tls: tlsTo(null) });
      const { client, send } = caller(engine);
      const sent = send();
      await expect.poll(() => proxy.sockets.size).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      client.cancel('timeout');
      expect((await sent).exchange.failure).toBe('timeout');
      expect([engine.openConnections, engine.connectErrors]).toEqual([0, 1]);
      await expect.poll(() => proxy.sockets.size).toBe(0);
    }
  });
});

describe('a proxy without a tunnel', () => {
  it('takes absolute URLs', async () => {
    const server = await serve(
      (request, response) => void response.end(`${request.url} ${request.headers.host}`),
    );
    const proxy = await proxyFor();
    const { send, client } = caller(through(proxy.port, null));
    const authority = `localhost:${portOf(server.to)}`;
    const url = `http://${authority}/a?b`;
    for (let i = 0; i < 2; i += 1) {
      expect((await send({ path: url, authority }, { keepBody: true })).exchange.failure).toBeNull();
      expect(client.body().toString()).toBe(`/a?b ${authority}`);
    }
    expect([proxy.asked, proxy.sockets.size]).toEqual([[`GET ${url}`, `GET ${url}`], 1]);
  });

  it('tells that nobody listens there', async () => {
    const proxy = await startFalseProxy([]);
    await proxy.stop();
    const seen = [];
    for (const tunnelTo of [null, 'localhost:1'])
      seen.push((await caller(through(proxy.port, tunnelTo)).send()).exchange.failure);
    expect(seen).toEqual(['refused', 'refused']);
  });
});
