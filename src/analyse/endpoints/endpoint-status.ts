import type { Degradation, EndpointAnalysis, SlaCheck } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import { capital, change, loadName, milliseconds, share } from '../words.ts';

/** The reference analysis calls +1,143 % and more critical, +515 % and +667 % a warning: the line is 11 times. */
export const criticalDegradation = 10;
/** Twice the response time: beyond the noise of two stages of a healthy system. */
export const warningDegradation = 1;
/** A response time that grew by less is felt by no one, whatever the factor (0.5 ms → 6 ms is +1,100 %). */
export const degradationFloorMs = 10;
/** A time promised and missed by more than this factor is not missed narrowly. */
export const criticalMiss = 3;
/** Shares of failures where the plan promises none. 1 %: the usual error budget of a 99 % objective. */
export const warningErrors = 0.01;
export const criticalErrors = 0.05;

type Status = Pick<EndpointAnalysis, 'status' | 'statusBecause'>;

/**
 * How an endpoint stands at the last stage that can be used. Critical: it degraded by +1,000 % and more, missed a
 * promise at the lightest stage already, or by three times the limit, or failed more than promised (5 % where nothing
 * is). Warning: any other missed promise, +100 %, 1 % of failures.
 */
export function statusOf(
  endpoint: number,
  measurements: readonly StageMeasurement[],
  degradation: Degradation | null,
  checks: readonly SlaCheck[],
): Status {
  const usable = measurements.filter(
    (m) => m.validity.state !== 'invalid' && (m.endpoints[endpoint]?.count ?? 0) > 0,
  );
  const last = usable[usable.length - 1];
  const at = last?.endpoints[endpoint];
  if (last === undefined || !at) return { status: 'ok', statusBecause: 'No request of it was measured.' };
  const errors = targetErrors(at).share;
  const critical: string[] = [];
  const warning: string[] = [];

  for (const { statistic, limit, stages } of checks) {
    const missed = stages.filter((stage) => stage.met === false);
    const now = stages.find((stage) => stage.stage === last.stage);
    if (missed.length === 0) continue;
    const firstMiss = missed[0];
    const figure = (value: number) => (statistic === 'errors' ? share(value) : milliseconds(value));
    const what = statistic === 'errors' ? 'failures' : statistic;
    if (now?.met === false) {
      const said =
        now.value === null
          ? `no successful request at ${loadName(last)} to hold its ${what} limit of ${figure(limit)}`
          : `${what} ${figure(now.value)} at ${loadName(last)}, promised ${figure(limit)}`;
      const severe =
        statistic === 'errors' ||
        firstMiss?.stage === usable[0]?.stage ||
        now.value === null ||
        now.value > criticalMiss * limit;
      (severe ? critical : warning).push(said);
    } else if (firstMiss !== undefined) {
      warning.push(`missed its ${what} limit of ${figure(limit)} at ${loadName(firstMiss)}`);
    }
  }
  if (degradation !== null && degradation.to - degradation.from >= degradationFloorMs) {
    const said = `${change(degradation.change.value)} from ${loadName({ stage: degradation.fromStage, users: degradation.fromUsers })} to ${loadName({ stage: degradation.toStage, users: degradation.toUsers })}`;
    if (degradation.change.value >= criticalDegradation) critical.push(said);
    else if (degradation.change.value >= warningDegradation) warning.push(said);
  }
  const promisesErrors = checks.some((check) => check.statistic === 'errors');
  if (!promisesErrors && errors >= warningErrors) {
    const said = `${share(errors)} of its requests failed at ${loadName(last)}`;
    (errors >= criticalErrors ? critical : warning).push(said);
  }
  const reasons = [...critical, ...warning];
  if (reasons.length > 0) {
    return {
      status: critical.length > 0 ? 'critical' : 'warning',
      statusBecause: `${capital(reasons.join('; '))}.`,
    };
  }
  return { status: 'ok', statusBecause: healthy(degradation, checks, errors) };
}

function healthy(degradation: Degradation | null, checks: readonly SlaCheck[], errors: number): string {
  const parts = [
    checks.length > 0 && checks.some((check) => check.stages.some((stage) => stage.met !== null))
      ? 'keeps its promises'
      : 'nothing was promised',
    degradation === null
      ? ''
      : `mean response time ${milliseconds(degradation.from)} → ${milliseconds(degradation.to)} (${change(degradation.change.value)})`,
    errors === 0 ? 'no failures' : `${share(errors)} failed`,
  ];
  return `${capital(parts.filter((part) => part !== '').join('; '))}.`;
}
