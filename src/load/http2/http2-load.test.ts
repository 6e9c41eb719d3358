import http2, { type Http2Server, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runLoad } from '../run-load.ts';
import { pem } from '../testing/contract-server.ts';
import { memorySink, outcomeCounts } from '../testing/memory-sink.ts';
import { planFor } from '../testing/plan-for.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

type Asked = { readonly headers: IncomingHttpHeaders; readonly body: string };

/** A server that answers by path, and keeps what it was asked. */
async function serve(secure: boolean): Promise<{ port: number; asked: Asked[]; sessions: () => number }> {
  const server: Http2Server = secure
    ? http2.createSecureServer({ key: pem('key'), cert: pem('cert') })
    : http2.createServer();
  const asked: Asked[] = [];
  let opened = 0;
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => {
    opened += 1;
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    let body = '';
    stream.on('error', () => {});
    stream.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    stream.on('end', () => {
      asked.push({ headers, body });
      const path = headers[':path'] ?? '';
      if (path === '/login') stream.respond({ ':status': 200, 'set-cookie': 'session=one; Path=/' });
      else if (path === '/old') stream.respond({ ':status': 302, location: '/new' });
      else stream.respond({ ':status': path === '/broken' ? 500 : 200, 'content-type': 'application/json' });
      stream.end(path === '/login' ? '{"token":"t-7"}' : '{"id":1}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked, sessions: () => opened };
}

async function load(yaml: string) {
  const sink = memorySink();
  const plan = await planFor(yaml);
  const state = await runLoad(plan, { workers: 2, seed: 3, open: () => sink });
  expect(state).toBe('complete');
  const byEndpoint: Record<string, number> = {};
  let connections = 0;
  for (const { endpoint, count, connect } of sink.windows) {
    const { method = '', path = '' } = plan.endpoints[endpoint] ?? {};
    byEndpoint[`${method} ${path}`] = (byEndpoint[`${method} ${path}`] ?? 0) + count;
    connections += connect.count;
  }
  return { outcomes: outcomeCounts(sink), byEndpoint, connections };
}

const counted = (asked: readonly Asked[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { headers } of asked) {
    const key = `${headers[':method']} ${headers[':path']?.replace(/\d+/, '{id}')}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};

describe('what Loadline counts over HTTP/2 is what the server counted', () => {
  const closed = 'load: { users: [4, 9], spawnRate: 1000, duration: 400ms }';
  const open = 'load: { rate: [400], duration: 600ms, arrivals: poisson }';
  const rows: [string, boolean, string, string][] = [
    ['users with a session each', false, '', closed],
    ['users with a session each, over TLS', true, '', closed],
    ['users who share a session a thread', true, 'connections: { shared: 1 }', closed],
    ['users with a session for each request', false, 'connections: per-request', closed],
    ['arrivals with a session each', false, '', open],
    ['arrivals that share sessions', false, 'connections: { shared: 4 }', open],
  ];
  for (const [what, secure, policy, loading] of rows)
    it(what, async () => {
      const { port, asked, sessions } = await serve(secure);
      const { outcomes, byEndpoint, connections } = await load(`
target: ${secure ? 'https' : 'http'}://127.0.0.1:${port}
http: 2
tls: { verify: false }
${policy}
headers: { X-Mixed-Case: kept }
endpoints:
  - GET /things
  - { request: 'GET /things/{id}', weight: 3, data: { id: 1..9 } }
  - { request: POST /things, body: { title: 'ü – "q" {id}', n: '{id}' }, data: { id: 1..3 } }
  - HEAD /things
  - GET /broken
${loading}
`);
      expect(byEndpoint).toEqual(counted(asked));
      const broken = byEndpoint['GET /broken'] ?? 0;
      expect(outcomes).toEqual({ ok: asked.length - broken, status: broken });
      // One more session without a request: whether somebody is there.
      expect(connections).toBeGreaterThanOrEqual(sessions() - 1);
      expect(connections).toBeLessThanOrEqual(sessions());
      const bodies = new Set(asked.flatMap(({ body }) => (body === '' ? [] : [body])));
      expect([...bodies].sort()).toEqual([1, 2, 3].map((n) => JSON.stringify({ title: `ü – "q" ${n}`, n })));
      expect(new Set(asked.map(({ headers }) => headers[':authority']))).toEqual(
        new Set([`127.0.0.1:${port}`]),
      );
      expect(new Set(asked.map(({ headers }) => headers['x-mixed-case']))).toEqual(new Set(['kept']));
      expect(asked.some(({ headers }) => 'connection' in headers || 'host' in headers)).toBe(false);
    });
});

it('cookies, redirects and values of flows go over HTTP/2 as well', async () => {
  const { port, asked } = await serve(false);
  const { outcomes } = await load(`
target: http://127.0.0.1:${port}
http: 2
flows:
  - name: visit
    steps:
      - { request: GET /login, extract: { token: json $.token } }
      - { request: GET /old, headers: { authorization: 'Bearer {token}' } }
load: { users: 2, spawnRate: 1000, duration: 300ms }
`);
  expect(Object.keys(outcomes)).toEqual(['ok']);
  const paths = counted(asked);
  expect(paths['GET /new']).toBe(paths['GET /old']);
  const later = asked.filter(({ headers }) => headers[':path'] !== '/login');
  expect(later.length).toBeGreaterThan(0);
  expect(new Set(later.map(({ headers }) => headers.cookie))).toEqual(new Set(['session=one']));
  expect(new Set(later.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer t-7']));
});
