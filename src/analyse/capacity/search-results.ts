import type { Plan } from '../../plan/plan.ts';
import { meanThinkTimeMs } from '../../plan/think-time.ts';
import type { Analysis, Estimate } from '../analysis.ts';
import { judge, type PlanPromise, promisesOf } from '../endpoints/promise.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { milliseconds, number, rate } from '../words.ts';
import { logistic } from './logit-fit.ts';
import { allowedOver, type RateSearch } from './rate-search.ts';
import type { SearchStages } from './search-stages.ts';
import { countOver } from './share-over.ts';

export type CapacitySearch = NonNullable<Analysis['capacity']['search']>;
type Purpose = CapacitySearch['trials'][number]['purpose'];

const curvePoints = 40;
/** Of the ladder's mean pause against the plan's: less, and its users hardly paused. */
const pausedShare = 0.5;

/** What a search tried, for a chart and a table. */
export function searchResults(
  ladder: readonly StageMeasurement[],
  { rates, holds, recoveries }: SearchStages,
  plan: Plan,
  found: RateSearch | null,
  knee: Estimate,
): CapacitySearch {
  const binding = found?.binding ?? null;
  const trials = (purpose: Purpose, stages: readonly StageMeasurement[]) =>
    stages.map((stage) => trialOf(purpose, stage, plan, binding));
  return {
    trials: [
      ...trials('ladder', ladder),
      ...trials('rate', rates),
      ...trials('recovery', recoveries),
      ...trials('hold', holds),
    ],
    binding:
      binding === null
        ? null
        : {
            endpoint: binding.name,
            statistic: binding.statistic,
            limit: binding.limit,
            allowed: allowedOf(binding),
          },
    curve: curveOf(found, rates),
    withThinkTime: withThinkTime(ladder, plan, knee),
  };
}

function trialOf(
  purpose: Purpose,
  { stage, users, askedRate, seconds, total, endpoints, validity, ...rest }: StageMeasurement,
  plan: Plan,
  binding: PlanPromise | null,
): CapacitySearch['trials'][number] {
  const whole = { stage, users, askedRate, seconds, total, endpoints, validity, ...rest };
  const judged = promisesOf(plan).map((promise) => judge(whole, promise).state);
  const missed = judged.some((state) => state === 'missed');
  const unknown = judged.every((state) => state === 'unknown');
  const histogram = binding === null ? null : (endpoints[binding.endpoint]?.histogram ?? null);
  const over =
    binding === null || histogram === null || histogram.count === 0 || allowedOf(binding) === null
      ? null
      : Math.min(1, countOver(histogram, binding.limit) / histogram.count);
  return {
    stage,
    purpose,
    users,
    askedRate,
    seconds,
    rate: total.rate,
    errors: total.errors,
    avg: total.responseTime?.avg ?? null,
    p95: total.responseTime?.p95 ?? null,
    over,
    kept: missed ? false : unknown || judged.includes('not-fair') ? null : true,
    validity: validity.state,
  };
}

function allowedOf({ statistic }: PlanPromise): number | null {
  return statistic === 'errors' ? null : (allowedOver[statistic] ?? null);
}

function curveOf(found: RateSearch | null, rates: readonly StageMeasurement[]): CapacitySearch['curve'] {
  if (found?.slope == null || found.intercept === null) return [];
  const asked = rates.flatMap((r) => r.askedRate ?? []);
  const [from, to] = [Math.log(Math.min(...asked) * 0.95), Math.log(Math.max(...asked) * 1.05)];
  const { slope, intercept } = found;
  return Array.from({ length: curvePoints }, (_, i) => {
    const x = from + ((to - from) * i) / (curvePoints - 1);
    return { rate: Math.exp(x), over: logistic(intercept + slope * x) };
  });
}

/** N*(Z) = N*(0) + Xmax·Z, since N* = Xmax·(R₁+Z) (Lazowska et al. 1984, ch. 5). */
function withThinkTime(
  ladder: readonly StageMeasurement[],
  { load }: Plan,
  knee: Estimate,
): CapacitySearch['withThinkTime'] {
  if (load.kind !== 'closed' || knee.state !== 'estimated' || knee.unit !== 'users' || knee.rate === null)
    return null;
  const thinkTime = meanThinkTimeMs(load.thinkTime);
  if (thinkTime === null || thinkTime <= 0) return null;
  const paused = ladder.map((stage) => stage.thinkTimeMs ?? 0);
  if (paused.length === 0 || Math.max(...paused) > pausedShare * thinkTime) return null;
  const at = (users: number | null, perSecond: number | null) =>
    users === null || perSecond === null ? null : users + (perSecond * thinkTime) / 1000;
  const value = at(knee.estimate, knee.rate.value) ?? knee.estimate;
  const users = { value, low: at(knee.low, knee.rate.low), high: at(knee.high, knee.rate.high) };
  const range =
    users.low === null || users.high === null ? '' : ` (${number(users.low)} to ${number(users.high)})`;
  return {
    thinkTime,
    users,
    statement: `The ladder's users did not pause. With the plan's pause of ${milliseconds(thinkTime)} on average the same ${rate(knee.rate.value)} are reached by about ${number(value)} users${range}: N* = Xmax·(R₁ + Z).`,
  };
}
