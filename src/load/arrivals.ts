import { randomExponential } from '../record/random.ts';

/** When requests are due: each call gives the next one, in ms since the stage's start, ascending and without end. */
export type Arrivals = () => number;

export type ArrivalsOptions = {
  readonly kind: 'poisson' | 'uniform';
  /** Of all workers together. */
  readonly ratePerSecond: number;
  /** This worker is number `worker` (from 0) of `workers`. */
  readonly worker: number;
  readonly workers: number;
  readonly random: () => number;
};

/**
 * One worker's share of a stage's arrivals; the workers need not talk to each other.
 *
 * Poisson: gaps are exponential with the mean W/λ. The counts of W independent Poisson streams of the rates λ/W add up
 * to a Poisson count of the mean λ·t for every t, and the streams have independent increments, so they merge into one
 * Poisson stream of rate λ (Kingman, Poisson Processes, §2.2).
 *
 * Uniform: arrival i of the whole stage is due at i/λ. Worker k takes the arrivals k, k + W, k + 2·W, … Each time is
 * computed from its number, not added up, so that rounding errors do not grow.
 */
export function arrivalsOf({ kind, ratePerSecond, worker, workers, random }: ArrivalsOptions): Arrivals {
  switch (kind) {
    case 'poisson': {
      const meanGapMs = (1000 * workers) / ratePerSecond;
      let atMs = 0;
      return () => {
        atMs += randomExponential(random, meanGapMs);
        return atMs;
      };
    }
    case 'uniform': {
      let index = worker - workers;
      return () => {
        index += workers;
        return (index * 1000) / ratePerSecond;
      };
    }
    default:
      return kind satisfies never;
  }
}
