import type { Plan } from '../../plan/plan.ts';
import type { Estimate } from '../analysis.ts';
import { findCommand } from '../commands.ts';
import { judge, type PlanPromise, promisesOf } from '../endpoints/promise.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { list, loadName, milliseconds, number, rate, share } from '../words.ts';
import { insufficientEvidence } from './insufficient-evidence.ts';
import { loadOf, nextLoad, unitOf } from './stage-load.ts';

/** Whether a stage kept every promise that could be checked. */
export type SlaStage = {
  readonly measurement: StageMeasurement;
  readonly checked: number;
  /** `GET /posts: p95 900 ms > 500 ms`; in a stage that is a lower bound, too: see {@link isFair}. */
  readonly misses: readonly string[];
};

/** Invalid stages have nothing checked. */
export function slaStages(measurements: readonly StageMeasurement[], plan: Plan): readonly SlaStage[] {
  const promises = promisesOf(plan);
  return measurements.map((measurement) => {
    const judged = promises.map((promise) => ({ promise, ...judge(measurement, promise) }));
    const missed = judged.filter(({ state }) => state === 'missed' || state === 'not-fair');
    return {
      measurement,
      checked: judged.filter(({ state }) => state !== 'unknown').length,
      misses: missed.map(({ promise, value }) => `${promise.name}: ${missText(promise, value)}`),
    };
  });
}

/** Whether misses seen in this stage are the target's: the generator was not the limit. */
export function isFair({ validity }: StageMeasurement): boolean {
  return validity.state === 'valid';
}

function missText({ statistic, limit }: PlanPromise, value: number | null): string {
  if (value !== null && value <= limit) return 'most of its requests failed';
  if (value === null) return `no successful request for its ${statistic} of ${milliseconds(limit)}`;
  return statistic === 'errors'
    ? `errors ${share(value)} > ${share(limit)}`
    : `${statistic} ${milliseconds(value)} > ${milliseconds(limit)}`;
}

/**
 * The highest rate within the SLA, from a passive ladder: between the last stage where every promise was kept and the
 * first where one was missed. A closed ladder's users slow down with the system, so its bracket says what so many
 * users bring, not what an independent stream of requests may bring.
 */
export function slaEstimate(measurements: readonly StageMeasurement[], plan: Plan): Estimate {
  const closed = plan.load.kind === 'closed';
  const stages = slaStages(measurements, plan)
    .filter((s) => s.measurement.validity.state !== 'invalid' && s.checked > 0)
    .filter((s) => loadOf(s.measurement) !== null)
    .sort((a, b) => (loadOf(a.measurement) ?? 0) - (loadOf(b.measurement) ?? 0));
  if (plan.endpoints.every((endpoint) => endpoint.sla === null)) {
    return insufficientEvidence(
      'The plan promises nothing: no endpoint has an SLA.',
      'an `sla` on the endpoints of the plan',
    );
  }
  const last = stages[stages.length - 1];
  const first = stages[0];
  if (first === undefined || last === undefined) {
    return insufficientEvidence(
      'No promise could be checked at any valid stage.',
      'a valid stage that reaches the endpoints with an SLA',
    );
  }
  const failedAt = stages.findIndex((s) => s.misses.length > 0);
  const failing = stages[failedAt];
  if (failing === undefined) {
    return insufficientEvidence(
      `Every promise was kept at every load tested, up to ${loadName(last.measurement)} (${rateWords(last)}): the highest rate within the SLA is at least that.`,
      `a stage at ${nextLoad(last.measurement)}${closed ? `; for a limit in requests per second: ${findCommand({ plan })}` : ''}`,
    );
  }
  const held = stages[failedAt - 1];
  if (!isFair(failing.measurement)) {
    const kept =
      held === undefined
        ? ''
        : `Every promise was kept at ${loadName(held.measurement)} (${rateWords(held)}). `;
    return insufficientEvidence(
      `${kept}At ${loadName(failing.measurement)} some were missed, but that stage is no fair measurement of the target (see validity).`,
      `the stage at ${loadName(failing.measurement)} again, with a generator that is not the limit`,
    );
  }
  if (held === undefined) {
    return insufficientEvidence(
      `Promises were missed already at the lowest load tested, ${loadName(failing.measurement)} (${missWords(failing)}).`,
      `stages below ${loadName(failing.measurement)}`,
    );
  }
  return between(held, failing, closed);
}

function between(held: SlaStage, failing: SlaStage, closed: boolean): Estimate {
  const [from, to] = [loadOf(held.measurement) ?? 0, loadOf(failing.measurement) ?? 0];
  const heldRate = held.measurement.total.rate;
  const failingRate = failing.measurement.total.rate;
  const unit = unitOf(held.measurement);
  const users = closed ? { value: from, low: from, high: to } : null;
  const low = closed ? heldRate : from;
  const high = closed
    ? heldRate !== null && failingRate !== null && failingRate > heldRate
      ? failingRate
      : null
    : to;
  const rates = low === null ? null : { value: low, low, high };
  const notBounded =
    closed && high === null
      ? ' In requests per second the ladder does not bound it from above: throughput was no higher at the stage that missed.'
      : '';
  const confidence = to / from <= 1.5 && rates !== null ? 'medium' : 'low';
  return {
    state: 'estimated',
    estimate: low ?? from,
    low: low ?? from,
    high: low === null ? to : high,
    confidence,
    method: closed
      ? 'bracket between the stages of a closed ladder (not an open-model search)'
      : 'bracket between the stages of an open ladder',
    unit: low === null ? unit : 'requests/s',
    rate: rates,
    users,
    statement: `Every promise was kept at ${loadName(held.measurement)} (${rateWords(held)}); at ${loadName(failing.measurement)} ${missWords(failing)}. The limit lies between the two; the last kept is the safe one.${notBounded}`,
  };
}

function rateWords(stage: SlaStage): string {
  const measured = stage.measurement.total.rate;
  return measured === null ? 'rate unknown' : rate(measured);
}

function missWords(stage: SlaStage): string {
  const { misses, checked } = stage;
  return `${number(misses.length)} of ${number(checked)} checks ${misses.length === 1 ? 'was' : 'were'} missed: ${list(misses, 2)}`;
}
