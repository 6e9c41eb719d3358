import type { SimulatedSystem } from '../simulated-system.ts';
import { api, type Common, type Part, systemOf } from './api.ts';

/** Systems that nothing is to be said against. */

type Healthy = Common & { readonly others: readonly Part[] };

/** Nothing queues within the loads that are tried. */
export function healthy(given: Healthy): SimulatedSystem {
  return systemOf({ ...api(given), name: 'healthy', truth: { causes: [], endpoints: [] } });
}

/** Some answers take thirty times as long as most, at every load: log-normal. */
export function heavyTailed(given: Healthy): SimulatedSystem {
  const others = given.others.map((part) => ({ ...part, distribution: 'heavy' as const }));
  return { ...healthy({ ...given, others }), name: 'heavy-tailed' };
}

/** A generator that cannot send more, before a healthy system. */
export function saturatedGenerator(given: Healthy & { readonly perSecond: number }): SimulatedSystem {
  const { perSecond, ...rest } = given;
  return {
    ...healthy(rest),
    name: 'saturated generator',
    generator: { perSecond },
    truth: { causes: ['generator'], endpoints: [], size: perSecond },
  };
}

/** Faults that are none of the table's. */

/** A share of the answers is 500 at every load. */
export function alwaysFailing(given: Healthy & { readonly share: number }): SimulatedSystem {
  const { share, ...rest } = given;
  const base = api(rest);
  return systemOf({
    ...base,
    name: 'errors at every load',
    endpoints: base.endpoints.map((endpoint) => ({ ...endpoint, failures: { share, status: 500 } })),
    truth: { causes: [], outside: true, endpoints: base.endpoints.map((_, i) => i) },
  });
}

/** Answers go through a narrow line: time for each byte, in one queue, and nothing else is slow. */
export function narrowLine(
  given: Healthy & { readonly bytes: number; readonly bytesPerMs: number },
): SimulatedSystem {
  const { bytes, bytesPerMs, ...rest } = given;
  const base = api(rest);
  const ms = bytes / bytesPerMs;
  return systemOf({
    ...base,
    name: 'narrow line',
    stations: [...base.stations, { name: 'line', servers: 1, discipline: 'ps' }],
    endpoints: base.endpoints.map((endpoint) => ({
      ...endpoint,
      rowBytes: bytes,
      steps: [...endpoint.steps, { kind: 'serve', station: 'line', ms, distribution: 'constant' }],
    })),
    control: [
      ...base.control,
      { kind: 'serve', station: 'line', ms: 100 / bytesPerMs, distribution: 'constant' },
    ],
    truth: { causes: [], outside: true, endpoints: base.endpoints.map((_, i) => i) },
  });
}
