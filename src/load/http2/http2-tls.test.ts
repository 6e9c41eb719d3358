import { createServer } from 'node:http';
import http2, { type SecureServerOptions } from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo, type Server } from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Address, Exchange, TlsTo } from '../engine.ts';
import { contractRequest, pem, tlsTo } from '../testing/contract-server.ts';
import { createHttp2Engine } from './http2-engine.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listening(server: Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  for (const event of ['sessionError', 'tlsClientError']) server.on(event, () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** So many requests of one client, a new connection for each. */
async function exchanges(address: Omit<Address, 'to'> & { port: number }, requests = 1): Promise<Exchange[]> {
  const { port, proxy, tls: secure } = address;
  const engine = createHttp2Engine(
    { to: { kind: 'tcp', host: '127.0.0.1', port }, proxy, tls: secure },
    () => performance.now(),
    { freshConnections: true },
  );
  const seen: Exchange[] = [];
  for (let i = 0; i < requests; i += 1) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const client = engine.client(resolve);
    client.send(contractRequest(2));
    await promise;
    seen.push(client.exchange);
    client.close();
  }
  return seen;
}

const secure = { key: pem('key'), cert: pem('cert') };
const trusting = (more: Partial<TlsTo> = {}): TlsTo => tlsTo(secure.cert, more);

describe('a server that does not speak HTTP/2', () => {
  const rows: [string, () => Server, TlsTo | null, string, RegExp][] = [
    [
      'over TLS, only HTTP/1.1',
      () => https.createServer(secure),
      trusting(),
      'tls',
      /does not speak HTTP\/2: it refused the protocol h2 in the TLS handshake/,
    ],
    [
      'over TLS, without ALPN',
      () => tls.createServer(secure),
      trusting(),
      'tls',
      /does not speak HTTP\/2: it chose no protocol in the TLS handshake/,
    ],
    ['over TCP, only HTTP/1.1', () => createServer(), null, 'malformed', /does not speak HTTP\/2/],
    [
      'over TCP, something else',
      () => net.createServer((socket) => socket.end('220 mail.test ESMTP\r\n')),
      null,
      'malformed',
      /does not speak HTTP\/2/,
    ],
    [
      'over TCP, nothing',
      () => net.createServer((socket) => socket.end()),
      null,
      'reset',
      /without an answer/,
    ],
  ];
  for (const [what, make, to, failure, problem] of rows)
    it(`(${what}) is told from one that does`, async () => {
      const port = await listening(make());
      const [seen] = await exchanges({ port, proxy: null, tls: to });
      expect([seen?.failure, seen?.status]).toEqual([failure, 0]);
      expect(seen?.problem).toMatch(problem);
    });
});

describe('TLS', () => {
  const serve = async (options: SecureServerOptions, reused: boolean[] = []): Promise<number> => {
    const server = http2.createSecureServer({ ...secure, ...options }, (_request, response) => {
      response.end('secret');
    });
    server.on('secureConnection', (socket: tls.TLSSocket) => reused.push(socket.isSessionReused()));
    return await listening(server);
  };

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    for (const resume of [true, false])
      it(`${resume ? 'takes up' : 'does not take up'} earlier sessions, as asked (${version})`, async () => {
        const reused: boolean[] = [];
        const port = await serve({ maxVersion: version }, reused);
        const seen = await exchanges({ port, proxy: null, tls: trusting({ resume }) }, 3);
        expect(seen.map(({ failure }) => failure)).toEqual([null, null, null]);
        expect(reused).toEqual([false, resume, resume]);
      });

  it('shows the certificate that the server asks for', async () => {
    const port = await serve({ requestCert: true, rejectUnauthorized: true, ca: secure.cert });
    const client = { ...secure, passphrase: null };
    const [shown] = await exchanges({ port, proxy: null, tls: trusting({ client }) });
    expect(shown?.failure).toBeNull();
    const [without] = await exchanges({ port, proxy: null, tls: trusting() });
    expect(without?.failure).toBe('tls');
  });

  it('asks for the name that it was given, and holds the certificate to it', async () => {
    const port = await serve({});
    const [seen] = await exchanges({ port, proxy: null, tls: trusting({ servername: 'other.test' }) });
    expect([seen?.failure, seen?.problem]).toEqual(['tls', expect.stringMatching(/other\.test/)]);
  });

  it('goes through the tunnel of a proxy', async () => {
    const port = await serve({});
    const asked: (string | undefined)[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url);
      const through = net.connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 fine\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      for (const end of [through, socket]) end.on('error', () => {});
    });
    const hop = { tunnelTo: 'localhost:443', authorization: null };
    const [seen] = await exchanges({ port: await listening(proxy), proxy: hop, tls: trusting() });
    expect([seen?.failure, seen?.status, asked]).toEqual([null, 200, ['localhost:443']]);
  });
});
