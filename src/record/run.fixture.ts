import type { Endpoint, Plan } from '../plan/plan.ts';
import { Histogram, type HistogramSnapshot } from './histogram.ts';
import type { FineCounts, HealthSample, Run, Window } from './run.ts';
import type { RunHeader, SecondRecord } from './run-writer.ts';

/** Small, whole and valid: a plan, a header and seconds for tests and benches. */
function planOf(endpoints: number): Plan {
  return {
    kind: 'plan',
    name: 'shop',
    target: 'http://127.0.0.1:3000',
    endpoints: Array.from({ length: endpoints }, (_, i) => endpointOf(`GET /things${i}`)),
    load: {
      kind: 'closed',
      stages: [{ users: 10, spawnRate: 2, durationMs: 60_000 }],
      thinkTime: { kind: 'uniform', minMs: 1000, maxMs: 3000 },
    },
    readiness: {
      users: null,
      slaCompliance: null,
      errors: null,
      avgAt: null,
      linearThroughput: false,
      declared: {},
    },
    tls: { verify: true, ca: null },
    headers: {},
    auth: null,
    timeoutMs: 30_000,
  };
}

function endpointOf(name: string): Endpoint {
  const path = name.slice(4);
  return {
    ...{ name, method: 'GET', path, query: {}, headers: {}, body: null, weight: 1, data: {} },
    ...{ sla: { times: { p95: 300 }, errors: 0.001 }, expect: { status: [], bodyContains: null } },
    ...{ group: path.slice(1), timeoutMs: 30_000 },
  };
}

export function headerOf(endpoints: number): RunHeader {
  return {
    id: '0198-test',
    name: 'shop',
    startedAt: '2026-02-10T10:15:00.000Z',
    source: { tool: 'loadline', version: '0.1.0' },
    plan: planOf(endpoints),
    environment: {
      ...{ loadline: '0.1.0', node: '24.0.0', platform: 'linux x64', cpuModel: null, cores: 2 },
      ...{ memoryBytes: 2 ** 33, workers: 1, hostHash: null },
    },
    seed: 7,
  };
}

/** A second of `perEndpoint` requests to each endpoint; the same arguments give the same second. */
export function secondOf(
  stage: number,
  second: number,
  endpoints: number,
  perEndpoint: number,
): SecondRecord {
  const random = generator(second * 7919 + stage);
  const windows: Window[] = [];
  const fine: FineCounts[] = [];
  for (let endpoint = 0; endpoint < endpoints; endpoint += 1) {
    windows.push(windowOf(second, endpoint, perEndpoint, random));
    const tenths = Array.from({ length: 10 }, () => Math.floor(random() * perEndpoint));
    fine.push({
      second,
      endpoint,
      completed: tenths,
      failed: Array(10).fill(0),
      responseSumUs: tenths.map((n) => n * 900),
    });
  }
  return { stage, second, windows, fine, health: [healthOf(second, 0), healthOf(second, 1)] };
}

export function windowOf(second: number, endpoint: number, count: number, random: () => number): Window {
  const response = times(count, random);
  return {
    ...{ second, phase: 'steady', endpoint, outcome: 'ok', count, statuses: { 200: count } },
    ...{
      bytesIn: count * 512,
      bytesOut: count * 90,
      response,
      service: response,
      firstByte: times(count, random),
    },
    ...{ connect: times(second === 0 ? 1 : 0, random), serverCloses: 0 },
  };
}

export function healthOf(second: number, worker: number): HealthSample {
  return {
    ...{ second, phase: 'steady', worker, users: 5, inFlightMean: 2.5, inFlightMax: 4, inFlightSamples: 50 },
    ...{ loopDelayP99Ms: 1.25, loopDelayMaxMs: 2, loopUtilization: 0.25, cpuCores: 0.5, machineCpu: 0.75 },
    ...{
      rssBytes: 1e8,
      started: 100,
      sendLag: times(20, generator(worker)),
      thinkSumMs: 1000.5,
      thinkCount: 10,
    },
    ...{ openConnections: 5, connectErrors: 0 },
  };
}

/** What {@link secondOf} makes, as the run that is read back. */
export function runOf(seconds: number, endpoints: number, perEndpoint: number): Run {
  const all = Array.from({ length: seconds }, (_, second) => secondOf(0, second, endpoints, perEndpoint));
  return {
    ...{ kind: 'run', formatVersion: 1, ...headerOf(endpoints), state: 'complete' },
    stages: [
      {
        ...{ index: 0, users: 10, askedRatePerSecond: null, spawnRate: 2, startMs: 0, steadyFromMs: 0 },
        ...{ steadyToMs: seconds * 1000, endMs: seconds * 1000, state: 'complete' },
        data: {
          kind: 'windows',
          windows: all.flatMap((record) => record.windows),
          fine: all.flatMap((record) => record.fine),
          health: all.flatMap((record) => record.health),
        },
      },
    ],
    events: [],
  };
}

function times(count: number, random: () => number): HistogramSnapshot {
  const histogram = new Histogram();
  for (let i = 0; i < count; i += 1) histogram.record(Math.round(-Math.log(1 - random()) * 20_000) + 1000);
  return histogram.snapshot();
}

/** Mulberry32: small and repeatable. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
