import type { Basis } from './basis.ts';
import type { Change } from './change.ts';
import { meanValueAnalysis, type ServiceStation } from './mva.ts';

/** A network of the bottleneck and all the rest, with its demands as measured: m servers, and a delay. */
export type QueueModel = { readonly servers: number; readonly serviceMs: number; readonly delayMs: number };

/** The model must give every measured throughput as near as this, or it predicts nothing. */
const reproduces = 0.12;
/** More servers than that need no queue to be described. */
const mostServers = 512;
const mostUsers = 2000;

/** m from the pool, its service time m/Xmax, the rest of R₁ as delay. Null: not known, or it does not fit what was measured. */
export function queueModelOf({ pool, capacity, single, points, thinkMs }: Basis): QueueModel | null {
  if (pool === null || !capacity.reached || capacity.declines) return null;
  const servers = Math.round(pool.size.value);
  const serviceMs = (servers / capacity.value) * 1000;
  if (servers > mostServers || serviceMs > single.high * 1.1) return null;
  const model: QueueModel = { servers, serviceMs, delayMs: Math.max(0, single.value - serviceMs) };
  const most = points.at(-1)?.users ?? 1;
  if (most > mostUsers) return null;
  const rates = ratesOf(model, thinkMs, most);
  const fits = points.every((p) => Math.abs((rates(p.users) ?? 0) / p.rate.value - 1) <= reproduces);
  return fits ? model : null;
}

/** The model after the change; null: the change has no place in it. */
export function changedModel(model: QueueModel, change: Change, basis: Basis): QueueModel | null {
  // Which of the demands a cache or cheaper requests would lower is not known.
  if (change.cacheHit !== undefined || change.demand !== undefined) return null;
  const places = change.pool ?? model.servers;
  const savedMs = change.keepAlive === true ? (basis.connect?.ms ?? 0) * (basis.connect?.share ?? 0) : 0;
  return {
    servers: Math.min(mostServers, places * (change.instances ?? 1)),
    serviceMs: model.serviceMs,
    delayMs: Math.max(0, model.delayMs - savedMs),
  };
}

/** Users → requests per second; null beyond `most`. */
export function ratesOf(
  { servers, serviceMs, delayMs }: QueueModel,
  thinkMs: number,
  most: number,
): (users: number) => number | null {
  const stations: readonly ServiceStation[] = [
    { kind: 'servers', demandMs: serviceMs, servers },
    { kind: 'delay', demandMs: delayMs },
  ];
  const states = meanValueAnalysis(stations, thinkMs, Math.min(most, mostUsers));
  return (users) => states[Math.round(users) - 1]?.rate ?? null;
}
