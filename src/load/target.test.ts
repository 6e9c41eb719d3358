import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { ResolvedPlan } from '../plan/plan.ts';
import { reachTarget, TargetUnreachableError } from './target.ts';
import { type HttpVersion, pem, startContractServer } from './testing/contract-server.ts';
import { planTo } from './testing/plan-to.ts';
import { startFalseProxy, startProxy } from './testing/proxy.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(options: { tls?: boolean; socketPath?: string; http?: HttpVersion } = {}) {
  const { http = 1, ...rest } = options;
  const server = await startContractServer(http, (_request, response) => void response.end(), rest);
  cleanups.push(() => server.stop());
  return { server, port: server.to.kind === 'tcp' ? server.to.port : 0 };
}

async function closedPort(): Promise<number> {
  const { server, port } = await serve();
  await server.stop();
  return port;
}

async function failureOf(plan: ResolvedPlan): Promise<{ message: string; hint: string }> {
  const error = await reachTarget(plan).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TargetUnreachableError)) throw new Error(`unexpected: ${String(error)}`);
  return { message: error.message, hint: error.hint };
}

describe('where requests go', () => {
  it('to the target itself', async () => {
    const { port, server } = await serve();
    expect(await reachTarget(await planTo(`http://127.0.0.1:${port}`))).toEqual({
      to: { kind: 'tcp', host: '127.0.0.1', port },
      proxy: null,
      tls: null,
    });
    expect([server.connections, server.requests]).toEqual([1, 0]);
  });

  it("to the plan's connect, with the target's name in TLS", async () => {
    const { port, server } = await serve({ tls: true });
    const plan = await planTo('https://localhost', { to: `127.0.0.1:${port}`, ca: pem('cert') });
    expect(await reachTarget(plan)).toEqual({
      to: { kind: 'tcp', host: '127.0.0.1', port },
      proxy: null,
      tls: { servername: 'localhost', verify: true, ca: pem('cert'), client: null, resume: false },
    });
    expect([server.connections, server.requests]).toEqual([1, 0]);
    const other = await planTo('https://other.test', { to: `127.0.0.1:${port}`, ca: pem('cert') });
    expect((await failureOf(other)).message).toMatch(/certificate was not accepted .*other\.test/);
  });

  it('to a Unix socket, whatever the target is called', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'loadline-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const socketPath = path.join(folder, 's');
    const { server } = await serve({ socketPath });
    const plan = await planTo('http://app.test', { to: `unix:${socketPath}` });
    expect(await reachTarget(plan)).toEqual({
      to: { kind: 'unix', path: socketPath },
      proxy: null,
      tls: null,
    });
    expect(server.connections).toBe(1);
  });

  it('through a tunnel of the proxy', async () => {
    const { port, server } = await serve({ tls: true });
    const proxy = await startProxy('me:p@ss');
    cleanups.push(() => proxy.stop());
    const plan = await planTo(`https://localhost:${port}`, {
      proxy: `http://me:p%40ss@127.0.0.1:${proxy.port}`,
      ca: pem('cert'),
    });
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(await reachTarget(plan)).toMatchObject({
      to: { kind: 'tcp', host: '127.0.0.1', port: proxy.port },
      proxy: { tunnelTo: `localhost:${port}`, authorization },
    });
    expect([proxy.asked, server.connections, server.requests]).toEqual([
      [`CONNECT localhost:${port} ${authorization}`],
      1,
      0,
    ]);
  });

  it('to the proxy as they are, if they are plain', async () => {
    const proxy = await startProxy();
    cleanups.push(() => proxy.stop());
    const plan = await planTo('http://localhost:1', { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(await reachTarget(plan)).toEqual({
      to: { kind: 'tcp', host: '127.0.0.1', port: proxy.port },
      proxy: { tunnelTo: null, authorization: null },
      tls: null,
    });
    expect(proxy.asked).toEqual([]);
  });

  it('tunnels name the usual port, and IPv6 addresses in brackets', async () => {
    const proxy = await startFalseProxy(['HTTP/1.1 503 No\r\n\r\n']);
    cleanups.push(() => proxy.stop());
    const messages: string[] = [];
    for (const target of ['https://localhost', 'https://[::1]:8443'])
      messages.push(
        (await failureOf(await planTo(target, { proxy: `http://127.0.0.1:${proxy.port}` }))).message,
      );
    expect(messages.map((message) => /CONNECT (\S+)/.exec(message)?.[1])).toEqual([
      'localhost:443',
      '[::1]:8443',
    ]);
  });
});

describe('what is said of whom cannot be reached', () => {
  it('the target refuses', async () => {
    const port = await closedPort();
    expect(await failureOf(await planTo(`http://127.0.0.1:${port}`))).toEqual({
      message: `http://127.0.0.1:${port} cannot be reached: the connection was refused`,
      hint: 'Is the server started, and on this port? Name another with --target URL.',
    });
  });

  it('what connect names refuses', async () => {
    const port = await closedPort();
    expect(await failureOf(await planTo('http://app.test', { to: `127.0.0.1:${port}` }))).toEqual({
      message: `http://app.test cannot be reached: 127.0.0.1:${port} refused the connection`,
      hint: "Is the server started there? The plan's connect says where to connect instead of to the target.",
    });
  });

  it('there is no socket', async () => {
    expect(await failureOf(await planTo('http://app.test', { to: 'unix:/nowhere/s' }))).toEqual({
      message: 'http://app.test cannot be reached: there is no socket at unix:/nowhere/s',
      hint: "Is the server started? Does the plan's connect name the socket that it listens on?",
    });
  });

  it('the proxy refuses, whose password is not told', async () => {
    const port = await closedPort();
    for (const target of ['http://localhost:1', 'https://localhost:1'])
      expect(await failureOf(await planTo(target, { proxy: `http://me:secret@127.0.0.1:${port}` }))).toEqual({
        message: `${target} cannot be reached: the proxy at 127.0.0.1:${port} refused the connection`,
        hint: "Is the proxy started, and on this port? Remove the plan's proxy to go straight to the target.",
      });
  });

  const answers: [string, string, string][] = [
    [
      'HTTP/1.1 407 No\r\n\r\n',
      'the proxy answered 407 to CONNECT localhost:1',
      'It wants to know who asks: proxy: http://user:${PROXY_PASSWORD}@host:port.',
    ],
    [
      'HTTP/1.1 403 No\r\n\r\n',
      'the proxy answered 403 to CONNECT localhost:1',
      'It does not let anybody through to this target.',
    ],
    [
      'HTTP/1.1 502 No\r\n\r\n',
      'the proxy answered 502 to CONNECT localhost:1',
      'It cannot reach the target itself.',
    ],
    [
      'nonsense',
      "the proxy's answer to CONNECT: the answer does not start with HTTP/1.",
      'Is it an HTTP proxy that makes tunnels (CONNECT)?',
    ],
  ];
  it.each(answers)('the proxy says %j', async (answer, problem, hint) => {
    const proxy = await startFalseProxy([answer]);
    cleanups.push(() => proxy.stop());
    const plan = await planTo('https://localhost:1', { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(await failureOf(plan)).toEqual({
      message: `https://localhost:1 cannot be reached: ${problem} (127.0.0.1:${proxy.port})`,
      hint,
    });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)("a client's certificate is missing, over %s", async (version) => {
    const server = tls.createServer({
      key: pem('key'),
      cert: pem('cert'),
      ca: pem('client-ca'),
      requestCert: true,
      minVersion: version,
      maxVersion: version,
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const bound = server.address();
    const target = `https://localhost:${typeof bound === 'object' ? bound?.port : 0}`;
    const { message, hint } = await failureOf(await planTo(target, { ca: pem('cert') }));
    expect(message).toMatch(/TLS failed/);
    expect(hint).toMatch(/client's certificate/);
    const clientCertificate = { cert: pem('client'), key: pem('client-key'), passphrase: 'passphrase' };
    const address = await reachTarget(await planTo(target, { ca: pem('cert'), clientCertificate }));
    expect(address.tls?.client).toEqual(clientCertificate);
    const wrong = { ...clientCertificate, passphrase: 'wrong' };
    expect((await failureOf(await planTo(target, { clientCertificate: wrong }))).message).toMatch(
      /the plan's certificates cannot be used/,
    );
  });

  it.each([
    [1, 2],
    [2, 1],
  ] as const)('the server speaks HTTP/%i and the plan says %i', async (http, planned) => {
    const { port } = await serve({ tls: true, http });
    const target = `https://localhost:${port}`;
    const { hint } = await failureOf(await planTo(target, { http: planned, ca: pem('cert') }));
    expect(hint).toMatch(/write http: 1 or http: 2/);
    await reachTarget(await planTo(target, { http, ca: pem('cert') }));
  });
});
