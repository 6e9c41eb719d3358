import type { Interval } from '../analysis.ts';
import type { StepReading } from '../probes/probe-readings.ts';
import { ratioOf } from './contrast.ts';
import type { Facts } from './facts.ts';
import type { TurnedAway } from './turned-away.ts';

/** What rising rates (P8) say of a server that refuses: by rate, or by the number in flight. */
export type RefusalSteps = {
  readonly named: 'rate-limit' | 'load-shedding' | null;
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
/** A rate limit lets the same rate through: value and interval's ends. */
const flat = { value: 0.03, interval: 0.1 };
/** Where few are refused, chance leaves a part of the permitted rate unused: an allowance for bursts is small. */
const clearErrors = 0.3;
const nearLimit = { value: 0.1, interval: 0.2 };
/** Loss formula and measurement agree within this. */
const agrees = 0.06;

export function refusalStepsOf(facts: Facts, away: TurnedAway): RefusalSteps {
  const ladder = away.last.okRate;
  const places = Math.round(Math.max(...away.stages.map((s) => s.served ?? 0)));
  const rows = facts.readings.steps.flatMap((step): RefusalStep[] => {
    const ofLadder = ladder === null || step.okRate === null ? null : ratioOf(ladder, step.okRate);
    if (step.okRate === null || ofLadder?.low == null || step.errors < leastErrors) return [];
    const time = step.responseTime?.value ?? null;
    const asked = step.okRate.value / (1 - Math.min(0.99, step.errors));
    const shed = time === null || places < 1 ? null : asked * (1 - erlangLoss(places, (asked * time) / 1000));
    return [{ step, okRate: step.okRate, ofLadder, shed }];
  });
  if (rows.length === 0) return { named: null, rows };
  const isFlat = ({ step, ofLadder: { value, low, high } }: RefusalStep) => {
    const allowed = step.errors >= clearErrors ? flat : nearLimit;
    const within = (low ?? 0) >= 1 - allowed.interval && (high ?? 2) <= 1 + allowed.interval;
    return within && Math.abs(value - 1) <= allowed.value;
  };
  const isRate = rows.some(({ step }) => step.errors >= clearErrors) && rows.every(isFlat);
  const isShed = rows.every(
    ({ okRate, shed }) => shed !== null && Math.abs(shed / okRate.value - 1) <= agrees,
  );
  if (isRate === isShed) return { named: null, rows };
  return { named: isRate ? 'rate-limit' : 'load-shedding', rows };
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
