import { isNoThinkTime } from '../../plan/think-time.ts';
import { type HistogramSnapshot, mergeSnapshots, quantileUs } from '../../record/histogram.ts';
import { randomFrom } from '../../record/random.ts';
import type { HealthSample, Outcome, Run, RunStage, StageData, Window } from '../../record/run.ts';
import { trialsOf } from '../../record/trial.ts';
import type { Times } from '../analysis.ts';
import { validityOf } from '../validity/validity.ts';
import { blockIntervals, blockSeconds } from './block-bootstrap.ts';
import { measureSummary } from './measure-summary.ts';
import type { Block, Measurement, StageMeasurement } from './measurement.ts';
import { type SteadyPart, steadyPart } from './steady-part.ts';
import { isGenerators } from './target-errors.ts';

/**
 * What each stage of a run measured: its steady part after the warm-up, or what another tool's summary tells. In the
 * order of the run; invalid stages are among them and say so. The same run gives the same figures.
 */
export function measure(run: Run): StageMeasurement[] {
  return run.stages.map((stage, i) =>
    stage.data.kind === 'summary'
      ? measureSummary(stage, stage.data, i + 1, run.plan)
      : measureRecorded(run, stage, stage.data, i + 1),
  );
}

function measureRecorded(
  run: Run,
  stage: RunStage,
  data: Extract<StageData, { kind: 'windows' }>,
  number: number,
): StageMeasurement {
  const endpoints = run.plan.endpoints.length;
  const part = steadyPart(stage, data, endpoints);
  const measureWindows = (windows: readonly Window[], salt: number) =>
    measurementOf(windows, part, randomFrom(Math.imul(run.seed, 31) + number * 1009 + salt));
  const total = measureWindows(part?.windows ?? [], 0);
  const byEndpoint = run.plan.endpoints.map((_, endpoint) => {
    const windows = part?.windows.filter((window) => window.endpoint === endpoint) ?? [];
    return windows.length === 0 ? null : measureWindows(windows, endpoint + 1);
  });
  const health = generatorOf(part);
  const thinkTimeMs = thinkTimeOf(part, run, stage, total.count);
  return {
    stage: number,
    users: stage.users,
    askedRate: stage.askedRatePerSecond,
    seconds: part?.seconds ?? 0,
    total,
    endpoints: byEndpoint,
    validity: validityOf({
      run,
      stage,
      number,
      part,
      total,
      endpoints: byEndpoint,
      inFlight: health.inFlight,
      thinkTimeMs,
    }),
    inFlight: health.inFlight,
    thinkTimeMs,
    generatorCpuCores: health.cpuCores,
    machineCpu: health.machineCpu,
    fine: part?.fine ?? [],
  };
}

/** Times of these outcomes are response times. A time-out is a slow request: leaving it out would flatter the rest. */
export function isTimed(outcome: Outcome): boolean {
  return outcome === 'ok' || outcome === 'timeout';
}

function measurementOf(
  windows: readonly Window[],
  part: SteadyPart | null,
  random: () => number,
): Measurement {
  const count = sumOf(windows, (window) => window.count);
  const failed = sumOf(windows, (window) => (window.outcome === 'ok' ? 0 : window.count));
  const ok = windows.filter((window) => window.outcome === 'ok');
  const timed = windows.filter((window) => isTimed(window.outcome));
  const response = mergeSnapshots(timed.map((window) => window.response));
  const connect = mergeSnapshots(windows.map((window) => window.connect));
  const responseTime = timesOf(response);
  const rate = part === null || part.seconds <= 0 ? null : count / part.seconds;
  const blocks = part?.whole ? blocksOf(windows, part) : [];
  return {
    count,
    failed,
    rate,
    errors: count > 0 ? failed / count : 0,
    failures: failuresOf(windows),
    responseTime,
    serviceTime: timesOf(mergeSnapshots(timed.map((window) => window.service))),
    firstByte: timesOf(mergeSnapshots(timed.map((window) => window.firstByte))),
    connectTime: timesOf(connect),
    newConnections: count > 0 ? Math.min(1, connect.count / count) : null,
    serverCloses: count > 0 ? Math.min(1, sumOf(windows, (window) => window.serverCloses) / count) : null,
    bytes: ok.length > 0 ? sumOf(ok, (window) => window.bytesIn) / sumOf(ok, (window) => window.count) : null,
    histogram: response,
    blocks,
    intervals: blockIntervals(blocks, { rate: rate ?? 0, times: responseTime }, random),
  };
}

/** ms; null for no samples. */
export function timesOf(histogram: HistogramSnapshot): Times | null {
  if (histogram.count === 0) return null;
  const at = (q: number) => (quantileUs(histogram, q) ?? 0) / 1000;
  return {
    min: histogram.minUs / 1000,
    avg: histogram.sumUs / histogram.count / 1000,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    max: histogram.maxUs / 1000,
  };
}

function blocksOf(windows: readonly Window[], part: SteadyPart): readonly Block[] {
  const length = blockSeconds(part.seconds);
  if (length === null) return [];
  const blocks = Math.floor(part.seconds / length);
  const inBlock = Array.from({ length: blocks }, (): Window[] => []);
  // The last block takes the seconds that remain.
  for (const window of windows) {
    inBlock[Math.min(blocks - 1, Math.floor((window.second - part.from) / length))]?.push(window);
  }
  return inBlock.map((own, i) => ({
    seconds: i === blocks - 1 ? part.seconds - i * length : length,
    count: sumOf(own, (window) => window.count),
    failed: sumOf(own, (window) => (window.outcome === 'ok' ? 0 : window.count)),
    generatorFailed: sumOf(own, (window) => (isGenerators(window.outcome) ? window.count : 0)),
    histogram: mergeSnapshots(own.filter((window) => isTimed(window.outcome)).map((w) => w.response)),
  }));
}

function failuresOf(windows: readonly Window[]): Measurement['failures'] {
  const counts = new Map<string, { kind: string; status: number | null; count: number }>();
  const add = (kind: string, status: number | null, count: number) => {
    if (count <= 0) return;
    const key = `${kind} ${status ?? ''}`;
    const failure = counts.get(key) ?? { kind, status, count: 0 };
    failure.count += count;
    counts.set(key, failure);
  };
  for (const { outcome, statuses, count } of windows) {
    if (outcome === 'ok') continue;
    let named = 0;
    for (const [status, n] of Object.entries(statuses)) {
      add(outcome, Number(status), n);
      named += n;
    }
    add(outcome, null, count - named);
  }
  return [...counts.values()].sort(
    (a, b) =>
      b.count - a.count ||
      (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0) ||
      (a.status ?? 0) - (b.status ?? 0),
  );
}

function generatorOf(part: SteadyPart | null): {
  inFlight: number | null;
  cpuCores: number | null;
  machineCpu: number | null;
} {
  const health = part?.health ?? [];
  if (!part || health.length === 0) return { inFlight: null, cpuCores: null, machineCpu: null };
  const workers = new Map<number, HealthSample[]>();
  for (const sample of health) {
    const own = workers.get(sample.worker);
    if (own) own.push(sample);
    else workers.set(sample.worker, [sample]);
  }
  let inFlight = 0;
  let cpuCores = 0;
  for (const samples of workers.values()) {
    inFlight += sumOf(samples, (sample) => sample.inFlightMean) / samples.length;
    cpuCores += sumOf(samples, (sample) => sample.cpuCores) / samples.length;
  }
  return { inFlight, cpuCores, machineCpu: sumOf(health, (sample) => sample.machineCpu) / health.length };
}

/**
 * Mean of a cycle, Z of N = X·(R + Z): over the requests that ended, since a user that goes on at once counts no pause.
 */
function thinkTimeOf(part: SteadyPart | null, run: Run, stage: RunStage, ended: number): number | null {
  const { load } = run.plan;
  if (stage.users === null || !part) return null;
  const thinks = sumOf(part.health, (sample) => sample.thinkCount);
  if (thinks > 0) return sumOf(part.health, (sample) => sample.thinkSumMs) / Math.max(thinks, ended);
  // The stages of a search have a think time of their own, and a short one or none.
  if (trialsOf(run).has(stage.index)) return 0;
  if (load.kind === 'open') return null;
  return isNoThinkTime(load.thinkTime) && load.pacingMs === undefined ? 0 : null;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  let sum = 0;
  for (const item of items) sum += value(item);
  return sum;
}
