import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadOf, tally } from './load-of.ts';
import { freePort, linesOf, missing, ServerProgram, serverFolder } from './server-program.ts';

const skipped = missing('nginx');
const folder = serverFolder();
afterAll(() => folder.remove());

const modified = new Date('2026-02-10T10:15:00Z');
/** Of two sizes: one in a single read, the other in hundreds. */
const small = 'a needle in the hay\n';
const large = 'hay '.repeat(700_000);

mkdirSync(path.join(folder.path, 'www'));
for (const [name, text] of [
  ['small.txt', small],
  ['large.txt', `${large}needle`],
  ['large.bin', `${large}needle`],
] as const) {
  const file = path.join(folder.path, 'www', name);
  writeFileSync(file, text);
  utimesSync(file, modified, modified);
}

/** One line of its log. */
type Logged = {
  readonly request: string;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly connection: string;
  /** The number of the request on its connection, from 1. */
  readonly nth: number;
};

type Nginx = { readonly port: number; stop(): Promise<Logged[]> };

async function startNginx(keepaliveRequests: number, more = ''): Promise<Nginx> {
  const port = await freePort();
  const file = (name: string) => path.join(folder.path, `${name}-${port}`);
  writeFileSync(
    file('conf'),
    `daemon off; master_process off; pid ${file('pid')}; error_log ${file('error')};
events { worker_connections 1000; }
http {
  log_format counted '$request_method $request_uri $status|$bytes_sent|$request_length|$connection|$connection_requests';
  access_log ${file('access')} counted;
  keepalive_requests ${keepaliveRequests};
  client_body_temp_path ${file('a')}; proxy_temp_path ${file('b')}; fastcgi_temp_path ${file('c')};
  uwsgi_temp_path ${file('d')}; scgi_temp_path ${file('e')};
  types { text/plain txt; application/octet-stream bin; }
  gzip on; gzip_min_length 1; gzip_types text/plain;
  server {
    listen 127.0.0.1:${port};
    root ${folder.path}/www;
    location = /none { return 204; }
    location = /moved { return 302 /small.txt; }
    location = /made { client_max_body_size 100k; return 201 'made'; }
    location = /trailer.txt { alias ${folder.path}/www/small.txt; add_trailer x-checked yes; }
    ${more}
  }
}
`,
  );
  const program = await ServerProgram.start(folder.path, port, [
    ...['nginx', '-c', file('conf'), '-p', folder.path, '-e', file('error')],
  ]);
  return {
    port,
    stop: async () => {
      await program.stop('SIGQUIT');
      return linesOf(file('access')).map((line) => {
        const [request = '', sent, received, connection = '', nth] = line.split('|');
        return {
          ...{ request, connection, nth: Number(nth) },
          ...{ bytesSent: Number(sent), bytesReceived: Number(received) },
        };
      });
    },
  };
}

/** Loads it and stops it: what Loadline says, and what stands in its log. */
async function loaded(nginx: Nginx, endpoints: string) {
  const told = await loadOf(nginx.port, endpoints);
  const log = await nginx.stop();
  const sum = (of: (line: Logged) => number): number => log.reduce((total, line) => total + of(line), 0);
  return {
    told,
    log,
    logged: {
      requests: tally(log.map(({ request }) => request)),
      connections: new Set(log.map(({ connection }) => connection)).size,
      bytesIn: sum(({ bytesSent }) => bytesSent),
      bytesOut: sum(({ bytesReceived }) => bytesReceived),
    },
  };
}

describe.skipIf(skipped !== '')(`nginx${skipped}`, () => {
  it('counts the same requests, statuses, connections and bytes: files, none, HEAD, conditions, errors', async () => {
    const { told, logged } = await loaded(
      await startNginx(1_000_000),
      `
      GET /small.txt
      HEAD /small.txt
      HEAD /large.bin
      GET /none
      { request: 'GET /small.txt?since', headers: { if-modified-since: '${modified.toUTCString()}' }, expect: { status: 304 } }
      { request: 'GET /large.bin?part', headers: { range: 'bytes=0-99' }, expect: { status: 206 } }
      { request: POST /made, body: { title: 'ü' }, expect: { status: 201 } }
      { request: GET /absent, expect: { status: 404 } }
      { request: DELETE /small.txt, expect: { status: 405 } }
      `,
    );
    const { requests, connections, bytesIn, bytesOut } = told;
    // nginx does not count the body of a request that it answers without having read it.
    const bodies = Buffer.byteLength('{"title":"ü"}') * (requests['POST /made 201'] ?? 0);
    expect({ requests, connections, bytesIn, bytesOut: bytesOut - bodies }).toEqual(logged);
    expect(Object.keys(requests)).toHaveLength(9);
    expect(told.outcomes).toEqual({ ok: expect.any(Number) });
    expect([connections, told.serverCloses]).toEqual([6, 0]);
  });

  it('megabytes arrive whole, plain and compressed in chunks, and are searched', async () => {
    const { told, logged } = await loaded(
      await startNginx(1_000_000),
      `
      { request: GET /large.bin, headers: { accept-encoding: identity } }
      { request: GET /large.txt, headers: { accept-encoding: gzip } }
      { request: GET /small.txt, weight: 3, headers: { accept-encoding: gzip }, expect: { bodyContains: needle } }
      { request: 'GET /small.txt?no', weight: 3, headers: { accept-encoding: gzip }, expect: { bodyContains: noodle } }
      { request: GET /trailer.txt, headers: { accept-encoding: gzip }, expect: { bodyContains: needle } }
      `,
    );
    expect(told.requests).toEqual(logged.requests);
    expect(told.bytesIn).toBe(logged.bytesIn);
    expect(told.bytesIn).toBeGreaterThan(large.length);
    expect(told.outcomes).toEqual({
      ok: expect.any(Number),
      expectation: logged.requests['GET /small.txt?no 200'],
    });
    expect(told.connections).toBe(6);
  });

  it('ends connections after three requests: none is lost, each end is seen', async () => {
    const { told, log, logged } = await loaded(await startNginx(3), 'GET /small.txt');
    expect(told.requests).toEqual(logged.requests);
    expect(told.outcomes).toEqual({ ok: log.length });
    expect(told.connections).toBe(logged.connections);
    expect(told.serverCloses).toBe(log.filter(({ nth }) => nth === 3).length);
    expect(told.serverCloses).toBeGreaterThan(0);
  });

  it('ends each connection at once, or without an answer: reset', async () => {
    const { told, logged } = await loaded(
      await startNginx(
        1_000_000,
        'location = /gone { return 444; } location = /big { client_max_body_size 10; }',
      ),
      `
      { request: GET /gone, weight: 1 }
      { request: GET /small.txt, weight: 4 }
      `,
    );
    // nginx logs the 444 that it does not send.
    expect(told.requests).toEqual({
      'GET /gone -': logged.requests['GET /gone 444'],
      'GET /small.txt 200': logged.requests['GET /small.txt 200'],
    });
    expect(told.outcomes).toEqual({
      reset: logged.requests['GET /gone 444'],
      ok: logged.requests['GET /small.txt 200'],
    });
    expect(told.connections).toBe(logged.connections);
  });
});
