import { type Plan, type SlaStatistic, slaStatistics } from '../../plan/plan.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';

/** One bound of the plan's SLAs. */
export type PlanPromise = {
  /** Index in the plan's endpoints. */
  readonly endpoint: number;
  readonly name: string;
  readonly statistic: SlaStatistic | 'errors';
  readonly limit: number;
};

/**
 * `not-fair`: it was missed in a stage that is a lower bound, where the generator may be why. What was kept there was
 * kept: the figures can only be better. `unknown`: nothing was measured, or the stage is invalid.
 */
export type Judgement = {
  /** ms, or a share; null: none was measured. */
  readonly value: number | null;
  readonly state: 'kept' | 'missed' | 'not-fair' | 'unknown';
};

/** In the order of the plan. */
export function promisesOf(plan: Plan): readonly PlanPromise[] {
  return plan.endpoints.flatMap(({ name, sla }, endpoint): readonly PlanPromise[] => {
    if (sla === null) return [];
    const times = slaStatistics.flatMap((statistic) => {
      const limit = sla.times[statistic];
      return limit === undefined ? [] : [{ endpoint, name, statistic, limit }];
    });
    return sla.errors === null
      ? times
      : [...times, { endpoint, name, statistic: 'errors', limit: sla.errors }];
  });
}

const mostRefused = 0.5;

/** Whether a stage kept a promise: the one judgement that SLA, capacity, standing and diagnosis share. */
export function judge(
  { validity, endpoints }: StageMeasurement,
  { endpoint, statistic, limit }: PlanPromise,
): Judgement {
  const measured = endpoints[endpoint] ?? null;
  const reached = measured === null ? null : targetErrors(measured);
  if (measured === null || reached === null || reached.count === 0) return { value: null, state: 'unknown' };
  const value = statistic === 'errors' ? reached.share : (measured.responseTime?.[statistic] ?? null);
  // A promise about the time of an answer is not kept by refusing most requests, however quickly.
  const mostFailed = reached.failed > mostRefused * reached.count;
  if ((value === null && !mostFailed) || validity.state === 'invalid') return { value, state: 'unknown' };
  const isBroken = statistic !== 'errors' && mostFailed;
  if (value !== null && value <= limit && !isBroken) return { value, state: 'kept' };
  return { value, state: validity.state === 'valid' ? 'missed' : 'not-fair' };
}
