import type { Plan } from '../../plan/plan.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { capital, change, list, loadName, milliseconds, number, rate, rateFigure, within } from '../words.ts';
import { type Baseline, growth } from './growth.ts';
import type { LoadPoint } from './load-point.ts';

/**
 * How throughput and average response time changed, for each pair of neighbouring loads and from the first to the
 * last. Both metrics are always told for the same pair.
 */
export function loadStatements(
  points: readonly LoadPoint[],
  base: Baseline | null,
  unit: 'users' | 'requests/s',
): readonly string[] {
  const pairs = points.slice(1).map((to, i) => [points[i] ?? to, to] as const);
  const [first, last] = [points[0], points[points.length - 1]];
  if (pairs.length > 1 && first !== undefined && last !== undefined) pairs.push([first, last]);
  if (base === null) return [];
  return pairs.map(([from, to]) => {
    const { change: throughput } = growth(from, to, base);
    const load = unit === 'users' ? 'users' : 'requests/s asked';
    const loads = `from ${number(from.load)} to ${number(to.load)} ${load} (${change(to.load / from.load - 1)})`;
    const throughputWords = `throughput changed by ${change(throughput.value)} (${rateFigure(from.rate)} → ${rate(to.rate)}${within(throughput, change).replace(' (', '; ').replace(/\)$/, '')})`;
    const responseWords =
      from.responseTimeMs === null || to.responseTimeMs === null || from.responseTimeMs === 0
        ? 'the average response time is unknown'
        : `the average response time by ${change(to.responseTimeMs / from.responseTimeMs - 1)} (${number(from.responseTimeMs, from.responseTimeMs < 10 ? 1 : 0)} → ${milliseconds(to.responseTimeMs)})`;
    return `${capital(loads)} ${throughputWords}, ${responseWords}.`;
  });
}

/** Loads that tell one growth curve from another. */
const loadsForShape = 5;
/** In flight below this share of the users, with the think time unknown, leaves the rest unexplained. */
const explainedShare = 0.9;

/** What must not be concluded from this run. */
export function cautions(
  measurements: readonly StageMeasurement[],
  points: readonly LoadPoint[],
  plan: Plan,
  kneePlaced: boolean,
): readonly string[] {
  const valid = points.filter((p) => p.validity === 'valid');
  const closed = plan.load.kind === 'closed';
  return [
    ...(closed ? tooFewLoads(valid, kneePlaced) : []),
    ...growthShape(valid),
    ...(closed ? unexplainedUsers(measurements) : []),
    ...(closed ? closedModel(measurements) : []),
    ...notUnloaded(valid, closed),
    ...averageSla(plan),
    ...countsOnly(valid),
  ];
}

function tooFewLoads(points: readonly LoadPoint[], kneePlaced: boolean): readonly string[] {
  if (points.length === 0) return [];
  const loads = list(points.map((p) => number(p.load)));
  const kappa = `Contention and coherency (σ, κ of the Universal Scalability Law) cannot be identified: that takes at least six loads, two of them past the peak.`;
  if (points.length < 4) {
    return [
      `${capital(words(points.length))} ${points.length === 1 ? 'load' : 'loads'} (${loads} users) cannot place a knee by themselves: between two stages nothing was measured${kneePlaced ? ', and the knee named above rests on the think time and the response-time law' : ''}. A ladder such as 1, 2, 5, 10, 20, 50, 100, 200 users can.`,
      kappa,
    ];
  }
  return points.length < 6 ? [kappa] : [];
}

function growthShape(points: readonly LoadPoint[]): readonly string[] {
  const times = points.flatMap((p) => p.responseTimeMs ?? []);
  const [first, last] = [times[0], times[times.length - 1]];
  if (times.length < 2 || times.length >= loadsForShape || first === undefined || last === undefined)
    return [];
  if (last < 1.5 * first) return [];
  return [
    `${capital(words(times.length))} loads cannot tell a linear growth of the response time from an exponential one. (A closed system beyond its knee grows linearly: R = N/Xmax − Z.)`,
  ];
}

function unexplainedUsers(measurements: readonly StageMeasurement[]): readonly string[] {
  const open = measurements.flatMap((m) => {
    const { rate: x, responseTime } = m.total;
    if (m.users === null || m.thinkTimeMs !== null || x === null || responseTime?.avg === undefined)
      return [];
    const inFlight = (x * responseTime.avg) / 1000;
    return inFlight < explainedShare * m.users ? [{ m, inFlight, users: m.users }] : [];
  });
  const worst = open[open.length - 1];
  if (worst === undefined) return [];
  const figures = `${rate(worst.m.total.rate ?? 0)} × ${milliseconds(worst.m.total.responseTime?.avg ?? 0)}`;
  return [
    `At ${loadName(worst.m)} ${figures} mean ${number(worst.inFlight, worst.inFlight < 10 ? 1 : 0)} requests in flight (Little's law), not ${number(worst.users)}: the other users paused, or waited inside the load generator or the network. The think time is unknown, so the figures alone do not prove that the target was the limit.`,
  ];
}

function closedModel(measurements: readonly StageMeasurement[]): readonly string[] {
  const ordered = measurements
    .filter((m) => m.validity.state !== 'invalid' && m.users !== null)
    .toSorted((a, b) => (a.users ?? 0) - (b.users ?? 0));
  const fewer = ordered.flatMap((to, i) => {
    const from = ordered[i - 1];
    if (from === undefined || to.total.count >= from.total.count) return [];
    const comparable =
      from.seconds === null || to.seconds === null || Math.abs(to.seconds / from.seconds - 1) < 0.1;
    return comparable ? [{ from, to }] : [];
  });
  const pair = fewer[0];
  return [
    ...(pair === undefined
      ? []
      : [
          `Fewer requests at more users (${number(pair.from.total.count)} at ${loadName(pair.from)}, ${number(pair.to.total.count)} at ${loadName(pair.to)}) are no second finding beside the lower throughput: it is the same figure, since a user who waits sends nothing.`,
        ]),
    ...(ordered.length === 0
      ? []
      : [
          'Users wait for their answer before they ask again (closed model): percentiles hold given so many users. An independent stream of requests would see longer times near the limit.',
        ]),
  ];
}

function notUnloaded(points: readonly LoadPoint[], closed: boolean): readonly string[] {
  const first = points[0];
  if (first === undefined || !closed || first.load <= 1) return [];
  const queueing =
    first.responseTimeMs === null || first.fastestMs === null || first.fastestMs <= 0
      ? ''
      : ` Its average (${milliseconds(first.responseTimeMs)}) is ${number(first.responseTimeMs / first.fastestMs, 1)} times its endpoints' fastest answers (${milliseconds(first.fastestMs)}, weighted by their requests).`;
  return [
    `The lowest stage (${number(first.load)} users) is not an unloaded baseline: its answers may have queued already, so every degradation told against it is rather too small.${queueing}`,
  ];
}

function averageSla(plan: Plan): readonly string[] {
  const onAverage = plan.endpoints.filter((e) => e.sla?.times.avg !== undefined);
  if (onAverage.length === 0) return [];
  const only = onAverage.filter((e) => Object.keys(e.sla?.times ?? {}).length === 1).length;
  return [
    `${onAverage.length === plan.endpoints.length ? 'All' : `${number(onAverage.length)} of ${number(plan.endpoints.length)}`} endpoints promise an average${only === onAverage.length ? ' and no percentile' : ''}: an average can hold while many requests are slow. A promise is better made on p95 or p99.`,
  ];
}

function countsOnly(points: readonly LoadPoint[]): readonly string[] {
  const without = points.filter((p) => p.blockRates.length < 3);
  if (without.length === 0) return [];
  return [
    `${without.length === points.length ? 'The stages hold' : `${words(without.length)} of ${words(points.length)} stages hold`} no course over time: their intervals rest on the counts alone (as if requests came independently) and are rather too narrow.`,
  ];
}

const numerals = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

function words(n: number): string {
  return numerals[n] ?? number(n);
}
