import type { Scenario } from '../scenario.ts';

/** A request of the mix: one a pass. */
export function singleRequest(endpoint: number, weight: number): Scenario {
  return {
    weight,
    first: endpoint,
    begin: (user) => user.request(endpoint),
    answered: (user) => user.finish(),
  };
}
