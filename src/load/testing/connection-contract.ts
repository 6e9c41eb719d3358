import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type ContractBench, type ContractSubject, text } from './contract-bench.ts';
import { type ContractHandler, contractRequest, tlsTo } from './contract-server.ts';

/** What every engine does with its connections. */
export function connectionContract(
  subject: ContractSubject,
  { cleanups, serve, engineFor, caller }: ContractBench,
): void {
  const { version } = subject;

  it('uses a connection again, as far as it is to', async () => {
    const server = await serve((_request, response) => void response.end('x'));
    const { send } = caller(engineFor(server));
    const seen = [await send(), await send(), await send()];
    const again = subject.connections !== 'fresh';
    expect(server.connections).toBe(again ? 1 : 3);
    expect(seen.map(({ exchange }) => exchange.connectedMs > 0)).toEqual([true, !again, !again]);
    expect(seen.map(({ exchange }) => exchange.status)).toEqual([200, 200, 200]);
    const [first, second] = seen;
    expect(second?.exchange.startMs).toBeGreaterThanOrEqual(first?.exchange.endMs ?? Number.NaN);
  });

  const ends: [string, ContractHandler, number, RegExp][] = [
    ['without an answer', () => {}, 0, /without an answer/],
    [
      'within its answer',
      (_request, response) => {
        response.writeHead(200);
        response.write('the begin');
      },
      200,
      /within its answer/,
    ],
  ];
  for (const [when, handler, status, problem] of ends)
    it(`tells that the server closed the connection ${when}, and uses another`, async () => {
      let broken = false;
      const server = await serve((request, response) => {
        if (broken) {
          response.end('well');
          return;
        }
        broken = true;
        handler(request, response);
        setTimeout(() => {
          for (const socket of server.sockets) socket.end();
        }, 30);
      });
      const { send } = caller(engineFor(server));
      const { exchange } = await send();
      expect([exchange.failure, exchange.status, exchange.serverClosed]).toEqual(['reset', status, true]);
      expect(exchange.problem).toMatch(problem);
      const next = await send();
      expect([next.exchange.failure, next.exchange.connectedMs > 0]).toEqual([null, true]);
    });

  it('tells that nobody listens, never within send', async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const bound = probe.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    await new Promise((resolve) => probe.close(resolve));
    const engine = engineFor({ to: { kind: 'tcp', host: '127.0.0.1', port } });
    const { send } = caller(engine);
    const seen = [await send(), await send()];
    expect(seen.map(({ exchange }) => [exchange.failure, exchange.status, exchange.connectedMs])).toEqual([
      ['refused', 0, 0],
      ['refused', 0, 0],
    ]);
    expect([engine.openConnections, engine.connectErrors]).toEqual([0, 2]);
  });

  for (const as of ['timeout', 'aborted'] as const)
    it(`gives an exchange up as ${as}, once, and goes on`, async () => {
      let stalled = 0;
      const server = await serve((request, response) => {
        if (request.url === '/stall') stalled += 1;
        else response.end('well');
      });
      const { client, send } = caller(engineFor(server));
      await send();
      const sent = send({ path: '/stall' });
      await expect.poll(() => stalled).toBe(1);
      client.cancel(as);
      const { exchange } = await sent;
      expect([exchange.failure, exchange.status]).toEqual([as, 0]);
      expect(exchange.endMs).toBeGreaterThanOrEqual(exchange.startMs);
      client.cancel(as);
      expect((await send()).exchange.failure).toBeNull();
    });

  it('gives an exchange up before it is connected', async () => {
    const server = await serve((_request, response) => void response.end());
    const engine = engineFor(server);
    const { client, send } = caller(engine);
    const sent = send();
    client.cancel('aborted');
    expect((await sent).exchange.failure).toBe('aborted');
    expect(engine.openConnections).toBe(0);
    expect((await send()).exchange.failure).toBeNull();
    expect(server.requests).toBe(1);
  });

  it('says nothing more once it is closed, and leaves no connection', async () => {
    let stalled = 0;
    const server = await serve((request, response) => {
      if (request.url === '/stall') stalled += 1;
      else response.end();
    });
    const engine = engineFor(server);
    let ended = 0;
    const all = Array.from({ length: 5 }, () =>
      engine.client(() => {
        ended += 1;
      }),
    );
    for (const client of all) client.send(contractRequest(version, { path: '/stall' }));
    // HTTP/1.1 carries one request a connection at a time, HTTP/2 all of them.
    const { connections } = subject;
    const atOnce = version === 1 && typeof connections === 'object' ? connections.shared : all.length;
    await expect.poll(() => stalled).toBe(atOnce);
    for (const client of all) client.close();
    expect(engine.openConnections).toBe(0);
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(ended).toBe(0);
  });

  it('ends 1,000 requests of 10 clients 1,000 times', async () => {
    const server = await serve((request, response) => {
      request.resume();
      response.end(request.url);
    });
    const engine = engineFor(server);
    const left = { of: 1000 };
    const outcomes: Record<string, number> = {};
    let mostOpen = 0;
    await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const { send } = caller(engine);
        while (left.of > 0) {
          left.of -= 1;
          const target = `/${index}/${left.of}`;
          const { exchange, client } = await send({ path: target }, { keepBody: true });
          const outcome = text(client) === target ? String(exchange.failure ?? exchange.status) : 'mixed up';
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
          mostOpen = Math.max(mostOpen, engine.openConnections);
        }
      }),
    );
    expect(outcomes).toEqual({ '200': 1000 });
    expect(server.requests).toBe(1000);
    const { connections } = subject;
    const expected =
      connections === 'own'
        ? [10, 10]
        : connections === 'fresh'
          ? [1000, 0]
          : [connections.shared, connections.shared];
    expect([server.connections, engine.openConnections]).toEqual(expected);
    expect(mostOpen).toBeLessThanOrEqual(typeof connections === 'object' ? connections.shared : 10);
  });

  it('goes through a Unix socket', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'loadline-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const socketPath = path.join(folder, 's');
    const server = await serve((_request, response) => void response.end('local'), { socketPath });
    const { exchange, client } = await caller(engineFor(server)).send({}, { keepBody: true });
    expect([exchange.failure, text(client)]).toEqual([null, 'local']);
  });

  it('speaks TLS with whom the authority vouches for, and with nobody else', async () => {
    const server = await serve((_request, response) => void response.end('secret'), { tls: true });
    const trusted = await caller(engineFor(server, tlsTo(server.ca))).send({}, { keepBody: true });
    expect([trusted.exchange.failure, text(trusted.client)]).toEqual([null, 'secret']);
    const engine = engineFor(server, tlsTo(null));
    const stranger = await caller(engine).send();
    expect([stranger.exchange.failure, engine.connectErrors]).toEqual(['tls', 1]);
    expect(stranger.exchange.problem).toMatch(/certificate/);
    const unverified = await caller(engineFor(server, tlsTo(null, { verify: false }))).send();
    expect(unverified.exchange.failure).toBeNull();
  });
}
