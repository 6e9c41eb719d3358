import { Histogram } from '../../record/histogram.ts';
import type { EndpointSummary, HealthSample, Run, RunStage, StageData, Window } from '../../record/run.ts';
import { type SimulatedEndpoint, simulateRun } from './simulated-run.ts';

/** Runs whose every figure is given by hand, for tests that expect exact values. */

const idleHealth: Omit<HealthSample, 'second'> = {
  phase: 'steady',
  worker: 0,
  users: 1,
  inFlightMean: 1,
  inFlightMax: 1,
  inFlightSamples: 100,
  loopDelayP99Ms: 1,
  loopDelayMaxMs: 2,
  loopUtilization: 0.1,
  cpuCores: 0.1,
  machineCpu: 0.2,
  rssBytes: 1,
  started: 10,
  sendLag: histogramOf([0.01]),
  thinkSumMs: 0,
  thinkCount: 0,
  openConnections: 1,
  connectErrors: 0,
};

export function health(second: number, sample: Partial<HealthSample> = {}): HealthSample {
  return { ...idleHealth, second, ...sample };
}

/** A window of answers with these response times in ms; service time is the same. */
export function window(second: number, valuesMs: readonly number[], rest: Partial<Window> = {}): Window {
  const times = histogramOf(valuesMs);
  const none = histogramOf([]);
  const ok = rest.outcome === undefined || rest.outcome === 'ok';
  return {
    second,
    phase: 'steady',
    endpoint: 0,
    outcome: 'ok',
    count: valuesMs.length,
    statuses: ok ? { 200: valuesMs.length } : {},
    bytesIn: 100 * valuesMs.length,
    bytesOut: 10 * valuesMs.length,
    response: times,
    service: times,
    firstByte: ok ? times : none,
    connect: none,
    serverCloses: 0,
    ...rest,
  };
}

export function histogramOf(valuesMs: readonly number[]): Window['response'] {
  const histogram = new Histogram();
  for (const ms of valuesMs) histogram.record(Math.round(ms * 1000));
  return histogram.snapshot();
}

/** A closed stage whose ramp ended at `fromMs`. */
export function stage(data: StageData, rest: Partial<RunStage> = {}): RunStage {
  return {
    index: 0,
    users: 1,
    askedRatePerSecond: null,
    spawnRate: 1,
    startMs: 0,
    steadyFromMs: 0,
    steadyToMs: 10_000,
    endMs: 10_000,
    state: 'complete',
    data,
    ...rest,
  };
}

export function recorded(parts: {
  readonly windows: readonly Window[];
  readonly health?: readonly HealthSample[];
}): StageData {
  return { kind: 'windows', windows: parts.windows, fine: [], health: parts.health ?? [] };
}

export function summary(endpoints: readonly (Partial<EndpointSummary> & { count: number })[]): StageData {
  return {
    kind: 'summary',
    endpoints: endpoints.map((endpoint, index) => ({
      endpoint: index,
      failed: 0,
      ratePerSecond: null,
      minMs: null,
      avgMs: null,
      maxMs: null,
      quantilesMs: {},
      ...endpoint,
    })),
    history: [],
  };
}

/** A run of these stages; its plan holds the endpoints and no think time. */
export function runOf(
  stages: readonly RunStage[],
  endpoints: readonly Partial<SimulatedEndpoint>[] = [{}],
): Run {
  const empty = simulateRun({
    stages: [],
    endpoints: endpoints.map((endpoint, i) => ({ name: `GET /e${i}`, visits: [], ...endpoint })),
  });
  return { ...empty, stages: stages.map((own, index) => ({ ...own, index })) };
}
