import { change as changeText, milliseconds, number, rate, share } from '../words.ts';
import { cliffsDelta, magnitude } from './cliffs-delta.ts';
import type { ComparisonLine, LineVerdict } from './comparison.ts';
import { holm } from './holm.ts';
import { logMargin, type Metric, metricRules } from './metric.ts';
import { twoSidedT } from './student-t.ts';

/** A line before it is judged: what was measured. */
export type Measured = {
  readonly stage: number;
  readonly users: number | null;
  readonly askedRate: number | null;
  readonly endpoint: string | null;
  readonly metric: Metric;
  readonly before: number;
  readonly after: number;
  /** ln(after/before); of errors after − before. The interval likewise. */
  readonly step: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly p: number | null;
  readonly degreesOfFreedom: number;
  readonly perBlock: readonly [readonly number[], readonly number[]];
};

/** Wrong in one comparison of twenty, at most: the chance of any false "regressed" or "improved" in it. */
export const alpha = 0.05;
/** Chance with which the smallest change that is told would have been seen. */
const power = 0.8;

/** Every line with its verdict; the p-values are adjusted for all of them together. */
export function judge(measured: readonly Measured[]): ComparisonLine[] {
  const tested = measured.flatMap(({ p }, i) => (p === null ? [] : [{ i, p }]));
  const adjusted = new Map(holm(tested.map(({ p }) => p)).map((p, k) => [tested[k]?.i ?? -1, p]));
  return measured.map((line, i) => lineOf(line, adjusted.get(i) ?? null, tested.length));
}

function lineOf(line: Measured, pHolm: number | null, tests: number): ComparisonLine {
  const { stage, users, askedRate, endpoint, metric, before, after, p } = line;
  const ratio = metric !== 'errors';
  const margin = ratio ? logMargin(metric) : metricRules.errors.margin;
  const told = (step: number) => (ratio ? Math.expm1(step) : step);
  const delta = cliffsDelta(...line.perBlock);
  const verdict = verdictOf(line, pHolm, margin);
  const change = {
    value: told(line.step),
    low: line.low === null ? null : told(line.low),
    high: line.high === null ? null : told(line.high),
  };
  const smallest = smallestOf(line, tests, margin);
  const judged = {
    ...{ stage, users, askedRate, endpoint, metric, before, after, change, p, pHolm },
    cliffsDelta: delta,
    effect: delta === null ? null : magnitude(delta),
    margin: metricRules[metric].margin,
    smallest,
    verdict,
  };
  return { ...judged, statement: statementOf(judged) };
}

/**
 * Regressed or improved: the adjusted p-value excludes no change, and the change is at least the margin. Equivalent: the
 * whole 95 % interval lies within the margin (Schuirmann 1987, two one-sided tests, here each at 2.5 %).
 */
function verdictOf({ step, low, high, metric }: Measured, pHolm: number | null, margin: number): LineVerdict {
  if (low === null || high === null) return 'inconclusive';
  if (pHolm !== null && pHolm <= alpha && Math.abs(step) >= margin) {
    return step > 0 === (metricRules[metric].better === 'higher') ? 'improved' : 'regressed';
  }
  return low > -margin && high < margin ? 'equivalent' : 'inconclusive';
}

/** (t of the strictest of Holm's levels + t of the power) standard errors, for the worse; not less than the margin. */
function smallestOf(
  { low, high, degreesOfFreedom, metric }: Measured,
  tests: number,
  margin: number,
): number | null {
  if (low === null || high === null) return null;
  const error = (high - low) / 2 / twoSidedT(alpha, degreesOfFreedom);
  const strictest = twoSidedT(alpha / Math.max(1, tests), degreesOfFreedom);
  const most = Math.max(margin, (strictest + twoSidedT(2 * (1 - power), degreesOfFreedom)) * error);
  if (metric === 'errors') return Math.min(1, most);
  // A change beyond e^700 is beyond the range of numbers.
  return metricRules[metric].better === 'higher' ? -Math.expm1(-most) : Math.expm1(Math.min(700, most));
}

/** `p95` and the like stand as they are. */
export const metricNames: Readonly<Record<Metric, string>> = {
  throughput: 'throughput',
  avg: 'avg',
  p50: 'p50',
  p95: 'p95',
  p99: 'p99',
  errors: 'failed requests',
};

/** A value in its unit. */
export function metricValue(metric: Metric, value: number): string {
  return metric === 'throughput' ? rate(value) : metric === 'errors' ? share(value) : milliseconds(value);
}

/** A change as `+23 %`, of errors as `+1.2 points`. */
export function metricChange(metric: Metric, value: number): string {
  if (metric !== 'errors') return changeText(value);
  const points = value * 100;
  const text = number(points, Math.abs(points) < 0.1 ? 3 : 2).replace(/\.?0+$/, '');
  return text === '0' || text === '' ? '±0 points' : `${points > 0 ? '+' : ''}${text} points`;
}

/** Where the line was measured: `GET /posts at 50 users`. */
export function place({
  endpoint,
  users,
  askedRate,
  stage,
}: Pick<ComparisonLine, 'endpoint' | 'users' | 'askedRate' | 'stage'>): string {
  const load =
    users !== null
      ? `at ${number(users)} ${users === 1 ? 'user' : 'users'}`
      : askedRate !== null
        ? `at ${rate(askedRate)}`
        : `in stage ${stage}`;
  return endpoint === null ? load : `of ${endpoint} ${load}`;
}

function statementOf(line: Omit<ComparisonLine, 'statement'>): string {
  const { metric, before, after, change, verdict, pHolm, smallest, margin } = line;
  const limit = metric === 'errors' ? metricChange(metric, margin).replace('+', '± ') : `± ${share(margin)}`;
  const figures = `${metricValue(metric, before)} → ${metricValue(metric, after)}, ${metricChange(metric, change.value)}`;
  if (change.low === null || change.high === null) {
    return `${figures}. No interval can be given: there are too few blocks of time, and too few runs.`;
  }
  const interval = `${figures} (95 % interval ${metricChange(metric, change.low)} to ${metricChange(metric, change.high)})`;
  const seen =
    smallest === null
      ? ''
      : ` The smallest change for the worse that would have been seen: ${metricChange(metric, metricRules[metric].better === 'higher' ? -smallest : smallest)}.`;
  switch (verdict) {
    case 'regressed':
    case 'improved':
      return `${interval}.`;
    case 'equivalent':
      return `${interval}: within the margin of ${limit}.`;
    case 'inconclusive':
      if (change.low <= 0 && change.high >= 0)
        return `${interval}: the interval holds no change and more than the margin of ${limit}.${seen}`;
      return pHolm !== null && pHolm <= alpha
        ? `${interval}: it changed, but by less than the margin of ${limit}, as far as can be told.`
        : `${interval}: by itself the interval excludes no change, but among so many lines one like it comes by chance.${seen}`;
    default:
      return verdict satisfies never;
  }
}
