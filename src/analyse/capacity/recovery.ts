import type { Plan } from '../../plan/plan.ts';
import type { Analysis } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import { loadName, milliseconds, rate, share } from '../words.ts';
import { errorLimit, failsTooOften } from './error-onset.ts';
import { loadPoints, rateInterval } from './load-point.ts';

/** Beside the first stage's interval: a warm process, a filled cache, a neighbour on the machine. */
const allowance = 0.25;

export type Recovery = NonNullable<Analysis['capacity']['recovery']>;

/** Whether throughput and average response time came back to what the same light load showed first. */
export function recoveryOf(
  first: StageMeasurement | null,
  last: StageMeasurement | null,
  plan: Plan,
): Recovery | null {
  if (last === null) return null;
  const before = first === null || first.users !== last.users ? null : first;
  const base = { stage: last.stage, fromStage: before?.stage ?? null };
  const { count, failed } = targetErrors(last.total);
  if (count === 0 || failsTooOften(last, errorLimit(plan).limit)) {
    return {
      ...base,
      recovered: false,
      statement:
        count === 0
          ? `After the heavy load the target did not come back: at ${loadName(last)} no request was answered.`
          : `After the heavy load the target did not come back: at ${loadName(last)} ${share(failed / count)} of the requests failed.`,
    };
  }
  const [then] = before === null ? [] : loadPoints([before], 'closed');
  const [now] = loadPoints([last], 'closed');
  if (
    before === null ||
    then === undefined ||
    now === undefined ||
    now.responseTimeMs === null ||
    then.responseTimeMs === null
  ) {
    return {
      ...base,
      recovered: null,
      statement: `After the heavy load the target answers at ${loadName(last)}; no valid stage at the same load shows how it was before.`,
    };
  }
  const noise =
    Math.log(rateInterval(then).value / (rateInterval(then).low ?? then.rate)) +
    Math.log(rateInterval(now).value / (rateInterval(now).low ?? now.rate));
  const reach = Math.exp(noise) * (1 + allowance);
  const slower = now.responseTimeMs > then.responseTimeMs * reach;
  const fewer = now.rate * reach < then.rate;
  const figures = `${rate(now.rate)} and ${milliseconds(now.responseTimeMs)} on average at ${loadName(last)}, ${rate(then.rate)} and ${milliseconds(then.responseTimeMs)} at the begin`;
  return {
    ...base,
    recovered: !slower && !fewer,
    statement:
      slower || fewer
        ? `After the heavy load the target has not come back to what it was: ${figures}.`
        : `After the heavy load the target came back: ${figures}.`,
  };
}
