import { defaultSeed } from './seed.ts';
import { type Profile, profiles, type Switches } from './switches.ts';

/** What surrounds the API: how many instances, and which components beside them. */
export interface Surroundings {
  /** API processes, 1 to 4; several need the balancer. */
  readonly instances: number;
  /** HAProxy in front of the instances. */
  readonly balancer: boolean;
  /** Requests that HAProxy lets into one instance at a time (`maxconn` of its server); the others queue. */
  readonly maxInFlight: number;
  /** The longest wait in HAProxy's queue, in milliseconds; then 503 with Retry-After. */
  readonly queueTimeoutMs: number;
  /** Requests per second that HAProxy takes of one client address, then 429 with Retry-After; `null` for no limit. */
  readonly rateLimit: number | null;
  /** A streaming replica of PostgreSQL that answers the reads. */
  readonly replica: boolean;
  /** Prometheus, with its rules, over the API, HAProxy and itself. */
  readonly monitoring: boolean;
  /** Instances are added and removed with the load. */
  readonly autoscale: boolean;
}

/** Everything that is chosen of a stack. */
export interface Setup extends Switches, Surroundings {
  readonly profile: Profile;
  /** Of the rows; the same seed gives the same answers. */
  readonly seed: number;
  /** Where the stack answers, on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
}

/** The API by itself: nothing besides PostgreSQL is needed. Limits hold as soon as the balancer is chosen. */
export const alone: Surroundings = {
  instances: 1,
  balancer: false,
  maxInFlight: 50,
  queueTimeoutMs: 5000,
  rateLimit: null,
  replica: false,
  monitoring: false,
  autoscale: false,
};

/** A profile with what differs from it; several instances, or a number of them that changes, bring the balancer. */
export function completeSetup(given: Partial<Setup> = {}): Setup {
  const profile = given.profile ?? 'baseline';
  const setup = { seed: defaultSeed, port: 0, ...profiles[profile], ...alone, ...given, profile };
  return { ...setup, balancer: setup.balancer || setup.instances > 1 || setup.autoscale };
}
