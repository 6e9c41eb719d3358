import type { Plan } from '../../plan/plan.ts';
import type { Estimate, Interval } from '../analysis.ts';
import { judge, type PlanPromise, promisesOf } from '../endpoints/promise.ts';
import { z95 } from '../measure/interval.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { count, milliseconds, number, rate, share, within } from '../words.ts';
import { insufficientEvidence } from './insufficient-evidence.ts';
import { relaxationSeconds, steadyRate } from './queue-memory.ts';
import { type RateSearch, rateInterval95, rateSearch, usableTrials } from './rate-search.ts';

/** Trials this near to the answer must hold enough requests for its interval to be trusted. */
const nearShare = 0.1;
const wantedRequests = 2000;
const wantedRelaxations = 10;
/** A trial of fewer relaxation times has hardly left the empty queue with which it began. */
const leastRelaxations = 3;

/** Throughput of a plateau that the ladder showed, with its interval; null: it showed none. */
export type PlateauRate = Interval | null;

/** An estimate of this method is a rate that was surely kept: the answer is that or more. */
export const lowerBoundMethod = 'lower bound: the highest rate kept';

/** The highest rate within the SLA from trials of Poisson arrivals (docs/methods.md §3); `trials` not empty. */
export function slaFromTrials(
  trials: readonly StageMeasurement[],
  plan: Plan,
  plateau: PlateauRate,
  random: () => number,
): { readonly estimate: Estimate; readonly found: RateSearch } {
  const found = rateSearch(trials, plan, plateau?.value ?? null);
  return { found, estimate: estimateOf() };

  function estimateOf(): Estimate {
    const usable = usableTrials(trials);
    const [lowest, highest] = [usable[0]?.askedRate ?? null, usable[usable.length - 1]?.askedRate ?? null];
    if (lowest === null || highest === null) {
      return insufficientEvidence(
        'No trial at a rate is valid: the highest rate within the SLA is not known.',
        'the search again, with a generator that keeps up (see validity)',
      );
    }
    if (found.kept === null && found.missed === null) {
      return insufficientEvidence(
        'No promise could be judged in the trials at a rate.',
        'trials that reach the endpoints with an SLA, with a generator that is not the limit',
      );
    }
    if (found.kept === null && (!found.someKept || found.error === null)) {
      return insufficientEvidence(
        `Promises were missed already at ${rate(lowest)}, the lowest rate tried${missText(plan, usable, lowest)}.`,
        `trials below ${rate(lowest)}: a longer --budget, or a look at single requests: the SLA may be out of reach without any load`,
      );
    }
    if (found.missed === null && plateau === null) {
      return insufficientEvidence(
        `Every promise was kept at every rate tried, up to ${rate(highest)}, and the ladder showed no plateau: the highest rate within the SLA is at least that.`,
        'a ladder that goes further (--max-users, --budget)',
      );
    }
    if (
      found.missed === null &&
      found.kept !== null &&
      (found.error === null || (found.rate ?? 0) < found.kept)
    )
      return atLeast(found.kept, usable);
    if (found.rate === null || found.error === null) {
      const held = found.kept ?? lowest;
      const missed = Math.max(held, found.missed ?? plateau?.high ?? highest);
      return bracketed(Math.min(held, steady(usable) ?? held), missed);
    }
    return fitted(found.rate, usable);
  }

  /**
   * No trial missed: a point below one that was kept would be extrapolated, and contradicted by it. Near a plateau the
   * highest rate kept is no bound, either: of 18 simulated systems 12 held the SLA for minutes only below it.
   */
  function atLeast(kept: number, usable: readonly StageMeasurement[]): Estimate {
    const lasting = steady(usable) ?? kept;
    const low = Math.min(kept, lasting);
    const least =
      low < kept
        ? `at least ${rate(low)}; nearer to the plateau queues grow for longer than the trials took`
        : 'at least that';
    const top = plateau === null ? '' : ` The ladder's plateau, ${rate(plateau.value)}, no SLA outlasts.`;
    return {
      state: 'estimated',
      estimate: low,
      low,
      high: null,
      confidence: low < kept ? 'low' : 'medium',
      method: `${lowerBoundMethod} of ${count(usable.length, 'trial')} of Poisson arrivals`,
      unit: 'requests/s',
      rate: { value: low, low, high: null },
      users: null,
      statement: `Every promise was kept at every rate tried, up to ${rate(kept)}: the highest rate within the SLA is ${least}.${top}`,
    };
  }

  function bracketed(kept: number, missed: number): Estimate {
    const value = Math.sqrt(kept * missed);
    return {
      state: 'estimated',
      estimate: value,
      low: kept,
      high: missed,
      confidence: missed / kept <= 1.1 ? 'medium' : 'low',
      method: 'bracket between trials of Poisson arrivals',
      unit: 'requests/s',
      rate: { value, low: kept, high: missed },
      users: null,
      statement: `Every promise was kept at ${rate(kept)}; at ${rate(missed)} one was missed. The highest rate within the SLA lies between the two.`,
    };
  }

  /** Nearer to the plateau a trial ends before its queue has grown: what it kept, minutes may not. */
  function steady(usable: readonly StageMeasurement[]): number | null {
    if (plateau === null) return null;
    const longest = usable.reduce((most, t) => Math.max(most, t.seconds ?? 0), 0);
    return steadyRate(plateau.value, longest, leastRelaxations);
  }

  function fitted(value: number, usable: readonly StageMeasurement[]): Estimate {
    const drawn = rateInterval95(trials, plan, plateau?.value ?? null, errorOf(plateau), found, random);
    // Beyond the plateau queues grow without bound: no rate above it holds an SLA for long.
    const most = plateau === null ? Number.POSITIVE_INFINITY : (plateau.high ?? plateau.value);
    const estimate = Math.min(value, most);
    const low = Math.min(estimate, drawn?.low ?? found.kept ?? estimate, steady(usable) ?? estimate);
    const high = Math.max(estimate, Math.min(drawn?.high ?? found.missed ?? most, most));
    const near = usable.filter((t) => Math.abs(Math.log((t.askedRate ?? 1) / estimate)) <= nearShare);
    const requests = near.reduce((sum, t) => sum + t.total.count, 0);
    const seconds = near.reduce((sum, t) => sum + (t.seconds ?? 0), 0);
    const relaxation = relaxationSeconds(estimate, plateau?.value ?? null);
    const reliable =
      requests >= wantedRequests && (relaxation === null || seconds >= wantedRelaxations * relaxation);
    const spread = low === null || high === null ? Number.POSITIVE_INFINITY : high / low;
    const interval = { value: estimate, low, high };
    const doubts = reliable
      ? ''
      : ` The interval is unreliable: the trials near it hold ${count(requests, 'request')} in ${number(seconds)} s, and ${relaxation === null ? number(wantedRequests) : `${number(wantedRequests)} and ${number(Math.ceil(wantedRelaxations * relaxation))} s (ten times the queue's memory)`} are wanted: search longer (--budget).`;
    return {
      state: 'estimated',
      estimate,
      low,
      high,
      confidence: !reliable || spread > 1.4 ? 'low' : spread <= 1.15 ? 'high' : 'medium',
      method: `logit regression of the share over the SLA on ln rate, ${count(usable.length, 'trial')} of Poisson arrivals; interval by bootstrap over trials and blocks of time${reliable ? '' : ', unreliable'}`,
      unit: 'requests/s',
      rate: interval,
      users: null,
      statement: `The SLA holds up to about ${rate(estimate)}${within(interval, (x) => number(x, x < 100 ? 1 : 0))} of requests that come independently of each other${bindingText(found.binding)}.${doubts}`,
    };
  }
}

/** Standard error of ln rate, from its 95 % interval. */
function errorOf(plateau: PlateauRate): number {
  if (plateau === null || plateau.low === null || plateau.high === null || plateau.low <= 0) return 0;
  return Math.log(plateau.high / plateau.low) / (2 * z95);
}

function bindingText(binding: PlanPromise | null): string {
  if (binding === null) return '';
  const limit = binding.statistic === 'errors' ? share(binding.limit) : milliseconds(binding.limit);
  return `; ${binding.statistic} ≤ ${limit} of ${binding.name} gives way first`;
}

function missText(plan: Plan, usable: readonly StageMeasurement[], at: number): string {
  const trial = usable.find((t) => t.askedRate === at);
  if (trial === undefined) return '';
  for (const promise of promisesOf(plan)) {
    const { state, value } = judge(trial, promise);
    if (state !== 'missed' || value === null) continue;
    const words = promise.statistic === 'errors' ? share : milliseconds;
    return ` (${promise.name}: ${promise.statistic} ${words(value)} > ${words(promise.limit)})`;
  }
  return '';
}
