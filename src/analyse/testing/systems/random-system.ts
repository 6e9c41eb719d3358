import type { SimulatedSystem } from '../simulated-system.ts';
import { systemOf } from './api.ts';
import { Draws, shuffled, withinReach } from './draws.ts';
import { others } from './random-others.ts';
import { queues } from './random-queues.ts';

const makers: Readonly<Record<SystemKind, (draws: Draws) => SimulatedSystem>> = { ...queues, ...others };

export type SystemKind = keyof typeof queues | keyof typeof others;

export const systemKinds: readonly SystemKind[] = Object.keys(makers).filter(
  (name): name is SystemKind => name in makers,
);

/**
 * A system of the kind with random parameters, the same for the same seed: 1 to 10 endpoints in any order, services of
 * 1 to 200 ms, pools of 2 to 32; in half of them all data change. What fills up does so with at most 60 users and below 3,000/s.
 */
export function randomSystem(kind: SystemKind, seed: number): SimulatedSystem {
  // Kinds of the same seed are not alike, and a new kind changes no other.
  const draws = new Draws([...kind].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed));
  const make = () => makers[kind](draws);
  const system = shuffled(kind in queues ? withinReach(make) : make(), draws.random);
  return kind === 'no-cache' || draws.chance(0.5) ? system : systemOf(lively(system));
}

/** Its data change all the time, so that no cache would help; but for what is cached. */
function lively(system: SimulatedSystem): SimulatedSystem {
  const endpoints = system.endpoints.map((endpoint) =>
    endpoint.cache ? endpoint : { ...endpoint, bodiesDiffer: true as const },
  );
  return { ...system, endpoints };
}
