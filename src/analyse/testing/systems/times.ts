import type { SimulatedSystem } from '../simulated-system.ts';
import { api, type Common, first, type Part, systemOf, weightOf, work } from './api.ts';

/** Systems whose times change: with chance, with time, or with the number of requests inside. */

type Changing = Common & { readonly others: readonly Part[] };

/** The first endpoint waits for another service: always long, or in a slow mode that some requests meet. */
export function slowDependency(
  given: Common & { readonly called: Part; readonly slow?: { readonly share: number; readonly ms: number } },
): SimulatedSystem {
  const { called, slow, ...common } = given;
  const base = api(common);
  const { ms, distribution = 'uniform' } = called;
  return systemOf({
    ...base,
    name: slow ? 'dependency with time-outs' : 'slow dependency',
    endpoints: [
      {
        name: 'GET /called',
        ...weightOf(called),
        steps: [work(common.cpuMs ?? 0.2), { kind: 'delay', ms, distribution, ...(slow ? { slow } : {}) }],
      },
      ...base.endpoints,
    ],
    truth: { causes: ['slow-dependency'], endpoints: [0] },
  });
}

/** Everything takes longer with time, or with each answer given: a leak, a table that grows. */
export function drifting(
  given: Changing & { readonly drift: NonNullable<SimulatedSystem['drift']> },
): SimulatedSystem {
  return systemOf({
    ...api(given),
    name: 'drift',
    truth: { causes: ['drift'], endpoints: first(given.others.length) },
  });
}

/** The whole process stands still from time to time. */
export function stalling(
  given: Changing & { readonly stall: NonNullable<SimulatedSystem['stall']> },
): SimulatedSystem {
  const { others, cpuMs = 0.2, stall } = given;
  // What waits elsewhere goes on in a stall; its answer must wait for the process.
  const base = api(given);
  return systemOf({
    ...base,
    name: 'periodic stalls',
    endpoints: base.endpoints.map((endpoint) => ({
      ...endpoint,
      steps: [...endpoint.steps, work(cpuMs / 10)],
    })),
    stall,
    truth: { causes: ['periodic-stalls'], endpoints: first(others.length) },
  });
}

/** One thread that stops to collect garbage after so many requests. */
export function collecting(
  given: Changing & { readonly pause: { readonly every: number; readonly ms: number } },
): SimulatedSystem {
  const { pause, cpuMs = 0.2, others, ...common } = given;
  const base = api(common);
  const loop = { kind: 'serve', station: 'loop', ms: cpuMs, pause } as const;
  return systemOf({
    ...base,
    name: 'collections',
    stations: [{ name: 'loop', servers: 1 }],
    control: [loop],
    endpoints: others.map(({ ms, distribution = 'exponential', ...part }, i) => ({
      name: `GET /other${i}`,
      ...part,
      steps: [loop, { kind: 'delay', ms, distribution }],
    })),
    truth: { causes: ['periodic-stalls'], endpoints: first(others.length) },
  });
}

/**
 * The first endpoints work in one place that is slower the more are in it: throughput has the Universal Scalability
 * Law's form and falls beyond its peak.
 */
export function collapse(
  given: Common & { readonly contended: readonly Part[]; readonly sigma: number; readonly kappa: number },
): SimulatedSystem {
  const { contended, sigma, kappa, ...common } = given;
  const base = api(common);
  return systemOf({
    ...base,
    name: 'contention collapse',
    stations: [...base.stations, { name: 'contended', servers: 1, discipline: 'contended', sigma, kappa }],
    endpoints: [
      ...contended.map(({ ms, distribution = 'exponential', ...part }, i) => ({
        name: `GET /contended${i}`,
        ...part,
        steps: [
          work(common.cpuMs ?? 0.2),
          { kind: 'serve', station: 'contended', ms, distribution } as const,
        ],
      })),
      ...base.endpoints,
    ],
    truth: { causes: ['contention-collapse'], endpoints: first(contended.length) },
  });
}
