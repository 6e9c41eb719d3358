import { randomExponential } from '../record/random.ts';
import { dueAtOf, type RateProfile } from './rate-profile.ts';

/** When requests are due: each call gives the next one, in ms since the stage's start, ascending; infinite: none. */
export type Arrivals = () => number;

export type ArrivalsOptions = {
  readonly kind: 'poisson' | 'uniform';
  /** Of all workers together. */
  readonly rate: RateProfile;
  /** This worker is number `worker` (from 0) of `workers`. */
  readonly worker: number;
  readonly workers: number;
  readonly random: () => number;
};

/**
 * One worker's share of a stage's arrivals; the workers need not talk to each other.
 *
 * Poisson: arrivals of rate 1 are mapped through Λ⁻¹, which gives a Poisson process of the rate λ(t), whatever its shape
 * (time-rescaling: Çinlar, Introduction to Stochastic Processes, 1975, §4.7; Lewis & Shedler, Naval Research Logistics
 * 26, 1979). Each of W workers has the rate λ(t)/W, so its arrival u is due at Λ⁻¹(W·u). The counts of W independent
 * Poisson streams of the rates λ/W add up to a Poisson count of the mean Λ(t) for every t, and the streams have
 * independent increments, so they merge into one Poisson stream of rate λ (Kingman, Poisson Processes, §2.2).
 *
 * Uniform: arrival i of the whole stage is due at Λ⁻¹(i); at a constant rate that is i/λ. Worker k takes the arrivals
 * k, k + W, k + 2·W, … Each time is computed from its number, not added up, so that rounding errors do not grow.
 */
export function arrivalsOf({ kind, rate, worker, workers, random }: ArrivalsOptions): Arrivals {
  const dueAt = dueAtOf(rate);
  switch (kind) {
    case 'poisson': {
      let requests = 0;
      let atMs = 0;
      return () => {
        requests += randomExponential(random, workers);
        // Two arrivals a few ulp apart may change places where one piece of the profile meets the next.
        atMs = Math.max(atMs, dueAt(requests));
        return atMs;
      };
    }
    case 'uniform': {
      let index = worker - workers;
      return () => {
        index += workers;
        return dueAt(index);
      };
    }
    default:
      return kind satisfies never;
  }
}
