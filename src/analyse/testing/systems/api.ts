import type { Distribution } from '../queueing.ts';
import type { SimulatedSystem, Step, SystemEndpoint, Truth } from '../simulated-system.ts';
import { boundsOf } from '../system-bounds.ts';
import { alsoTrueOf } from './also-true.ts';

/** An endpoint of a system: the time of its own that it takes beside the processor. */
export type Part = {
  readonly ms: number;
  /** 1 unless given. */
  readonly weight?: number;
  /** Exponential unless given. */
  readonly distribution?: Distribution;
};

/** What all systems have: an API on processors shared by all requests, and endpoints that the fault leaves alone. */
export type Common = Pick<
  SimulatedSystem,
  'thinkTime' | 'unrest' | 'stall' | 'drift' | 'keepAlive' | 'connect'
> & {
  /** 4 unless given. */
  readonly cores?: number;
  /** Work on the processors for each request, 0.2 unless given; of the control a third. */
  readonly cpuMs?: number;
  /** They wait `ms` for something of their own that has no queue. */
  readonly others?: readonly Part[];
};

export type Described = Omit<SimulatedSystem, 'truth'> & {
  readonly truth: Omit<Truth, 'knee' | 'xmax' | 'alsoTrue'>;
};

/** Adds what theory says of the system to its truth. */
export function systemOf(described: Described): SimulatedSystem {
  const alsoTrue = alsoTrueOf(described).filter((cause) => !described.truth.causes.includes(cause));
  const truth = { ...described.truth, ...boundsOf(described), alsoTrue };
  return { ...described, truth };
}

/** The system without a fault; a fault adds endpoints (before these), stations, limits. */
export function api(common: Common): Omit<Described, 'name' | 'truth'> {
  const { cores = 4, cpuMs = 0.2, others = [], ...rest } = common;
  return {
    ...rest,
    stations: [{ name: 'cpu', servers: cores, discipline: 'ps' }],
    endpoints: others.map((part, i) => plain(`GET /other${i}`, part, cpuMs)),
    control: [{ kind: 'serve', station: 'cpu', ms: cpuMs / 3 }],
  };
}

export function plain(name: string, part: Part, cpuMs: number): SystemEndpoint {
  return { name, ...weightOf(part), steps: [work(cpuMs), waitFor(part)] };
}

export function weightOf({ weight }: Part): { readonly weight?: number } {
  return weight === undefined ? {} : { weight };
}

export function work(cpuMs: number): Step {
  return { kind: 'serve', station: 'cpu', ms: cpuMs };
}

export function waitFor({ ms, distribution = 'exponential' }: Part): Step {
  return { kind: 'delay', ms, distribution };
}

/** Indices of the first `count` endpoints: a fault's own come first. */
export function first(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
