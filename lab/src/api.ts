import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Cache } from './cache.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { createMetrics } from './metrics.ts';
import { RequestFault } from './request-fault.ts';
import { type Answer, addRoutes } from './routes.ts';
import { sendJson } from './send-json.ts';
import type { Sign } from './signature.ts';
import type { StatementEvidence } from './statement-evidence.ts';
import { addStaticResources } from './static-resources.ts';
import type { Store } from './store.ts';
import type { Switches } from './switches.ts';
import { countTraffic, type Traffic } from './traffic.ts';
import type { PlantedTroubles } from './troubles/planted-troubles.ts';

const bodyLimitBytes = 64 * 1024;
/** The lab's own readings are none of the API's traffic. */
const uncounted: ReadonlySet<string> = new Set(['/_lab/stats', '/_lab/statements', '/metrics']);

/** The HTTP server over a store. */
export function createApi(parts: {
  switches: Switches;
  pool: ConnectionPool;
  cache: Cache<Answer> | undefined;
  store: Store;
  sign: Sign;
  evidence: () => Promise<StatementEvidence>;
  /** Which of a stack's instances this is. */
  instance: number;
  troubles: PlantedTroubles;
}): FastifyInstance {
  const { switches, pool, cache, store, sign, troubles } = parts;
  const app = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    keepAliveTimeout: 75_000,
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 100 },
  });
  const metrics = createMetrics({ pool, cache, instance: parts.instance });
  const traffic = countTraffic(app.server, { uncounted, onExchange: metrics.observe });

  if (!switches.keepAlive) {
    app.server.prependListener('request', (_, response) => response.setHeader('connection', 'close'));
  }
  troubles.addTo(app);
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.url;
    if (route !== undefined && !uncounted.has(route)) traffic.name(request.raw, route);
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
  app.get('/_lab/statements', { exposeHeadRoute: false }, async (_, reply) =>
    sendJson(reply, 200, JSON.stringify(await parts.evidence())),
  );
  app.get('/metrics', { exposeHeadRoute: false }, async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  addStaticResources(app, switches.staticCaching);
  addRoutes(app, { store, sign, cache, troubles });
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
