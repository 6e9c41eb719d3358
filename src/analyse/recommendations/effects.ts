import type { Finding, Recommendation } from '../analysis.ts';
import { type Basis, basisOf } from '../what-if/basis.ts';
import { mostRate } from '../what-if/bounds.ts';
import { type Change, changeInWords } from '../what-if/change.ts';
import { predict } from '../what-if/predict.ts';
import { count, milliseconds, share } from '../words.ts';
import type { Situation } from './recommendations.ts';

export type Effect = Recommendation['effect'];

/** A share of hits that a cache of reads often reaches; the prediction names it. */
export const usualHits = 0.8;
/** Less than that is no prospect. */
const leastGain = 1.05;

/** What answering a finding would bring, as an interval with its model; null: this run holds no basis for it. */
export function effectOn(finding: Finding, s: Situation): Effect {
  const basis = basisFrom(s);
  if (basis === null) return null;
  switch (finding.cause) {
    case 'connection-pool': {
      const places = basis.pool === null ? null : Math.max(2, Math.round(basis.pool.size.value * 2));
      return places === null ? roomAbove(s) : throughput({ pool: places }, s);
    }
    case 'single-threaded':
    case 'cpu-saturation':
      return throughput({ instances: 2 }, s);
    case 'lock-contention':
      return roomAbove(s);
    case 'no-cache':
      return throughput({ cacheHit: usualHits, ...whose(finding, s) }, s);
    case 'slow-writes':
    case 'n-plus-one': {
      const demand = cheaper(finding, s);
      return demand === null ? null : throughput({ demand, ...whose(finding, s) }, s);
    }
    case 'no-keep-alive':
      return keepAlive(s);
    case 'contention-collapse':
      return heldAtPeak(finding, basis);
    case 'periodic-stalls':
      return withoutStalls(finding, basis);
    case 'rate-limit':
    case 'load-shedding':
    case 'slow-dependency':
    case 'drift':
    case 'errors-under-load':
    case 'generator':
      return null;
    default:
      return finding.cause satisfies never;
  }
}

function basisFrom(s: Situation): Basis | null {
  if (s.run.stages.some((stage) => stage.data.kind === 'summary')) return null;
  const basis = basisOf(s, null);
  return 'state' in basis ? null : basis;
}

/** Operational bound X ≤ N/(R₁ + Z): without any queue, so many users cannot bring more. */
export function roomAbove(s: Situation): Effect {
  const basis = basisFrom(s);
  const last = basis?.points.at(-1);
  if (basis == null || last === undefined || basis.points.length < 2) return null;
  const { single, thinkMs } = basis;
  const bound =
    mostRate({ singleMs: single.low, thinkMs, maxRate: Number.POSITIVE_INFINITY }, last.users) /
    last.rate.value;
  if (!Number.isFinite(bound) || bound <= leastGain) return null;
  return {
    metric: `throughput at ${count(last.users, 'user')} if the waiting went away`,
    low: 1,
    high: bound,
    unit: '×',
    model: `bound X ≤ N/(R₁ + Z), R₁ ≥ ${milliseconds(single.low)} (${single.from}), Z = ${milliseconds(thinkMs)}; the next resource may hold earlier`,
    measure: { statistic: 'throughput', users: last.users, baseline: last.rate.value },
  };
}

/** Throughput at the highest load, with the change. */
export function throughput(change: Change, s: Situation): Effect {
  const prediction = predict(s, change);
  const last = prediction.curve.findLast((p) => p.gain !== null);
  if (prediction.state !== 'predicted' || last?.gain == null || last.gain.high === null) return null;
  if (last.measured === null || last.gain.high <= leastGain) return null;
  const { single, thinkTime } = prediction.basis ?? {};
  return {
    metric: `throughput at ${count(last.users, 'user')} with ${changeInWords(change)}`,
    low: last.gain.low,
    high: last.gain.high,
    unit: '×',
    model: `${prediction.steps.map((step) => `${step.model}: ${step.formula}; ${step.figures}`).join('; ')}; and X ≤ N/(R₁ + Z) with R₁ ≥ ${milliseconds(single?.low ?? single?.value ?? 0)}, Z = ${milliseconds(thinkTime ?? 0)}. The next resource may hold earlier`,
    measure: { statistic: 'throughput', users: last.users, baseline: last.measured.rate.value },
  };
}

/** R − c·(1 − reuse): what connecting costs is what keeping can save, and no more. */
export function keepAlive(s: Situation): Effect {
  const basis = basisFrom(s);
  if (basis === null || basis.connect === null) return null;
  const { connect, reuse, points } = basis;
  const first = points[0];
  const common = { metric: 'saved of each request, on average', unit: 'ms' } as const;
  const measure =
    first === undefined
      ? {}
      : { measure: { statistic: 'response-time', users: first.users, baseline: first.responseMs } as const };
  if (reuse !== null)
    return {
      ...common,
      low: reuse.low * connect.share,
      high: reuse.high * connect.share,
      model: `R − c·(1 − reuse): a kept connection saved ${milliseconds(reuse.low)} to ${milliseconds(reuse.high)} (A/B), and ${share(connect.share)} of the requests had to connect at ${connect.at}`,
      ...measure,
    };
  return {
    ...common,
    low: 0,
    high: connect.ms * connect.share,
    model: `R − c·(1 − reuse): connecting took ${milliseconds(connect.ms)}, for ${share(connect.share)} of the requests, at ${connect.at}; an upper bound`,
    ...measure,
  };
}

/** Admitted up to the peak only, the throughput is that of the peak: measured, not modelled. */
function heldAtPeak(finding: Finding, { points }: Basis): Effect {
  const ratio = finding.estimates['throughput over its peak'];
  const last = points.at(-1);
  if (ratio === undefined || last === undefined || ratio.value <= 0) return null;
  const best = points.reduce((a, b) => (b.rate.value > a.rate.value ? b : a));
  const low = Math.max(1, best.rate.low / last.rate.high);
  return {
    metric: `throughput at ${count(last.users, 'user')} if no more than the peak's were let in at a time`,
    low,
    high: Math.max(low, best.rate.high / last.rate.low),
    unit: '×',
    model: `flow-equivalent server: X(L) at the L of the peak, as measured at ${count(best.users, 'user')}; the rest waits outside`,
    measure: { statistic: 'throughput', users: last.users, baseline: last.rate.value },
  };
}

/** A part s of the time in which nothing is served: without it at most 1/(1 − s) as much. */
function withoutStalls(finding: Finding, { points }: Basis): Effect {
  const length = finding.estimates['length (ms)'];
  const period = finding.estimates['period (ms)'];
  const last = points.at(-1);
  if (length === undefined || period === undefined || last === undefined) return null;
  const part = (length.high ?? length.value) / Math.max(1, period.low ?? period.value);
  if (!(part > 0) || part >= 0.9) return null;
  return {
    metric: `throughput at ${count(last.users, 'user')} without the stalls`,
    low: 1,
    high: 1 / (1 - part),
    unit: '×',
    model: `X ≤ X/(1 − s): the target stood still for s ≤ ${share(part)} of the time (${milliseconds(length.value)} every ${milliseconds(period.value)})`,
    measure: { statistic: 'throughput', users: last.users, baseline: last.rate.value },
  };
}

/** The finding's endpoints, where they are some of the run's. */
function whose(finding: Finding, { run }: Situation): Pick<Change, 'endpoints'> {
  const known = run.plan.endpoints.map((e) => e.name).filter((name) => finding.endpoints.includes(name));
  return known.length === 0 ? {} : { endpoints: known };
}

/** What is left of the demand: writes as fast as reads; rows without a query of their own. */
function cheaper(finding: Finding, { readings, run }: Situation): number | null {
  const factors =
    finding.cause === 'slow-writes'
      ? Object.entries(finding.estimates).flatMap(([name, ratio]) =>
          name.endsWith('times a read') && ratio.value > 1 ? [1 / ratio.value] : [],
        )
      : (readings?.sizes ?? []).flatMap(({ endpoint, perRow, points }) => {
          const name = run.plan.endpoints[endpoint]?.name ?? '';
          const largest = points.toSorted((a, b) => b.rows - a.rows)[0];
          if (!finding.endpoints.includes(name) || perRow === null || largest === undefined) return [];
          return [1 - Math.min(0.99, (perRow.value * largest.rows) / Math.max(largest.mean.value, 1e-9))];
        });
  const least = Math.min(...factors);
  return Number.isFinite(least) ? Math.min(1, Math.max(0.01, least)) : null;
}
