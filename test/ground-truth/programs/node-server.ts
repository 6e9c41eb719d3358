/** A server of node:http: `node node-server.ts CONFIG BACKING-PORT`, see {@link ServerConfig}. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Route, ServerConfig } from '../server-config.ts';
import { Admission } from './admission.ts';
import { BackingClient } from './backing-client.ts';
import { blockingQueries } from './blocking-query.ts';
import { compute } from './hash-work.ts';
import { endWithParent, tellPort } from './parent.ts';
import { Steps } from './steps.ts';

const config: ServerConfig = JSON.parse(process.argv[2] ?? '{}');
const backingPort = Number(process.argv[3]);
const client = new BackingClient(backingPort, config.pool);
const steps = new Steps({
  query: (query) => client.query(query),
  blockingQuery: JSON.stringify(config.routes).includes('"blocking-query"')
    ? blockingQueries(backingPort)
    : () => {},
});
const admission = new Admission(config.limit);
const kept = new Map<string, { readonly body: string; readonly etag: string; readonly at: number }>();

const server = createServer((request, response) => {
  if (!config.keepAlive) response.setHeader('connection', 'close');
  request.resume();
  const refused = admission.refusal();
  if (refused !== null) {
    if (refused === 503 && config.limit?.kind === 'rate') response.setHeader('retry-after', '1');
    send(response, refused, '{"error":"too many requests"}');
    return;
  }
  admission.enter();
  answer(request, response)
    .catch(() => send(response, 500, '{"error":"the backing service failed"}'))
    .finally(() => admission.leave());
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://here');
  const [, name = '', key] = url.pathname.split('/');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = config.routes.find(
    ({ path, method: own }) => own === method && path === (key === undefined ? `/${name}` : `/${name}/{id}`),
  );
  if (route === undefined) {
    send(response, 404, '{"error":"no such path"}');
    return;
  }
  const rows = Math.min(500, Number(url.searchParams.get('limit') ?? route.rows ?? 1));
  const name_ = `${url.pathname}?${rows}`;
  const held = route.cached ? kept.get(name_) : undefined;
  if (held !== undefined) {
    response.setHeader('age', Math.floor((performance.now() - held.at) / 1000));
    sendCached(request, response, held);
    return;
  }
  await steps.carryOut(route.steps, { key: key ?? '', rows });
  const body = bodyOf(route, key ?? '', rows);
  if (!route.cached) {
    send(response, route.method === 'POST' ? 201 : 200, body);
    return;
  }
  const made = {
    body,
    etag: `"${createHash('sha1').update(body).digest('hex').slice(0, 12)}"`,
    at: performance.now(),
  };
  kept.set(name_, made);
  sendCached(request, response, made);
}

function sendCached(
  request: IncomingMessage,
  response: ServerResponse,
  { body, etag }: { readonly body: string; readonly etag: string },
): void {
  response.setHeader('etag', etag);
  response.setHeader('cache-control', 'max-age=60');
  if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
  else send(response, 200, body);
}

function bodyOf({ rows: isList, rowBytes }: Route, key: string, rows: number): string {
  const text = 'x'.repeat(rowBytes);
  return isList === null
    ? JSON.stringify({ id: key, text })
    : JSON.stringify(Array.from({ length: rows }, (_, id) => ({ id, text })));
}

function send(response: ServerResponse, status: number, body: string): void {
  if (response.headersSent) return;
  const head = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  if (!config.nagle) {
    response.writeHead(status, head).end(body);
    return;
  }
  response.writeHead(status, head);
  response.flushHeaders();
  setImmediate(() => response.end(body));
}

server.keepAliveTimeout = 60_000;
server.on('connection', (socket) => socket.setNoDelay(!config.nagle));
if (config.stall !== null) {
  const { everyMs, ms } = config.stall;
  setInterval(() => compute(ms), everyMs);
}
server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () =>
  tellPort((server.address() as AddressInfo).port),
);
process.once('SIGTERM', () => process.exit(0));
endWithParent();
