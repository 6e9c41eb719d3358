import type { SimulatedSystem, Step, SystemEndpoint } from '../simulated-system.ts';
import { api, type Common, first, type Part, systemOf, waitFor, weightOf, work } from './api.ts';

/** Systems in which requests wait for a place. */

/**
 * m connections to a database, each held over one query; processor work before and after. `before`: a wait for something
 * else before a place is taken; then users at the knee are more than places.
 */
export function connectionPool(
  given: Common & { readonly places: number; readonly pooled: readonly Part[]; readonly before?: Part },
): SimulatedSystem {
  const { places, pooled, before, ...common } = given;
  const base = api(common);
  const half = work((common.cpuMs ?? 0.2) / 2);
  const endpoints = pooled.map(
    (part, i): SystemEndpoint => ({
      name: `GET /pooled${i}`,
      ...weightOf(part),
      steps: [
        half,
        ...(before ? [waitFor(before)] : []),
        { kind: 'hold', station: 'pool', steps: [waitFor(part)] },
        half,
      ],
    }),
  );
  return systemOf({
    ...base,
    name: before ? 'connection pool behind a wait' : 'connection pool',
    stations: [...base.stations, { name: 'pool', servers: places }],
    endpoints: [...endpoints, ...base.endpoints],
    truth: { causes: ['connection-pool'], endpoints: first(pooled.length), size: places },
  });
}

/**
 * Everything runs on one thread (or some processes with one each); the first endpoints block it: they compute, or they
 * wait without letting others go on. The others wait for something else without blocking.
 */
export function eventLoop(
  given: Common & {
    readonly blocking: readonly Part[];
    readonly processes?: number;
    /** A synchronous wait takes the same time always; computation varies. */
    readonly kind?: 'computation' | 'wait';
  },
): SimulatedSystem {
  const { blocking, processes = 1, kind = 'computation', ...common } = given;
  const { cpuMs = 0.2, others = [] } = common;
  const { endpoints: _own, ...base } = api(common);
  const own: Step = { kind: 'serve', station: 'loop', ms: cpuMs };
  return systemOf({
    ...base,
    name: kind === 'wait' ? 'synchronous wait' : 'busy thread',
    stations: [{ name: 'loop', servers: processes }],
    control: [{ kind: 'serve', station: 'loop', ms: cpuMs / 3 }],
    endpoints: [
      ...blocking.map((part, i): SystemEndpoint => {
        const distribution = part.distribution ?? (kind === 'wait' ? 'constant' : 'uniform');
        const steps: Step[] = [{ kind: 'serve', station: 'loop', ms: part.ms + cpuMs, distribution }];
        return { name: `GET /blocking${i}`, ...weightOf(part), steps };
      }),
      ...others.map(
        (part, i): SystemEndpoint => ({
          name: `GET /other${i}`,
          ...weightOf(part),
          steps: [own, waitFor(part)],
        }),
      ),
    ],
    truth: { causes: ['single-threaded'], endpoints: first(blocking.length), size: processes },
  });
}

/** The first endpoints take the same lock, whatever row they ask for. */
export function globalLock(given: Common & { readonly locked: readonly Part[] }): SimulatedSystem {
  const { locked, ...common } = given;
  const base = api(common);
  return systemOf({
    ...base,
    name: 'lock',
    stations: [...base.stations, { name: 'lock', servers: 1 }],
    endpoints: [
      ...locked.map(
        (part, i): SystemEndpoint => ({
          name: `POST /locked${i}`,
          ...weightOf(part),
          steps: [work(common.cpuMs ?? 0.2), { kind: 'hold', station: 'lock', steps: [waitFor(part)] }],
        }),
      ),
      ...base.endpoints,
    ],
    truth: { causes: ['lock-contention'], endpoints: first(locked.length), size: 1 },
  });
}

/** Writes lock their row, and this share of them goes to one row: a counter, a favourite. */
export function hotRow(
  given: Common & { readonly write: Part; readonly hotShare: number; readonly keys?: number },
): SimulatedSystem {
  const { write, hotShare, keys = 1000, ...common } = given;
  const base = api(common);
  return systemOf({
    ...base,
    name: 'hot row',
    stations: [...base.stations, { name: 'row', servers: 1, discipline: 'row' }],
    endpoints: [
      {
        name: 'POST /write',
        ...weightOf(write),
        keys,
        hotShare,
        steps: [work(common.cpuMs ?? 0.2), { kind: 'hold', station: 'row', steps: [waitFor(write)] }],
      },
      ...base.endpoints,
    ],
    truth: { causes: ['lock-contention'], endpoints: [0], size: 1 },
  });
}

/** Work on the processors that all share is what limits. */
export function busyProcessors(given: Common & { readonly busy: readonly Part[] }): SimulatedSystem {
  const { busy, ...common } = given;
  const { cores = 4, cpuMs = 0.2 } = common;
  const base = api(common);
  return systemOf({
    ...base,
    name: 'busy processors',
    endpoints: [
      ...busy.map(
        (part, i): SystemEndpoint => ({
          name: `GET /busy${i}`,
          ...weightOf(part),
          steps: [
            {
              kind: 'serve',
              station: 'cpu',
              ms: part.ms + cpuMs,
              distribution: part.distribution ?? 'exponential',
            },
          ],
        }),
      ),
      ...base.endpoints,
    ],
    truth: { causes: ['cpu-saturation'], endpoints: first(busy.length), size: cores },
  });
}

/** An application's processors, then a database with so many connections: whichever is narrower is the cause. */
export function twoTiers(
  given: Common & {
    readonly busy: readonly (Part & { readonly queryMs: number })[];
    readonly places: number;
  },
): SimulatedSystem {
  const { busy, places, ...common } = given;
  const { cores = 4, cpuMs = 0.2 } = common;
  const base = api(common);
  const described = {
    ...base,
    name: 'two tiers',
    stations: [...base.stations, { name: 'pool', servers: places }],
    endpoints: [
      ...busy.map(
        (part, i): SystemEndpoint => ({
          name: `GET /tier${i}`,
          ...weightOf(part),
          steps: [
            work(part.ms + cpuMs),
            {
              kind: 'hold',
              station: 'pool',
              steps: [{ kind: 'delay', ms: part.queryMs, distribution: 'exponential' }],
            },
          ],
        }),
      ),
      ...base.endpoints,
    ],
  };
  const sum = (of: (part: (typeof busy)[number]) => number) =>
    busy.reduce((total, part) => total + (part.weight ?? 1) * of(part), 0);
  const perPlace = sum((part) => part.queryMs) / places;
  const perCore = sum((part) => part.ms + cpuMs) / cores;
  const poolIsNarrower = perPlace > perCore;
  // What changes less than a fifth when it is taken away is no label: then both are full, and either may be named.
  const bothAreFull = Math.max(perPlace / perCore, perCore / perPlace) < 1.2;
  const [cause, other] = poolIsNarrower
    ? (['connection-pool', 'cpu-saturation'] as const)
    : (['cpu-saturation', 'connection-pool'] as const);
  return systemOf({
    ...described,
    truth: {
      causes: bothAreFull ? [cause, other] : [cause],
      endpoints: first(busy.length),
      size: poolIsNarrower ? places : cores,
    },
  });
}
