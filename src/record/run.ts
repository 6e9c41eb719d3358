import type { Plan } from '../plan/plan.ts';
import type { HistogramSnapshot } from './histogram.ts';

/** How a request ended. `ok` and the kinds of failure; a failed request is data. */
export const outcomes = [
  'ok',
  /** Answered with a status that the plan does not accept. */
  'status',
  /** Accepted status, but the body is not what the plan expects. */
  'expectation',
  'timeout',
  'refused',
  /** The connection was closed or reset before the answer was complete. */
  'reset',
  /** The answer is not HTTP/1.1, or its framing is contradictory or endless. */
  'malformed',
  /** The answer is larger than the engine accepts. */
  'oversized',
  /** No route, no name, no free port: not sent. */
  'unreachable',
  'tls',
  /** Given up by Loadline itself: interrupted twice. */
  'aborted',
  /** Open model: not sent, because the generator was too late for it. */
  'not-sent-late',
  /** Open model: not sent, because no connection became free in time. */
  'not-sent-busy',
] as const;
export type Outcome = (typeof outcomes)[number];

/** Never sent by the generator: says nothing about the target. */
export function isUnsent(outcome: Outcome): boolean {
  return outcome === 'not-sent-late' || outcome === 'not-sent-busy';
}

/** A finished, interrupted or cut-off run as it is read back from its file, or imported from another tool. */
export type Run = {
  readonly kind: 'run';
  readonly formatVersion: 1;
  readonly id: string;
  readonly name: string;
  /** UTC, ISO 8601; `unknown`: another tool's files, which don't tell. */
  readonly startedAt: string;
  /** `cut`: the file ends without a farewell (kill -9, power); up to one second is missing. */
  readonly state: 'complete' | 'interrupted' | 'cut';
  readonly source: { readonly tool: string; readonly version: string };
  readonly plan: Plan;
  readonly environment: Environment;
  readonly seed: number;
  readonly stages: readonly RunStage[];
  readonly events: readonly RunEvent[];
};

/** Where the run was made; what an importer can't know is null. */
export type Environment = {
  readonly loadline: string | null;
  readonly node: string | null;
  readonly platform: string | null;
  readonly cpuModel: string | null;
  readonly cores: number | null;
  readonly memoryBytes: number | null;
  readonly workers: number | null;
  readonly hostHash: string | null;
  /** Requests per second that so many workers carried on this machine against a null server; absent or null: unknown. */
  readonly generatorCeilingPerSecond?: number | null;
};

export type RunEvent = { readonly atMs: number; readonly kind: string; readonly text: string };

/** One stage. Times are ms since the run's start, on the monotonic clock. */
export type RunStage = {
  readonly index: number;
  /** Concurrent users asked for (closed model); null: an open stage. */
  readonly users: number | null;
  /** Requests per second asked for (open model); null: a closed stage. */
  readonly askedRatePerSecond: number | null;
  readonly spawnRate: number | null;
  readonly startMs: number;
  /** When all users were running; the ramp lies before it. */
  readonly steadyFromMs: number;
  /** Whatever ended later is of phase `drain`: answers still outstanding, and the requests of a ramp-down. */
  readonly steadyToMs: number;
  readonly endMs: number;
  readonly state: 'complete' | 'interrupted';
  readonly data: StageData;
};

/** `windows`: Loadline's own recording. `summary`: what another tool's file told. */
export type StageData =
  | {
      readonly kind: 'windows';
      readonly windows: readonly Window[];
      readonly fine: readonly FineCounts[];
      readonly health: readonly HealthSample[];
    }
  | {
      readonly kind: 'summary';
      readonly endpoints: readonly EndpointSummary[];
      readonly history: readonly HistoryPoint[];
    };

/** A request belongs to the phase in which its answer was complete (or it failed). */
export type Phase = 'ramp' | 'steady' | 'drain';

/** What ended within one second, of one endpoint, with one outcome, in one phase. */
export type Window = {
  /** Whole seconds since the run's start. */
  readonly second: number;
  readonly phase: Phase;
  /** Index in the plan's endpoints. */
  readonly endpoint: number;
  readonly outcome: Outcome;
  readonly count: number;
  /** Status code → count. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** From the intended start to the last byte. */
  readonly response: HistogramSnapshot;
  /** From the real start (the first byte could be sent, or the connecting began) to the last byte. */
  readonly service: HistogramSnapshot;
  /** From the real start to the first byte of the answer. */
  readonly firstByte: HistogramSnapshot;
  /** TCP and TLS set-up of those requests that had to connect: its count is the number of new connections. */
  readonly connect: HistogramSnapshot;
  /** Connections that the server closed after the answer. */
  readonly serverCloses: number;
};

/** Counts of one endpoint in the ten tenths of one second, by completion. */
export type FineCounts = {
  readonly second: number;
  readonly endpoint: number;
  readonly completed: readonly number[];
  readonly failed: readonly number[];
  readonly responseSumUs: readonly number[];
};

/** How the generator itself was, each second, each worker. */
export type HealthSample = {
  readonly second: number;
  readonly phase: Phase;
  readonly worker: number;
  /** Users alive at the second's end. */
  readonly users: number;
  /** Requests in flight, read from a counter on a timer, not derived from latencies. */
  readonly inFlightMean: number;
  readonly inFlightMax: number;
  readonly inFlightSamples: number;
  /** Lateness of that timer, ms. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** Event-loop utilisation of the worker, 0..1. */
  readonly loopUtilization: number;
  /** CPU of the worker's thread, in cores. */
  readonly cpuCores: number;
  /** Busy share of the whole machine's CPUs, 0..1. */
  readonly machineCpu: number;
  readonly rssBytes: number;
  /** Requests started in this second. */
  readonly started: number;
  /** Delay from intended to real start. */
  readonly sendLag: HistogramSnapshot;
  /** Think time really slept: from one answer's end to the next intended start. */
  readonly thinkSumMs: number;
  readonly thinkCount: number;
  readonly openConnections: number;
  readonly connectErrors: number;
};

/** One endpoint of one stage as another tool summarised it; null: the file doesn't tell. Times in ms. */
export type EndpointSummary = {
  readonly endpoint: number;
  readonly count: number;
  readonly failed: number;
  readonly ratePerSecond: number | null;
  readonly minMs: number | null;
  readonly avgMs: number | null;
  readonly maxMs: number | null;
  /** Quantile (0.5, 0.95, …) → ms. */
  readonly quantilesMs: Readonly<Record<string, number>>;
};

/** One line of another tool's history: all endpoints together. */
export type HistoryPoint = {
  /** ms since the stage's start. */
  readonly atMs: number;
  readonly users: number | null;
  readonly ratePerSecond: number | null;
  readonly failuresPerSecond: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
};
