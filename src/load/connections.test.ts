import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ResolvedPlan } from '../plan/plan.ts';
import type { Window } from '../record/run.ts';
import { runLoad } from './run-load.ts';
import { pem } from './testing/contract-server.ts';
import { planFor } from './testing/plan-for.ts';
import { startProxy, type TestProxy } from './testing/proxy.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Served = { requests: number; connections: number; resumed: number; hosts: Set<string>; to: string };

async function serve(server: Server, socketPath?: string): Promise<Served> {
  const served: Served = { requests: 0, connections: 0, resumed: 0, hosts: new Set(), to: '' };
  server.on('request', ({ headers, url }: http.IncomingMessage, response: http.ServerResponse) => {
    served.requests += 1;
    served.hosts.add(String(headers.host ?? headers[':authority']));
    response.end(url);
  });
  server.on('connection', (socket) => {
    served.connections += 1;
    cleanups.push(() => socket.destroy());
  });
  server.on('secureConnection', (socket) => {
    if (socket.isSessionReused()) served.resumed += 1;
  });
  await new Promise<void>((resolve) =>
    socketPath === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(socketPath, resolve),
  );
  cleanups.push(() => server.close());
  // A server that listens on TCP has such an address.
  served.to = socketPath ?? String((server.address() as AddressInfo).port);
  return served;
}

/** Outcomes of all requests, and connections that were made for them. */
async function load(plan: ResolvedPlan): Promise<{ outcomes: Record<string, number>; connects: number }> {
  const outcomes: Record<string, number> = {};
  let connects = 0;
  const nothing = (): void => {};
  const writeSecond = ({ windows }: { readonly windows: readonly Window[] }): void => {
    for (const { outcome, count, connect } of windows) {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
      connects += connect.count;
    }
  };
  const open = () => ({
    startStage: nothing,
    updateStage: nothing,
    finishStage: nothing,
    event: nothing,
    writeSecond,
  });
  await runLoad(plan, { workers: 1, seed: 1, open });
  return { outcomes, connects };
}

async function loadOf(keys: string, more: Partial<ResolvedPlan> = {}) {
  const plan = await planFor(
    `{ ${keys}, endpoints: [GET /a], load: { users: 4, spawnRate: 100, duration: 300ms, thinkTime: 5ms } }`,
  );
  return load({ ...plan, ...more });
}

const clientCertificate = { cert: pem('client'), key: pem('client-key'), passphrase: 'passphrase' };
const secure = { key: pem('key'), cert: pem('cert') };

async function proxyFor(): Promise<TestProxy> {
  const proxy = await startProxy('me:secret');
  cleanups.push(() => proxy.stop());
  return proxy;
}

describe('a whole run', () => {
  it('over a Unix socket', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'loadline-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const served = await serve(http.createServer(), path.join(folder, 's'));
    const { outcomes, connects } = await loadOf(`target: 'http://app.test', connect: 'unix:${served.to}'`);
    expect([outcomes, connects, [...served.hosts]]).toEqual([{ ok: served.requests }, 4, ['app.test']]);
  });

  it('to another address, with the host of the target', async () => {
    const served = await serve(http.createServer());
    const { outcomes } = await loadOf(`target: 'http://app.test', connect: '127.0.0.1:${served.to}'`);
    expect([outcomes, [...served.hosts]]).toEqual([{ ok: served.requests }, ['app.test']]);
  });

  it('through a proxy, plain', async () => {
    const [served, proxy] = [await serve(http.createServer()), await proxyFor()];
    const { outcomes, connects } = await loadOf(
      `target: 'http://localhost:${served.to}', proxy: 'http://me:secret@127.0.0.1:${proxy.port}'`,
    );
    expect([outcomes, connects]).toEqual([{ ok: served.requests }, 4]);
    expect(proxy.asked).toHaveLength(served.requests);
    expect(new Set(proxy.asked)).toEqual(
      new Set([`GET http://localhost:${served.to}/a Basic ${Buffer.from('me:secret').toString('base64')}`]),
    );
  });

  it("through a proxy's tunnel, with a client's certificate", async () => {
    const asks = { ...secure, ca: pem('client-ca'), requestCert: true, rejectUnauthorized: true };
    const [served, proxy] = [await serve(https.createServer(asks)), await proxyFor()];
    const { outcomes, connects } = await loadOf(
      `target: 'https://localhost:${served.to}', proxy: 'http://me:secret@127.0.0.1:${proxy.port}'`,
      { ca: pem('cert'), clientCertificate },
    );
    expect([outcomes, connects]).toEqual([{ ok: served.requests }, 4]);
    // The first connection, and one a user.
    expect(proxy.asked).toHaveLength(5);
  });

  it.each([true, false])('with a connection for each request, sessions taken up: %s', async (resume) => {
    const served = await serve(https.createServer(secure));
    const { outcomes, connects } = await loadOf(
      `target: 'https://localhost:${served.to}', connections: per-request, tls: { resume: ${resume} }`,
      { ca: pem('cert') },
    );
    expect([outcomes, connects, served.connections]).toEqual([
      { ok: served.requests },
      served.requests,
      served.requests + 1,
    ]);
    // The users' first connections have no session yet.
    if (resume) expect(served.resumed).toBeGreaterThanOrEqual(served.requests - 4);
    else expect(served.resumed).toBe(0);
  });

  it('over connections that all users share', async () => {
    const served = await serve(http.createServer());
    const { outcomes, connects } = await loadOf(
      `target: 'http://127.0.0.1:${served.to}', connections: { shared: 2 }`,
    );
    expect([outcomes, connects, served.connections]).toEqual([{ ok: served.requests }, 2, 3]);
  });

  it('over HTTP/2', async () => {
    const served = await serve(http2.createSecureServer(secure));
    const { outcomes } = await loadOf(`target: 'https://localhost:${served.to}', http: 2`, {
      ca: pem('cert'),
    });
    expect([outcomes, [...served.hosts]]).toEqual([{ ok: served.requests }, [`localhost:${served.to}`]]);
  });
});
