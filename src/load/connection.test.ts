import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { TlsTo } from './engine.ts';
import { createHttp1Engine } from './http1/http1-engine.ts';
import { contractBench } from './testing/contract-bench.ts';
import { pem, tlsTo } from './testing/contract-server.ts';

const { caller } = contractBench({
  name: 'HTTP/1.1',
  version: 1,
  connections: 'own',
  make: (address, now) => createHttp1Engine(address, now),
});
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function listening(server: net.Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  cleanups.push(() => server.close());
  // A server that listens on TCP has such an address.
  return (server.address() as AddressInfo).port;
}

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

type Handshake = { resumed: boolean; peer: string | undefined; protocol: string | null; name: unknown };

/** A TLS server that tells of each handshake. */
async function secureServer(
  options: tls.TlsOptions,
): Promise<{ port: number; handshakes: Handshake[]; server: tls.Server }> {
  const handshakes: Handshake[] = [];
  const server = tls.createServer({ key: pem('key'), cert: pem('cert'), ...options }, (socket) => {
    handshakes.push({
      resumed: socket.isSessionReused(),
      peer: socket.getPeerCertificate().subject?.CN?.toString(),
      protocol: socket.getProtocol(),
      name: 'servername' in socket ? socket.servername : undefined,
    });
    cleanups.push(() => socket.destroy());
    socket.on('error', () => {});
    socket.on('data', () => socket.write(answer));
  });
  server.on('tlsClientError', () => {});
  return { port: await listening(server), handshakes, server };
}

function secureEngine(port: number, secure: TlsTo, freshConnections = false) {
  const address = { to: { kind: 'tcp', host: '127.0.0.1', port }, proxy: null, tls: secure } as const;
  return createHttp1Engine(address, () => performance.now(), { freshConnections });
}

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

describe.each(versions)("a client's certificate over %s", (version) => {
  const asks: tls.TlsOptions = {
    requestCert: true,
    rejectUnauthorized: true,
    ca: pem('client-ca'),
    minVersion: version,
    maxVersion: version,
  };
  const client = { cert: pem('client'), key: pem('client-key'), passphrase: 'passphrase' };

  it('shows who asks', async () => {
    const { port, handshakes } = await secureServer(asks);
    const engine = secureEngine(port, tlsTo(pem('cert'), { client }));
    expect((await caller(engine).send()).exchange.failure).toBeNull();
    expect(handshakes).toEqual([{ resumed: false, peer: 'loadline', protocol: version, name: 'localhost' }]);
  });

  it('is missed: a failure of TLS, whenever the server says so', async () => {
    const { port, handshakes } = await secureServer(asks);
    const engine = secureEngine(port, tlsTo(pem('cert')));
    const { exchange } = await caller(engine).send();
    expect([exchange.failure, exchange.status, engine.openConnections]).toEqual(['tls', 0, 0]);
    expect(exchange.problem).toMatch(/alert/);
    expect(handshakes).toEqual([]);
  });
});

describe('certificates that are none', () => {
  const rows: [string, Partial<TlsTo>][] = [
    ['a wrong passphrase', { client: { cert: pem('client'), key: pem('client-key'), passphrase: 'no' } }],
    ["another's key", { client: { cert: pem('client'), key: pem('key'), passphrase: null } }],
    ['no certificate', { client: { cert: 'nonsense', key: pem('key'), passphrase: null } }],
  ];
  it.each(rows)('%s: no engine is made', (_name, more) => {
    expect(() => secureEngine(1, tlsTo(null, more))).toThrow();
  });
});

describe.each(versions)('sessions over %s', (version) => {
  const only = { minVersion: version, maxVersion: version };
  it.each([
    [true, [false, true, true]],
    [false, [false, false, false]],
  ])('are taken up, by all clients: %s', async (resume, expected) => {
    const { port, handshakes } = await secureServer(only);
    const engine = secureEngine(port, tlsTo(pem('cert'), { resume }), true);
    for (const { send } of [caller(engine), caller(engine), caller(engine)])
      expect((await send()).exchange.failure).toBeNull();
    expect(handshakes.map(({ resumed }) => resumed)).toEqual(expected);
  });

  it('that the server forgot are made anew', async () => {
    const { port, handshakes, server } = await secureServer(only);
    const { send } = caller(secureEngine(port, tlsTo(pem('cert'), { resume: true }), true));
    for (const forgets of [false, false, true, false]) {
      if (forgets) server.setTicketKeys(Buffer.alloc(48, 1));
      expect((await send()).exchange.failure).toBeNull();
    }
    expect(handshakes.map(({ resumed }) => resumed)).toEqual([false, true, false, true]);
  });
});

describe('whose certificate it must be', () => {
  const rows: [string, Partial<TlsTo>, string | null][] = [
    ["the target's name", { servername: 'localhost' }, null],
    ["the target's address", { servername: '127.0.0.1' }, null],
    ['not that of where it connects', { servername: 'other.test' }, 'tls'],
    ['no address but the right one', { servername: '127.0.0.2' }, 'tls'],
    ['anybody, if nothing is verified', { servername: 'other.test', verify: false }, null],
  ];
  it.each(rows)('%s', async (_name, more, failure) => {
    const { port, handshakes } = await secureServer({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    const { exchange } = await caller(secureEngine(port, tlsTo(pem('cert'), more))).send();
    expect(exchange.failure).toBe(failure);
    if (failure === null)
      expect(handshakes[0]?.name).toBe(more.servername === '127.0.0.1' ? false : more.servername);
  });
});

describe('IPv6', () => {
  const has = Object.values(os.networkInterfaces()).some((all) =>
    all?.some(({ address }) => address === '::1'),
  );
  it.skipIf(!has)('is an address like another', async () => {
    const server = http.createServer((request, response) => response.end(request.socket.remoteAddress));
    cleanups.push(() => server.closeAllConnections());
    const port = await listening(server, '::1');
    const engine = createHttp1Engine({ to: { kind: 'tcp', host: '::1', port }, proxy: null, tls: null }, () =>
      performance.now(),
    );
    const { send, client } = caller(engine);
    expect((await send({ authority: `[::1]:${port}` }, { keepBody: true })).exchange.status).toBe(200);
    expect(client.body().toString()).toBe('::1');
  });
});

describe('a connection for each request', () => {
  it('is closed by the client if the server does not, and that is not called the server’s doing', async () => {
    let open = 0;
    const server = net.createServer((socket) => {
      open += 1;
      socket.on('close', () => {
        open -= 1;
      });
      socket.on('error', () => {});
      socket.on('data', () => socket.write(answer));
    });
    const port = await listening(server);
    const engine = createHttp1Engine(
      { to: { kind: 'tcp', host: '127.0.0.1', port }, proxy: null, tls: null },
      () => performance.now(),
      { freshConnections: true },
    );
    const { send } = caller(engine);
    for (let i = 0; i < 3; i += 1) {
      const { exchange } = await send();
      expect([exchange.failure, exchange.serverClosed, exchange.connectedMs > 0]).toEqual([
        null,
        false,
        true,
      ]);
      expect(engine.openConnections).toBe(0);
    }
    await expect.poll(() => open).toBe(0);
  });
});
