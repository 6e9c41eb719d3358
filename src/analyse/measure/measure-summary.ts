import type { Plan } from '../../plan/plan.ts';
import { meanThinkTimeMs } from '../../plan/think-time.ts';
import type { EndpointSummary, RunStage, StageData } from '../../record/run.ts';
import type { Times } from '../analysis.ts';
import { summaryValidity } from '../validity/summary-validity.ts';
import type { Measurement, StageMeasurement } from './measurement.ts';

/** A stage as another tool's file tells it: no windows, so no blocks, no intervals, and less that can be checked. */
export function measureSummary(
  stage: RunStage,
  data: Extract<StageData, { kind: 'summary' }>,
  number: number,
  plan: Plan,
): StageMeasurement {
  const endpoints = plan.endpoints.map((_, endpoint) => {
    const summary = data.endpoints.find((candidate) => candidate.endpoint === endpoint);
    return summary === undefined || summary.count === 0 ? null : measurementOf(summary);
  });
  const total = totalOf(endpoints.filter((measurement) => measurement !== null));
  return {
    stage: number,
    users: stage.users,
    askedRate: stage.askedRatePerSecond,
    seconds: total.rate !== null && total.rate > 0 ? total.count / total.rate : null,
    total,
    endpoints,
    validity: summaryValidity(stage, number, total),
    inFlight: null,
    thinkTimeMs: thinkTimeOf(plan),
    generatorCpuCores: null,
    machineCpu: null,
    fine: [],
  };
}

function thinkTimeOf(plan: Plan): number | null {
  return plan.load.kind === 'open' ? null : meanThinkTimeMs(plan.load.thinkTime);
}

function measurementOf(summary: EndpointSummary): Measurement {
  const quantile = (q: string) => summary.quantilesMs[q];
  const known = {
    min: summary.minMs ?? undefined,
    avg: summary.avgMs ?? undefined,
    p50: quantile('0.5'),
    p90: quantile('0.9'),
    p95: quantile('0.95'),
    p99: quantile('0.99'),
    p999: quantile('0.999'),
    max: summary.maxMs ?? undefined,
  };
  return summarised(summary.count, summary.failed, summary.ratePerSecond, presentOf(known));
}

/** Count-weighted mean of the averages, least of the minima, greatest of the maxima. Quantiles cannot be merged. */
function totalOf(endpoints: readonly Measurement[]): Measurement {
  const [only] = endpoints;
  if (only && endpoints.length === 1) return only;
  let count = 0;
  let failed = 0;
  let rate: number | null = endpoints.length > 0 ? 0 : null;
  let averaged = 0;
  let sum = 0;
  const minima: number[] = [];
  const maxima: number[] = [];
  for (const endpoint of endpoints) {
    count += endpoint.count;
    failed += endpoint.failed;
    rate = rate === null || endpoint.rate === null ? null : rate + endpoint.rate;
    const { avg, min, max } = endpoint.responseTime ?? {};
    if (avg !== undefined) {
      averaged += endpoint.count;
      sum += avg * endpoint.count;
    }
    if (min !== undefined) minima.push(min);
    if (max !== undefined) maxima.push(max);
  }
  const known = {
    min: minima.length > 0 ? Math.min(...minima) : undefined,
    avg: averaged > 0 && averaged === count ? sum / averaged : undefined,
    max: maxima.length > 0 ? Math.max(...maxima) : undefined,
  };
  return summarised(count, failed, rate, presentOf(known));
}

function presentOf(known: { readonly [Name in keyof Times]: number | undefined }): Times | null {
  const present: Times = {};
  let any = false;
  for (const name of ['min', 'avg', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const) {
    const value = known[name];
    if (value === undefined) continue;
    present[name] = value;
    any = true;
  }
  return any ? present : null;
}

function summarised(count: number, failed: number, rate: number | null, times: Times | null): Measurement {
  return {
    count,
    failed,
    rate,
    errors: count > 0 ? failed / count : 0,
    failures: failed > 0 ? [{ kind: 'unknown', status: null, count: failed }] : [],
    responseTime: times,
    serviceTime: null,
    firstByte: null,
    connectTime: null,
    newConnections: null,
    serverCloses: null,
    bytes: null,
    histogram: null,
    blocks: [],
    intervals: { rate: null, avg: null, p50: null, p95: null, p99: null },
  };
}
