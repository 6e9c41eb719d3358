import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadOf, tally } from './load-of.ts';
import { freePort, linesOf, missing, ServerProgram, serverFolder } from './server-program.ts';

const skipped = missing('haproxy', 'nginx');
const folder = serverFolder();
afterAll(() => folder.remove());

/** One line of its log. */
type Logged = { readonly request: string; readonly status: number; readonly client: string };

/**
 * HAProxy in front of nginx; `/down` goes to a backend where nothing listens. One thread: two that write to the log at
 * once drop a line now and then (`show info` counts them as DroppedLogs, and the requests right).
 */
async function startBoth(frontend = '') {
  const [port, behind, nobody] = [await freePort(), await freePort(), await freePort()];
  const file = (name: string) => path.join(folder.path, `${name}-${port}`);
  writeFileSync(
    file('nginx.conf'),
    `daemon off; master_process off; pid ${file('pid')}; error_log ${file('error')};
events { worker_connections 1000; }
http {
  log_format counted '$request_method $request_uri $status';
  access_log ${file('access')} counted;
  client_body_temp_path ${file('a')}; proxy_temp_path ${file('b')}; fastcgi_temp_path ${file('c')};
  uwsgi_temp_path ${file('d')}; scgi_temp_path ${file('e')};
  server {
    listen 127.0.0.1:${behind};
    location / { return 200 'a needle in the hay'; }
    location = /none { return 204; }
    location = /made { return 201 'made'; }
  }
}
`,
  );
  writeFileSync(
    file('haproxy.cfg'),
    `global
  log stdout format raw local0
  maxconn 500
  nbthread 1
defaults
  mode http
  log global
  option dontlognull
  log-format "%HM %HU|%ST|%ci:%cp"
  timeout connect 2s
  timeout client 10s
  timeout server 10s
  retries 0
frontend front
  bind 127.0.0.1:${port}
  ${frontend}
  use_backend down if { path /down }
  default_backend up
backend up
  server nginx 127.0.0.1:${behind}
backend down
  server nobody 127.0.0.1:${nobody}
`,
  );
  const nginx = await ServerProgram.start(folder.path, behind, [
    ...['nginx', '-c', file('nginx.conf'), '-p', folder.path, '-e', file('error')],
  ]);
  const haproxy = await ServerProgram.start(folder.path, port, ['haproxy', '-db', '-f', file('haproxy.cfg')]);
  return {
    port,
    stop: async () => {
      const lines = await haproxy.stop('SIGUSR1');
      await nginx.stop('SIGQUIT');
      const log = lines.flatMap((line): Logged[] => {
        const [request = '', status, client] = line.split('|');
        return client === undefined ? [] : [{ request, status: Number(status), client }];
      });
      return { log, behind: tally(linesOf(file('access'))) };
    },
  };
}

async function loaded(endpoints: string, frontend = '') {
  const both = await startBoth(frontend);
  const told = await loadOf(both.port, endpoints);
  const { log, behind } = await both.stop();
  return {
    told,
    behind,
    log,
    logged: tally(log.map(({ request, status }) => `${request} ${status}`)),
    clients: new Set(log.map(({ client }) => client)).size,
  };
}

describe.skipIf(skipped !== '')(`HAProxy in front of nginx${skipped}`, () => {
  it('all three count the same', async () => {
    const { told, logged, behind, clients } = await loaded(`
      { request: GET /a, expect: { bodyContains: needle } }
      HEAD /a
      { request: GET /none, expect: { status: 204 } }
      { request: POST /made, body: { title: 'ü' }, expect: { status: 201 } }
    `);
    expect(told.requests).toEqual(logged);
    expect(told.requests).toEqual(behind);
    expect(told.outcomes).toEqual({ ok: expect.any(Number) });
    expect([told.connections, told.serverCloses]).toEqual([clients, 0]);
    expect(clients).toBe(6);
  });

  it('its 503 where nobody is behind it', async () => {
    const { told, logged, behind, clients } = await loaded(`
      GET /down
      GET /a
    `);
    expect(told.requests).toEqual(logged);
    expect(told.outcomes).toEqual({ ok: logged['GET /a 200'], status: logged['GET /down 503'] });
    expect(behind).toEqual({ 'GET /a 200': logged['GET /a 200'] });
    expect(told.connections).toBe(clients);
  });

  it('its 429 above a rate, with retry-after: so many passed, so many were turned away', async () => {
    const { told, logged, behind } = await loaded(
      'GET /a',
      `stick-table type ip size 1k expire 60s store http_req_rate(60s)
  http-request track-sc0 src
  http-request deny deny_status 429 hdr retry-after 60 if { sc_http_req_rate(0) gt 10 }`,
    );
    expect(told.requests).toEqual(logged);
    expect(logged['GET /a 200']).toBe(10);
    expect(told.outcomes).toEqual({ ok: 10, status: logged['GET /a 429'] });
    expect(behind).toEqual({ 'GET /a 200': 10 });
  });

  it('drops every fourth connection without an answer: reset', async () => {
    const { told, log, behind } = await loaded('GET /a', 'http-request reject if { rand(4) eq 0 }');
    expect(told.outcomes.ok).toBe(behind['GET /a 200']);
    expect(told.outcomes.reset).toBe(log.length - (behind['GET /a 200'] ?? 0));
    expect(told.outcomes.reset).toBeGreaterThan(0);
  });
});
