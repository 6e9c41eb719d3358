import type { Plan, SlaStatistic } from '../../plan/plan.ts';
import { randomIndex, randomNormal } from '../../record/random.ts';
import { judge, type PlanPromise, promisesOf } from '../endpoints/promise.ts';
import { fewBlocksFactor, percentileInterval, wilson, z95 } from '../measure/interval.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';
import { fitLogit, logit, rootOf, type Share } from './logit-fit.ts';
import { highestUtilisation, type Plateau } from './queue-memory.ts';
import { countOver } from './share-over.ts';

/** The highest rate within the SLA, from trials of Poisson arrivals at several rates. */
export type RateSearch = {
  /** logit(share over) = intercept + slope·ln rate of the promise that gives way first. */
  readonly intercept: number | null;
  /** Requests per second; null: the trials do not tell. */
  readonly rate: number | null;
  /** Standard error of ln rate, as far as one fit can tell; null: from a bracket alone. */
  readonly error: number | null;
  /** The promise that gives way first. */
  readonly binding: PlanPromise | null;
  /** d logit(share over) / d ln rate. */
  readonly slope: number | null;
  /** Highest asked rate below the first miss where every promise was kept; lowest where one was missed. */
  readonly kept: number | null;
  readonly missed: number | null;
  /** Some trial kept every promise: beside a miss at a lower rate, chance decided one of them. */
  readonly someKept: boolean;
};

/** Shares of the requests that a bound on this quantile lets be longer. */
export const allowedOver: Readonly<Partial<Record<SlaStatistic, number>>> = {
  p50: 0.5,
  p90: 0.1,
  p95: 0.05,
  p99: 0.01,
  p999: 0.001,
};

/**
 * What is known of the slope beforehand, and known badly: in M/M/m it is about λ·limit, the requests that come within
 * the limit. It keeps a fit finite where the trials separate without an error.
 */
const [leastSlope, mostSlope] = [5, 300];
/** What a plateau is worth as an observation: so many requests at its throughput, half of them over the limit. */
const plateauRequests = 4;
/** Of the model's overdispersion. */
const burstiness = 0.5;
/** A trial this far from the limit in logits counts half: the line is straight near the root only. */
const nearLogits = 2;

/** Trials in which the generator was the limit, or that are invalid, are left out where they missed. */
export function usableTrials(trials: readonly StageMeasurement[]): readonly StageMeasurement[] {
  return trials
    .filter((t) => t.askedRate !== null && t.validity.state !== 'invalid' && t.total.count > 0)
    .toSorted((a, b) => (a.askedRate ?? 0) - (b.askedRate ?? 0));
}

export function rateSearch(given: readonly StageMeasurement[], plan: Plan, plateau: Plateau): RateSearch {
  const trials = usableTrials(given);
  const promises = promisesOf(plan);
  const misses = (t: StageMeasurement) => promises.some((p) => judge(t, p).state === 'missed');
  const fair = trials.filter(
    (t) => t.validity.state === 'valid' || !promises.some((p) => judge(t, p).state === 'not-fair'),
  );
  const missed = fair.find(misses)?.askedRate ?? null;
  const kept =
    fair.findLast((t) => !misses(t) && (missed === null || (t.askedRate ?? 0) < missed))?.askedRate ?? null;
  let best: Omit<RateSearch, 'kept' | 'missed' | 'someKept'> = {
    intercept: null,
    rate: null,
    error: null,
    binding: null,
    slope: null,
  };
  for (const promise of promises) {
    const found = rootFor(promise, fair, plateau);
    if (found !== null && (best.rate === null || found.rate < best.rate))
      best = { ...found, binding: promise };
  }
  return { ...best, kept, missed, someKept: fair.some((t) => !misses(t)) };
}

/** Whether one user alone already gets answers that surely miss a promise (Wilson): no rate can keep it then. */
export function missedAlone(ladder: readonly StageMeasurement[], plan: Plan): boolean {
  const alone = ladder.filter(({ users, validity }) => users === 1 && validity.state === 'valid');
  return promisesOf(plan).some(({ endpoint, statistic, limit }) => {
    const allowed = statistic === 'errors' ? undefined : allowedOver[statistic];
    if (allowed === undefined) return false;
    const parts = alone.flatMap(({ endpoints }): Part[] => {
      const histogram = endpoints[endpoint]?.histogram ?? null;
      return histogram === null ? [] : [{ hits: countOver(histogram, limit), timed: histogram.count }];
    });
    const { hits, timed } = sumOf(parts);
    return (wilson(hits, timed).low ?? 0) > allowed;
  });
}

type Root = Pick<RateSearch, 'error' | 'slope' | 'intercept'> & { readonly rate: number };

function rootFor(
  promise: PlanPromise,
  trials: readonly StageMeasurement[],
  plateau: Plateau,
  drawn: ((trial: number) => readonly number[]) | null = null,
): Root | null {
  const allowed = promise.statistic === 'errors' ? undefined : allowedOver[promise.statistic];
  if (allowed === undefined) return between(promise, trials);
  const shares = trials.flatMap((trial, i): Share[] => {
    const own = trial.endpoints[promise.endpoint] ?? null;
    if (own === null || own.histogram === null || own.histogram.count === 0) return [];
    return [
      shareOf(own, { limit: promise.limit, allowed, rate: comingRate(trial), plateau }, drawn?.(i) ?? null),
    ];
  });
  if (shares.length === 0) return null;
  if (plateau !== null) {
    shares.push({ x: Math.log(plateau), hits: plateauRequests / 2, trials: plateauRequests, weight: 1 });
  }
  const middle = trials[Math.floor(trials.length / 2)]?.askedRate ?? 0;
  const slope = Math.min(mostSlope, Math.max(leastSlope, (middle * promise.limit) / 1000));
  const fit = fitLogit(shares, { mean: slope, deviation: slope });
  if (fit === null || !(fit.slope > 0.2)) return between(promise, trials);
  const { x, error } = rootOf(fit, allowed);
  return { rate: Math.exp(x), error, slope: fit.slope, intercept: fit.intercept };
}

/** A promise whose share is no quantile's: the middle between kept and missed. */
function between(promise: PlanPromise, trials: readonly StageMeasurement[]): Root | null {
  const at = trials.findIndex((t) => judge(t, promise).state === 'missed');
  const [low, high] = [trials[at - 1]?.askedRate ?? null, trials[at]?.askedRate ?? null];
  if (low === null || high === null) return null;
  return { rate: Math.sqrt(low * high), error: null, slope: null, intercept: null };
}

function shareOf(
  own: Measurement,
  at: { readonly limit: number; readonly allowed: number; readonly rate: number; readonly plateau: Plateau },
  blocks: readonly number[] | null,
): Share {
  const { limit, allowed, rate, plateau } = at;
  const parts = own.blocks.map(({ histogram }) => ({
    hits: countOver(histogram, limit),
    timed: histogram.count,
  }));
  const all =
    own.histogram === null || (blocks !== null && parts.length > 0)
      ? sumOf((blocks ?? []).map((b) => parts[b] ?? { hits: 0, timed: 0 }))
      : { hits: countOver(own.histogram, limit), timed: own.histogram.count };
  const far = (logit((all.hits + 0.5) / (all.timed + 1)) - logit(allowed)) / nearLogits;
  return {
    x: Math.log(rate),
    // Half a request at the limit keeps a trial without a hit finite.
    hits: all.hits + allowed,
    trials: all.timed + 1,
    weight: 1 / (Math.max(dispersionOf(parts), burstsAt(rate, plateau)) * (1 + far * far)),
  };
}

/**
 * Half way between the rate asked for and the rate that came: chance arrivals lengthen the queue as more of them would,
 * chance of the service does not (bench/search-accuracy.ts: fewer misses than either alone).
 */
function comingRate({ askedRate, total }: StageMeasurement): number {
  const asked = askedRate ?? total.rate ?? 1;
  return total.rate === null || total.rate <= 0 ? asked : Math.sqrt(asked * total.rate);
}

type Part = { readonly hits: number; readonly timed: number };

function sumOf(parts: readonly Part[]): Part {
  return parts.reduce((sum, p) => ({ hits: sum.hits + p.hits, timed: sum.timed + p.timed }), {
    hits: 0,
    timed: 0,
  });
}

/**
 * φ: the variance of the blocks' shares over the binomial one, since slow answers come in bursts. Few blocks tell it
 * badly, so it is held within 1 and 50.
 */
function dispersionOf(parts: readonly Part[]): number {
  const { hits, timed } = sumOf(parts);
  if (parts.length < 3 || hits <= 0 || hits >= timed) return 1;
  const p = hits / timed;
  let chi = 0;
  for (const part of parts)
    if (part.timed > 0) chi += (part.hits - part.timed * p) ** 2 / (part.timed * p * (1 - p));
  return Math.min(50, Math.max(1, chi / (parts.length - 1)));
}

/**
 * φ of a queue whose excursions are longer than a block: a burst is a busy period B, and λ·E[B²]/E[B] = 2ρ/(1−ρ)² in
 * M/M/1 (Aldous, Probability Approximations via the Poisson Clumping Heuristic, 1989).
 */
function burstsAt(rate: number, plateau: Plateau): number {
  if (plateau === null) return 1;
  const load = Math.min(highestUtilisation, rate / plateau);
  return 1 + (burstiness * 2 * load) / (1 - load) ** 2;
}

const rounds = 400;
/** The delta method's interval is a little too narrow where the line is bent and the dispersion a guess. */
const deltaReach = z95 * 1.1;

/**
 * 95 % interval of the rate. Trials' blocks of time are drawn again, and the plateau within its standard error
 * (`plateauError`, of ln); the result is never taken for narrower than the fit with its overdispersion says, for a queue
 * near its limit remembers longer than a block. Null: no fit to draw from.
 */
export function rateInterval95(
  given: readonly StageMeasurement[],
  plan: Plan,
  plateau: Plateau,
  plateauError: number,
  at: RateSearch,
  random: () => number,
): { readonly low: number; readonly high: number } | null {
  if (at.rate === null || at.error === null) return null;
  const trials = usableTrials(given);
  const promises = promisesOf(plan);
  const logs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const draws = trials.map(({ total }) => total.blocks.map(() => randomIndex(random, total.blocks.length)));
    const drawn = plateau === null ? null : plateau * Math.exp(plateauError * randomNormal(random));
    let lowest: number | null = null;
    for (const promise of promises) {
      const root = rootFor(promise, trials, drawn, (trial) => draws[trial] ?? []);
      if (root !== null && (lowest === null || root.rate < lowest)) lowest = root.rate;
    }
    if (lowest !== null && Number.isFinite(lowest)) logs.push(Math.log(lowest));
  }
  if (logs.length < rounds / 2) return null;
  const { low, high } = percentileInterval(logs);
  const centre = Math.log(at.rate);
  const blocks = trials.reduce((sum, { total }) => sum + total.blocks.length, 0);
  const factor = fewBlocksFactor(Math.max(3, blocks - 2));
  const least = deltaReach * at.error;
  return {
    low: Math.exp(centre - Math.max(least, factor * Math.max(0, centre - low))),
    high: Math.exp(centre + Math.max(least, factor * Math.max(0, high - centre))),
  };
}
