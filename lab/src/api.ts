import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Cache, createCache } from './cache.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { RequestFault } from './request-fault.ts';
import { type Answer, addRoutes } from './routes.ts';
import { sendJson } from './send-json.ts';
import type { Sign } from './signature.ts';
import type { Store } from './store.ts';
import type { Switches } from './switches.ts';
import { countTraffic, type Traffic } from './traffic.ts';

const bodyLimitBytes = 64 * 1024;
const cacheTtlMs = 5 * 60_000;
const cacheEntriesPerTag = 1000;

/** The HTTP server over a store. */
export function createApi(parts: {
  switches: Switches;
  pool: ConnectionPool;
  store: Store;
  sign: Sign;
}): FastifyInstance {
  const { switches, pool, store, sign } = parts;
  const app = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    keepAliveTimeout: 75_000,
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 100 },
  });
  const traffic = countTraffic(app.server, '/_lab/stats');
  const cache: Cache<Answer> | undefined =
    switches.cache !== 'off'
      ? createCache({ ttlMs: cacheTtlMs, entriesPerTag: cacheEntriesPerTag, nowMs: () => performance.now() })
      : undefined;

  if (!switches.keepAlive) {
    app.server.prependListener('request', (_, response) => response.setHeader('connection', 'close'));
  }
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.url;
    if (route !== undefined && route !== '/_lab/stats')
      traffic.name(request.raw, `${request.method} ${route}`);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'text/json'],
    { parseAs: 'string' },
    async (_: unknown, text: string) => parseJson(text),
  );
  app.setNotFoundHandler((_, reply) => sendJson(reply, 404, '{}'));
  app.setErrorHandler(answerError);

  app.get('/_lab/health', { exposeHeadRoute: false }, (_, reply) => sendJson(reply, 200, '{"status":"ok"}'));
  app.get('/_lab/stats', { exposeHeadRoute: false }, (_, reply) =>
    sendJson(reply, 200, JSON.stringify(readStats(traffic, pool, cache))),
  );
  addRoutes(app, { store, sign, cache });
  return app;
}

function readStats(traffic: Traffic, pool: ConnectionPool, cache: Cache<Answer> | undefined) {
  const cpu = process.cpuUsage();
  return {
    ...traffic.read(),
    pool: pool.read(),
    cache: cache?.read() ?? null,
    process: {
      pid: process.pid,
      uptimeSeconds: process.uptime(),
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
    },
  };
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RequestFault(400, 'invalid-json', 'the body is not JSON', [
      { path: 'body', expected: 'JSON', received: why },
    ]);
  }
}

function answerError(error: unknown, _: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RequestFault) {
    const { code, message, faults } = error;
    return sendJson(reply, error.statusCode, JSON.stringify({ error: code, message, faults }));
  }
  const status = statusOf(error);
  if (status === 503) reply.header('retry-after', '1');
  const text = status < 500 && error instanceof Error ? error.message : reasons[status];
  return sendJson(
    reply,
    status,
    JSON.stringify({ error: codes[status] ?? 'failed', message: text, faults: [] }),
  );
}

const codes: Readonly<Record<number, string>> = {
  413: 'body-too-large',
  415: 'unsupported-media-type',
  500: 'internal',
  503: 'no-connection-free',
};
const reasons: Readonly<Record<number, string>> = {
  500: 'the request failed inside the server',
  503: 'no database connection came free in time',
};

function statusOf(error: unknown): number {
  if (!(error instanceof Error)) return 500;
  if (error.message.includes('timeout exceeded when trying to connect')) return 503;
  const status: unknown = Reflect.get(error, 'statusCode');
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
