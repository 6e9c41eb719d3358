import type { FastifyInstance } from 'fastify';
import { RequestFault } from '../request-fault.ts';
import type { Troubles } from './troubles.ts';

/** Permits that come back at a fixed rate, up to a tenth of a second's worth. */
export interface TokenBucket {
  /** Takes one and answers 0, or answers the milliseconds until there is one. */
  take(): number;
}

export function tokenBucket(perSecond: number, nowMs: () => number): TokenBucket {
  const most = Math.max(1, perSecond / 10);
  let tokens = most;
  let atMs = nowMs();
  return {
    take() {
      const now = nowMs();
      tokens = Math.min(most, tokens + ((now - atMs) / 1000) * perSecond);
      atMs = now;
      if (tokens < 1) return Math.ceil(((1 - tokens) / perSecond) * 1000);
      tokens -= 1;
      return 0;
    },
  };
}

/**
 * Turns requests away before anything is done for them: 429 beyond the rate, 503 beyond the number in flight, with
 * Retry-After. The lab's own routes are always answered.
 */
export function addAdmission(
  app: FastifyInstance,
  limits: Pick<Troubles, 'admitRate' | 'shedAbove'>,
  nowMs: () => number,
): void {
  const { admitRate, shedAbove } = limits;
  const bucket = admitRate > 0 ? tokenBucket(admitRate, nowMs) : undefined;
  let inFlight = 0;
  if (bucket === undefined && shedAbove === 0) return;
  app.addHook('onRequest', async (request, reply) => {
    if (isOwn(request.url)) return;
    const waitMs = bucket?.take() ?? 0;
    if (waitMs > 0) {
      reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
      throw new RequestFault(429, 'rate-limited', `at most ${admitRate} requests per second are taken`);
    }
    if (shedAbove === 0) return;
    if (inFlight >= shedAbove) {
      reply.header('retry-after', '1');
      throw new RequestFault(503, 'overloaded', `at most ${shedAbove} requests are taken at a time`);
    }
    inFlight += 1;
    reply.raw.once('close', () => {
      inFlight -= 1;
    });
  });
}

function isOwn(url: string): boolean {
  return url.startsWith('/_lab/') || url === '/metrics';
}
