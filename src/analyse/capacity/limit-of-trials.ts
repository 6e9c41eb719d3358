import type { Plan } from '../../plan/plan.ts';
import type { Analysis, Estimate } from '../analysis.ts';
import { judge, promisesOf } from '../endpoints/promise.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import { list, loadName, milliseconds, rate, seconds, share } from '../words.ts';
import { errorLimit, failsTooOften } from './error-onset.ts';
import type { RateSearch } from './rate-search.ts';

type Limit = NonNullable<Analysis['capacity']['recommendedLimit']>;

/** Distance kept from the highest rate within the SLA. */
const safetyShare = 0.8;
/** A hold at this share of the limit or more was one of the limit. */
const sameLoad = 0.97;

/** min(low end, 0.8 × the highest rate within the SLA, or, that unknown, the highest that kept it); null: the trials give none. */
export function limitOfTrials(sla: Estimate, found: RateSearch, errors: Estimate): Limit | null {
  const bounds: { rate: number; because: string }[] = [];
  if (sla.state === 'estimated') {
    bounds.push({
      rate: safetyShare * sla.estimate,
      because:
        sla.high === null
          ? 'it is 0.8 times a rate at which the SLA holds at least'
          : 'it is 0.8 times the highest rate within the SLA',
    });
    if (sla.low !== null)
      bounds.push({ rate: sla.low, because: 'it is the low end of the highest rate within the SLA' });
  } else if (found.kept !== null) {
    bounds.push({
      rate: safetyShare * found.kept,
      because: 'it is 0.8 times the highest rate tried, where every promise was kept',
    });
  } else if (found.missed !== null) {
    return {
      users: null,
      rate: null,
      statement: `No limit can be recommended: promises were missed already at ${rate(found.missed)}, the lowest rate tried.`,
    };
  }
  if (errors.state === 'estimated' && errors.unit === 'requests/s' && errors.low !== null) {
    bounds.push({ rate: errors.low, because: 'it is the last rate before errors begin' });
  }
  const [first, ...rest] = bounds;
  if (first === undefined) return null;
  const tightest = rest.reduce((a, b) => (b.rate < a.rate ? b : a), first);
  return {
    users: null,
    rate: tightest.rate,
    statement: `Carry no more than ${rate(tightest.rate)}: ${tightest.because}.`,
  };
}

/** What a hold at the limit says of it. */
export function confirmedBy(limit: Limit, holds: readonly StageMeasurement[], plan: Plan): Limit {
  const hold = holds.find((stage) =>
    limit.users === null
      ? limit.rate !== null && (stage.askedRate ?? 0) >= sameLoad * limit.rate
      : (stage.users ?? 0) >= sameLoad * limit.users,
  );
  if (hold === undefined) return limit;
  const statement = limit.statement.replace(/ That load (was|lies) [^.]*\.$/, '');
  const length = hold.seconds === null ? 'some time' : seconds(hold.seconds);
  if (hold.validity.state === 'invalid' || targetErrors(hold.total).count === 0) {
    return {
      ...limit,
      statement: `${statement} A hold at ${loadName(hold)} was no valid measurement (see validity).`,
    };
  }
  const misses = promisesOf(plan).flatMap((promise) => {
    const { state, value } = judge(hold, promise);
    if (state !== 'missed') return [];
    const words = promise.statistic === 'errors' ? share : milliseconds;
    return [
      value === null
        ? `${promise.name}: nothing succeeded`
        : value <= promise.limit
          ? `${promise.name}: most requests failed`
          : `${promise.name}: ${promise.statistic} ${words(value)} > ${words(promise.limit)}`,
    ];
  });
  const { limit: most } = errorLimit(plan);
  const fails = failsTooOften(hold, most);
  if (misses.length > 0 || fails) {
    const what = fails
      ? [`${share(targetErrors(hold.total).share)} of the requests failed`, ...misses]
      : misses;
    return {
      ...limit,
      confirmed: false,
      statement: `${statement} A hold of ${length} did not confirm it: ${list(what, 3)}. Take less.`,
    };
  }
  const promised = promisesOf(plan).length > 0;
  return {
    ...limit,
    confirmed: true,
    statement: `${statement} A hold of ${length} confirmed it: ${promised ? 'every promise was kept' : 'no more failed than may'}${limit.users === null ? '' : `, at ${rate(hold.total.rate ?? 0)}`}.`,
  };
}
