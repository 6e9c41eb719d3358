import type { SimulatedSystem, Step, SystemEndpoint } from '../simulated-system.ts';
import { api, type Common, first, type Part, systemOf, waitFor, weightOf, work } from './api.ts';

/** Systems whose times depend on what is asked for, and how. */

/** The server closes each connection after its answer; a new one is dear (TLS, a far place). */
export function noKeepAlive(
  given: Common & {
    readonly others: readonly Part[];
    readonly connectMs: number;
    readonly handshakeMs?: number;
  },
): SimulatedSystem {
  const { connectMs, handshakeMs = 0, ...common } = given;
  return systemOf({
    ...api(common),
    name: 'no keep-alive',
    keepAlive: false,
    connect: { ms: connectMs, station: 'cpu', workMs: handshakeMs },
    truth: { causes: ['no-keep-alive'], endpoints: first(common.others.length) },
  });
}

/** The first endpoints compute the same answer again for each request, on the processors that all share. */
export function noCache(
  given: Common & { readonly repeated: readonly Part[]; readonly keys?: number },
): SimulatedSystem {
  const { repeated, keys = 50, ...common } = given;
  const base = api(common);
  return systemOf({
    ...base,
    name: 'no cache',
    endpoints: [
      ...repeated.map(
        (part, i): SystemEndpoint => ({
          name: `GET /repeated${i}`,
          ...weightOf(part),
          keys,
          steps: [work(part.ms + (common.cpuMs ?? 0.2))],
        }),
      ),
      ...base.endpoints,
    ],
    truth: {
      causes: ['cpu-saturation', 'no-cache'],
      endpoints: first(repeated.length),
      size: common.cores ?? 4,
    },
  });
}

/** The same with a cache: a key that was asked for is answered from it, with validators. Healthy. */
export function withCache(
  given: Common & { readonly cached: readonly Part[]; readonly keys?: number; readonly ttlMs?: number },
): SimulatedSystem {
  const { cached, keys = 50, ttlMs, ...common } = given;
  const base = api(common);
  const hit: readonly Step[] = [work(common.cpuMs ?? 0.2)];
  return systemOf({
    ...base,
    name: 'cache',
    endpoints: [
      ...cached.map(
        (part, i): SystemEndpoint => ({
          name: `GET /cached${i}`,
          ...weightOf(part),
          keys,
          steps: [...hit, waitFor(part)],
          cache: { hit, ...(ttlMs === undefined ? {} : { ttlMs }) },
          validators: { work: hit },
          cacheControl: 'max-age=60',
        }),
      ),
      ...base.endpoints,
    ],
    truth: { causes: [], endpoints: [] },
  });
}

/** The first endpoint answers with a list and asks the database once for each row of it. */
export function queryPerRow(
  given: Common & {
    readonly list: Part & { readonly rows: number; readonly queryMs: number };
    /** Connections to the database; absent: as many as needed. */
    readonly places?: number;
  },
): SimulatedSystem {
  const { list, places, ...common } = given;
  const base = api(common);
  const query: Step = { kind: 'delay', ms: list.queryMs, distribution: 'exponential' };
  const queries: Step = { kind: 'each-row', steps: [query] };
  return systemOf({
    ...base,
    name: 'a query per row',
    stations: places === undefined ? base.stations : [...base.stations, { name: 'pool', servers: places }],
    endpoints: [
      {
        name: 'GET /list',
        ...weightOf(list),
        list: { rows: list.rows, parameter: 'limit' },
        bodiesDiffer: true,
        steps: [
          work(common.cpuMs ?? 0.2),
          waitFor(list),
          places === undefined ? queries : { kind: 'hold', station: 'pool', steps: [queries] },
        ],
      },
      ...base.endpoints,
    ],
    truth:
      places === undefined
        ? { causes: ['n-plus-one'], endpoints: [0] }
        : { causes: ['n-plus-one', 'connection-pool'], endpoints: [0], size: places },
  });
}

/** Writes take many times as long as reads, without any queue. */
export function slowWrites(
  given: Common & { readonly writes: readonly Part[]; readonly others: readonly Part[] },
): SimulatedSystem {
  const { writes, ...common } = given;
  const base = api(common);
  return systemOf({
    ...base,
    name: 'slow writes',
    endpoints: [
      ...writes.map(
        (part, i): SystemEndpoint => ({
          name: `POST /write${i}`,
          ...weightOf(part),
          steps: [work(common.cpuMs ?? 0.2), waitFor(part)],
        }),
      ),
      ...base.endpoints,
    ],
    truth: { causes: ['slow-writes'], endpoints: first(writes.length) },
  });
}
