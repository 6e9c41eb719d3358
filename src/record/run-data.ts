import { emptySnapshot, type HistogramSnapshot, mergeSnapshots } from './histogram.ts';
import {
  type EndpointSummary,
  type FineCounts,
  type HealthSample,
  type HistoryPoint,
  outcomes,
  type Phase,
  type StageData,
  type Window,
} from './run.ts';
import type { RunRow } from './run-row.ts';

/**
 * Gathers one stage's rows and merges those of the same key. Keys are numbers that sort by second, then phase,
 * endpoint and outcome, so that the order of writing leaves no trace.
 */
export class StageGatherer {
  readonly #windows = new Map<number, Window>();
  readonly #fine = new Map<number, FineCounts>();
  readonly #health = new Map<number, HealthSample>();
  readonly #summaries: EndpointSummary[] = [];
  readonly #history: HistoryPoint[] = [];

  /** Returns the second that the row belongs to. */
  window(row: RunRow, endpoints: number): number {
    const next = readWindow(row, endpoints);
    const key =
      ((next.second * 3 + phases.indexOf(next.phase)) * endpoints + next.endpoint) * outcomes.length +
      outcomes.indexOf(next.outcome);
    const known = this.#windows.get(key);
    this.#windows.set(key, known === undefined ? next : mergeWindows(known, next));
    return next.second;
  }

  fine(row: RunRow, endpoints: number): void {
    const next = readFine(row, endpoints);
    const key = next.second * endpoints + next.endpoint;
    const known = this.#fine.get(key);
    this.#fine.set(key, known === undefined ? next : mergeFine(known, next));
  }

  health(row: RunRow): void {
    const next = readHealth(row);
    const key = (next.second * 3 + phases.indexOf(next.phase)) * mostWorkers + next.worker;
    const known = this.#health.get(key);
    this.#health.set(key, known === undefined ? next : mergeHealth(known, next));
  }

  summary(row: RunRow, endpoints: number): void {
    this.#summaries.push(readSummary(row, endpoints));
  }

  history(row: RunRow): void {
    this.#history.push(readHistory(row));
  }

  /** The last second of which anything is known; null: none. */
  lastSecond(): number | null {
    let last: number | null = null;
    for (const rows of [this.#windows, this.#fine, this.#health]) {
      for (const row of rows.values()) if (last === null || row.second > last) last = row.second;
    }
    return last;
  }

  /** What was gathered, up to the second `horizon` inclusive. */
  data(horizon: number): StageData {
    if (this.#summaries.length > 0 || this.#history.length > 0) {
      return { kind: 'summary', endpoints: this.#summaries, history: this.#history };
    }
    const sorted = <T extends { readonly second: number }>(rows: ReadonlyMap<number, T>): T[] =>
      [...rows.entries()]
        .filter(([, row]) => row.second <= horizon)
        .sort(([a], [b]) => a - b)
        .map(([, row]) => row);
    return {
      kind: 'windows',
      windows: sorted(this.#windows),
      fine: sorted(this.#fine),
      health: sorted(this.#health),
    };
  }
}

const phases: readonly Phase[] = ['ramp', 'steady', 'drain'];
/** Bounds that keep every key a whole number below 2^53; a second of 10^8 is three years. */
const mostSeconds = 1e8;
const mostWorkers = 4096;

function readWindow(row: RunRow, endpoints: number): Window {
  const response = row.histogram('response');
  const service = shared(row.histogram('service'), response);
  return {
    second: row.count('second', mostSeconds),
    phase: row.oneOf('phase', phases),
    endpoint: row.count('endpoint', endpoints - 1),
    outcome: row.oneOf('outcome', outcomes),
    count: row.count('count'),
    statuses: row.amounts('statuses_json', /^\d{1,3}$/),
    bytesIn: row.number('bytes_in'),
    bytesOut: row.number('bytes_out'),
    response,
    service,
    firstByte: row.histogram('first_byte'),
    connect: row.histogram('connect'),
    serverCloses: row.count('server_closes'),
  };
}

/** In the closed model response and service time are mostly the same: then they are kept once. */
function shared(snapshot: HistogramSnapshot, like: HistogramSnapshot): HistogramSnapshot {
  const same =
    snapshot.count === like.count &&
    snapshot.sumUs === like.sumUs &&
    snapshot.minUs === like.minUs &&
    snapshot.maxUs === like.maxUs &&
    snapshot.buckets.length === like.buckets.length &&
    snapshot.buckets.every((bucket, i) => bucket === like.buckets[i]) &&
    snapshot.counts.every((count, i) => count === like.counts[i]);
  return same ? like : snapshot;
}

function readFine(row: RunRow, endpoints: number): FineCounts {
  return {
    second: row.count('second', mostSeconds),
    endpoint: row.count('endpoint', endpoints - 1),
    completed: row.tenths('completed_json'),
    failed: row.tenths('failed_json'),
    responseSumUs: row.tenths('response_sum_us_json'),
  };
}

function readHealth(row: RunRow): HealthSample {
  return {
    second: row.count('second', mostSeconds),
    phase: row.oneOf('phase', phases),
    worker: row.count('worker', mostWorkers - 1),
    users: row.number('users'),
    inFlightMean: row.number('in_flight_mean'),
    inFlightMax: row.number('in_flight_max'),
    inFlightSamples: row.number('in_flight_samples'),
    loopDelayP99Ms: row.number('loop_delay_p99_ms'),
    loopDelayMaxMs: row.number('loop_delay_max_ms'),
    loopUtilization: row.number('loop_utilization'),
    cpuCores: row.number('cpu_cores'),
    machineCpu: row.number('machine_cpu'),
    rssBytes: row.number('rss_bytes'),
    started: row.number('started'),
    sendLag: row.histogram('send_lag'),
    thinkSumMs: row.number('think_sum_ms'),
    thinkCount: row.number('think_count'),
    openConnections: row.number('open_connections'),
    connectErrors: row.number('connect_errors'),
  };
}

function readSummary(row: RunRow, endpoints: number): EndpointSummary {
  return {
    endpoint: row.count('endpoint', endpoints - 1),
    count: row.count('count'),
    failed: row.count('failed'),
    ratePerSecond: row.numberOrNull('rate_per_second'),
    minMs: row.numberOrNull('min_ms'),
    avgMs: row.numberOrNull('avg_ms'),
    maxMs: row.numberOrNull('max_ms'),
    quantilesMs: row.amounts('quantiles_json', /^[01](\.\d+)?$/),
  };
}

function readHistory(row: RunRow): HistoryPoint {
  return {
    atMs: row.number('at_ms'),
    users: row.numberOrNull('users'),
    ratePerSecond: row.numberOrNull('rate_per_second'),
    failuresPerSecond: row.numberOrNull('failures_per_second'),
    p50Ms: row.numberOrNull('p50_ms'),
    p95Ms: row.numberOrNull('p95_ms'),
  };
}

function mergeWindows(a: Window, b: Window): Window {
  const statuses = new Map(Object.entries(a.statuses));
  for (const [status, count] of Object.entries(b.statuses))
    statuses.set(status, (statuses.get(status) ?? 0) + count);
  return {
    ...a,
    count: a.count + b.count,
    statuses: Object.fromEntries(statuses),
    bytesIn: a.bytesIn + b.bytesIn,
    bytesOut: a.bytesOut + b.bytesOut,
    response: merged(a.response, b.response),
    service: merged(a.service, b.service),
    firstByte: merged(a.firstByte, b.firstByte),
    connect: merged(a.connect, b.connect),
    serverCloses: a.serverCloses + b.serverCloses,
  };
}

function mergeFine(a: FineCounts, b: FineCounts): FineCounts {
  const added = (x: readonly number[], y: readonly number[]): number[] =>
    x.map((value, i) => value + (y[i] ?? 0));
  return {
    ...a,
    completed: added(a.completed, b.completed),
    failed: added(a.failed, b.failed),
    responseSumUs: added(a.responseSumUs, b.responseSumUs),
  };
}

/** Two parts of one second: sums add, levels are weighted by the samples of each part, states are the later's. */
function mergeHealth(a: HealthSample, b: HealthSample): HealthSample {
  const samples = a.inFlightSamples + b.inFlightSamples;
  const weight = samples > 0 ? b.inFlightSamples / samples : 0.5;
  const level = (x: number, y: number): number => x + (y - x) * weight;
  return {
    ...b,
    inFlightMean: level(a.inFlightMean, b.inFlightMean),
    inFlightMax: Math.max(a.inFlightMax, b.inFlightMax),
    inFlightSamples: samples,
    loopDelayP99Ms: Math.max(a.loopDelayP99Ms, b.loopDelayP99Ms),
    loopDelayMaxMs: Math.max(a.loopDelayMaxMs, b.loopDelayMaxMs),
    loopUtilization: level(a.loopUtilization, b.loopUtilization),
    cpuCores: level(a.cpuCores, b.cpuCores),
    machineCpu: level(a.machineCpu, b.machineCpu),
    started: a.started + b.started,
    sendLag: merged(a.sendLag, b.sendLag),
    thinkSumMs: a.thinkSumMs + b.thinkSumMs,
    thinkCount: a.thinkCount + b.thinkCount,
    connectErrors: a.connectErrors + b.connectErrors,
  };
}

function merged(a: HistogramSnapshot, b: HistogramSnapshot): HistogramSnapshot {
  if (a.count === 0) return b.count === 0 ? emptySnapshot : b;
  return b.count === 0 ? a : mergeSnapshots([a, b]);
}
