import type { Interval } from '../analysis.ts';
import type { StepReading } from '../probes/probe-readings.ts';
import { ratioOf } from './contrast.ts';
import type { Facts } from './facts.ts';
import type { TurnedAway } from './turned-away.ts';

/** What rising rates (P8) say of a server that refuses: by rate, or by the number in flight. */
export type RefusalSteps = {
  readonly named: 'rate-limit' | 'load-shedding' | null;
  /** In flight at once, as the steps fit best; null: none fits. */
  readonly places: number | null;
  readonly rows: readonly RefusalStep[];
};

export type RefusalStep = {
  readonly step: StepReading;
  readonly okRate: Interval;
  /** Over the successful rate of the ladder's highest stage. */
  readonly ofLadder: Interval;
  /** Successful rate if so many places, and no more, were served at once (Erlang's loss formula); null: not known. */
  readonly shed: number | null;
};

/** Refusals that make a step tell something. */
const leastErrors = 0.02;
/** Typical distance of the figures from what an explanation says … */
const agrees = 0.04;
/** … and the other explanation must be so much worse. */
const clearly = 0.6;
/** Two steps at least: one can be fitted by anything. */
const fewestSteps = 2;
const mostPlaces = 2000;

type Asked = { readonly okRate: number; readonly asked: number; readonly seconds: number };

export function refusalStepsOf(facts: Facts, away: TurnedAway): RefusalSteps {
  const ladder = away.last.okRate;
  const seen = facts.readings.steps.flatMap((step) => {
    const ofLadder = ladder === null || step.okRate === null ? null : ratioOf(ladder, step.okRate);
    if (step.okRate === null || ofLadder === null || step.responseTime === null) return [];
    if (step.errors < leastErrors) return [];
    const asked = step.okRate.value / (1 - Math.min(0.99, step.errors));
    const figures: Asked = { okRate: step.okRate.value, asked, seconds: step.responseTime.value / 1000 };
    return [{ step, okRate: step.okRate, ofLadder, figures }];
  });
  const figures = seen.map((s) => s.figures);
  const places = placesOf(figures);
  const rows = seen.map(({ figures: f, ...row }) => ({
    ...row,
    shed: places === null ? null : shedRate(places, f),
  }));
  if (rows.length < fewestSteps) return { named: null, places, rows };
  const rates = [...figures.map((f) => f.okRate), ...(ladder === null ? [] : [ladder.value])];
  const mean = rates.reduce((sum, value) => sum + value, 0) / rates.length;
  const byRate = distance(rates.map((value) => value / mean));
  const byNumber =
    places === null ? Number.POSITIVE_INFINITY : distance(figures.map((f) => shedRate(places, f) / f.okRate));
  // Of a server that is full as well, a fixed number in flight lets a fixed rate through: both explanations fit then.
  if (byRate <= agrees && byNumber > agrees && byRate < clearly * byNumber)
    return { named: 'rate-limit', places, rows };
  if (byNumber <= agrees && byNumber < clearly * byRate) return { named: 'load-shedding', places, rows };
  return { named: null, places, rows };
}

/** The number in flight that all steps fit best. */
function placesOf(steps: readonly Asked[]): number | null {
  if (steps.length === 0) return null;
  const served = Math.max(...steps.map((f) => f.okRate * f.seconds));
  let [best, least]: [number | null, number] = [null, Number.POSITIVE_INFINITY];
  const most = Math.min(mostPlaces, Math.ceil(2 * served + 5));
  for (let places = Math.max(1, Math.floor(served)); places <= most; places += 1) {
    const far = distance(steps.map((f) => shedRate(places, f) / f.okRate));
    if (far < least) [best, least] = [places, far];
  }
  return best;
}

function shedRate(places: number, { asked, seconds }: Asked): number {
  return asked * (1 - erlangLoss(places, asked * seconds));
}

/** Root mean square of the ratios less 1. */
function distance(ratios: readonly number[]): number {
  return Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - 1) ** 2, 0) / Math.max(1, ratios.length));
}

/**
 * Share of Poisson arrivals that find all places taken, `offered` in erlangs: B(0) = 1, B(m) = aB(m−1)/(m + aB(m−1)).
 * It holds for any distribution of the times served (Erlang 1917; Sevastyanov 1957).
 */
export function erlangLoss(places: number, offered: number): number {
  let loss = 1;
  for (let m = 1; m <= places; m += 1) loss = (offered * loss) / (m + offered * loss);
  return loss;
}
