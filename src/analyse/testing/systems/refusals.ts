import type { SimulatedSystem } from '../simulated-system.ts';
import { api, type Common, first, type Part, systemOf } from './api.ts';

/** Systems that turn requests away. */

type Refusing = Common & { readonly others: readonly Part[] };

/** A token bucket before all endpoints: 429 beyond so many a second. */
export function rateLimit(
  given: Refusing & { readonly perSecond: number; readonly burst?: number; readonly status?: 429 | 503 },
): SimulatedSystem {
  const { perSecond, burst = perSecond / 10, status = 429, ...common } = given;
  return systemOf({
    ...api(common),
    name: 'rate limit',
    limit: { kind: 'token-bucket', perSecond, burst, status },
    truth: { causes: ['rate-limit'], endpoints: first(common.others.length), size: perSecond },
  });
}

/** 503 at once above so many in flight. */
export function loadShedding(given: Refusing & { readonly inFlight: number }): SimulatedSystem {
  const { inFlight, ...common } = given;
  return systemOf({
    ...api(common),
    name: 'load shedding',
    limit: { kind: 'in-flight', max: inFlight, status: 503 },
    truth: { causes: ['load-shedding'], endpoints: first(common.others.length), size: inFlight },
  });
}

/** A share of the answers is 500 when more than so many are in flight. */
export function overloadErrors(
  given: Refusing & { readonly above: number; readonly share: number },
): SimulatedSystem {
  const { above, share, ...common } = given;
  return systemOf({
    ...api(common),
    name: 'errors under load',
    limit: { kind: 'errors', above, share, status: 500 },
    truth: { causes: ['errors-under-load'], endpoints: first(common.others.length) },
  });
}
