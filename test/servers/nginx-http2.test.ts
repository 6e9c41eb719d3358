import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadOf, tally } from './load-of.ts';
import { freePort, linesOf, missing, ServerProgram, serverFolder } from './server-program.ts';

const skipped = missing('nginx');
const folder = serverFolder();
afterAll(() => folder.remove());

const tlsFolder = path.resolve(import.meta.dirname, '../tls');

type Logged = { readonly request: string; readonly protocol: string; readonly connection: string };

/** nginx with HTTP/2 by prior knowledge, or over TLS; what it logged is told when it is stopped. */
async function startNginx(secure: boolean, keepaliveRequests: number) {
  const port = await freePort();
  const file = (name: string) => path.join(folder.path, `${name}-${port}`);
  // `listen … http2` is what nginx before 1.25 understands; those after it still do.
  writeFileSync(
    file('conf'),
    `daemon off; master_process off; pid ${file('pid')}; error_log ${file('error')};
events { worker_connections 1000; }
http {
  log_format counted '$request_method $request_uri $status|$server_protocol|$connection';
  access_log ${file('access')} counted;
  keepalive_requests ${keepaliveRequests};
  client_body_temp_path ${file('a')}; proxy_temp_path ${file('b')}; fastcgi_temp_path ${file('c')};
  uwsgi_temp_path ${file('d')}; scgi_temp_path ${file('e')};
  server {
    listen 127.0.0.1:${port} ${secure ? 'ssl' : ''} http2;
    ${secure ? `ssl_certificate ${tlsFolder}/cert.pem; ssl_certificate_key ${tlsFolder}/key.pem;` : ''}
    location / { return 200 'a needle in the hay'; }
    location = /none { return 204; }
    location = /made { return 201 'made'; }
    location = /absent { return 404; }
  }
}
`,
  );
  const program = await ServerProgram.start(folder.path, port, [
    ...['nginx', '-c', file('conf'), '-p', folder.path, '-e', file('error')],
  ]);
  const stop = async (): Promise<Logged[]> => {
    await program.stop('SIGQUIT');
    return linesOf(file('access')).map((line) => {
      const [request = '', protocol = '', connection = ''] = line.split('|');
      return { request, protocol, connection };
    });
  };
  return { port, stop };
}

const endpoints = `
  { request: GET /found, expect: { bodyContains: needle } }
  { request: 'GET /{id}', data: { id: 1..9 } }
  HEAD /found
  GET /none
  { request: POST /made, body: { title: 'ü' }, expect: { status: 201 } }
  { request: GET /absent, expect: { status: 404 } }
`;

describe.skipIf(skipped !== '')(`nginx over HTTP/2${skipped}`, () => {
  const rows: [string, boolean, string, number, number][] = [
    ['by prior knowledge, a session a user', false, '', 1_000_000, 6],
    ['over TLS, a session a user', true, '', 1_000_000, 6],
    ['over TLS, one session for all users', true, 'connections: { shared: 1 }', 1_000_000, 1],
    ['over TLS, a session for each request', true, 'connections: per-request', 1_000_000, 0],
    ['over TLS, sessions that nginx ends after 20 requests', true, '', 20, 0],
    [
      'over TLS, shared sessions that nginx ends after 20 requests',
      true,
      'connections: { shared: 1 }',
      20,
      0,
    ],
  ];
  for (const [how, secure, policy, keepaliveRequests, sessions] of rows)
    it(`${how}: counts what nginx counts, and none fails`, async () => {
      const nginx = await startNginx(secure, keepaliveRequests);
      const told = await loadOf(nginx.port, endpoints, 6, {
        scheme: secure ? 'https' : 'http',
        more: `http: 2\ntls: { verify: false }\n${policy}`,
      });
      const log = await nginx.stop();
      expect(told.outcomes).toEqual({ ok: expect.any(Number) });
      expect(told.requests).toEqual(tally(log.map(({ request }) => request.replace(/\/\d /, '/{id} '))));
      expect(Object.keys(told.requests)).toHaveLength(6);
      expect(new Set(log.map(({ protocol }) => protocol))).toEqual(new Set(['HTTP/2.0']));
      const connections = new Set(log.map(({ connection }) => connection)).size;
      expect(told.connections).toBe(connections);
      if (sessions > 0) expect(connections).toBe(sessions);
      else expect(connections).toBeGreaterThan(10);
      if (keepaliveRequests === 20) expect(told.serverCloses).toBeGreaterThan(10);
    });
});
