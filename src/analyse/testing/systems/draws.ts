import type { ThinkTime } from '../../../plan/plan.ts';
import { randomFrom, randomIndex } from '../../../record/random.ts';
import type { Distribution } from '../queueing.ts';
import type { SimulatedSystem, Truth } from '../simulated-system.ts';
import type { Common, Part } from './api.ts';

/** Random parameters within bounds. */
export class Draws {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** Uniform in the logarithm. */
  scaled(low: number, high: number): number {
    return low * (high / low) ** this.random();
  }

  whole(low: number, high: number): number {
    return low + randomIndex(this.random, high - low + 1);
  }

  one<T>(first: T, ...others: readonly T[]): T {
    return [first, ...others][randomIndex(this.random, others.length + 1)] ?? first;
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  parts(count: number, lowMs: number, highMs: number): readonly Part[] {
    return Array.from({ length: count }, () => ({
      ms: this.scaled(lowMs, highMs),
      weight: this.whole(1, 4),
      distribution: this.one<Distribution>('exponential', 'uniform', 'constant'),
    }));
  }

  pause(lowMs: number, highMs: number): ThinkTime {
    return { kind: 'exponential', meanMs: this.scaled(lowMs, highMs) };
  }

  /** Wide processors, so that only the fault limits. */
  wide(others: readonly Part[]): Common & { readonly others: readonly Part[] } {
    return { cores: 8, cpuMs: this.scaled(0.02, 0.06), unrest: this.between(0, 0.02), others };
  }
}

/** Processors that a request of a usual framework keeps busy, so that a full one shows in the control as well. */
export function framework(draws: Draws): Pick<Common, 'cpuMs' | 'unrest'> {
  return { cpuMs: draws.scaled(0.5, 2), unrest: draws.between(0, 0.02) };
}

/** The same system with its endpoints in another order: no rule may rely on it. */
export function shuffled(system: SimulatedSystem, random: () => number): SimulatedSystem {
  const order = system.endpoints.map((_, i) => i);
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = randomIndex(random, i + 1);
    [order[i], order[j]] = [order[j] ?? j, order[i] ?? i];
  }
  const endpoints = order.flatMap((i) => system.endpoints[i] ?? []);
  const place = (endpoint: number) => order.indexOf(endpoint);
  const truth: Truth = {
    ...system.truth,
    endpoints: system.truth.endpoints.map(place).toSorted((a, b) => a - b),
  };
  return { ...system, endpoints, truth };
}

/** A search must be able to fill it: with a fraction of its users, at a rate that a machine can send. */
const reach = { users: 60, perSecond: 3000 };
const attempts = 1000;

/** The first that fills up within reach. */
export function withinReach(make: () => SimulatedSystem): SimulatedSystem {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const system = make();
    const { knee, xmax } = system.truth;
    if (knee !== undefined && xmax !== undefined && knee <= reach.users && xmax <= reach.perSecond)
      return system;
  }
  throw new Error('no such system fills up within reach');
}
