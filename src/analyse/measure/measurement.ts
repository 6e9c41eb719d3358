import type { HistogramSnapshot } from '../../record/histogram.ts';
import type { Interval, StageValidity, Times } from '../analysis.ts';

/**
 * What the analysis rests on: a stage's steady part, after the warm-up was cut, as figures. Every section
 * (capacity, endpoints, SLA, diagnosis, …) reads measurements, never the run's raw windows, so that a run recorded
 * by Loadline and one summarised by another tool go the same way.
 */
export type StageMeasurement = {
  /** From 1. */
  readonly stage: number;
  readonly users: number | null;
  readonly askedRate: number | null;
  /** Length of the analysed part, s; null: the other tool's file doesn't tell. */
  readonly seconds: number | null;
  /** All endpoints together. */
  readonly total: Measurement;
  /** By the plan's endpoint index; null: no request of it ended in this part. */
  readonly endpoints: readonly (Measurement | null)[];
  readonly validity: StageValidity;
  /** Mean requests in flight, sampled by a timer; null: not measured. */
  readonly inFlight: number | null;
  /** Mean think time really slept per request that ended, ms; null: unknown. */
  readonly thinkTimeMs: number | null;
  /** Requests that started per second by the generator, its CPU in cores, busy share of the machine; null: unknown. */
  readonly generatorCpuCores: number | null;
  readonly machineCpu: number | null;
  /** Counts of tenths of seconds, all endpoints; empty: not recorded. */
  readonly fine: readonly FinePoint[];
};

export type FinePoint = {
  /** Tenths of a second since the run's start. */
  readonly tenth: number;
  /** By endpoint index. */
  readonly completed: readonly number[];
  readonly failed: readonly number[];
  readonly responseSumUs: readonly number[];
};

/** One endpoint, or all together, in one stage. */
export type Measurement = {
  readonly count: number;
  readonly failed: number;
  /** Ended requests per second, failed ones included. */
  readonly rate: number | null;
  /** Share of failed requests, 0..1. */
  readonly errors: number;
  readonly failures: readonly {
    readonly kind: string;
    readonly status: number | null;
    readonly count: number;
  }[];
  /** Successful requests and time-outs. Null: none, or unknown. */
  readonly responseTime: Times | null;
  readonly serviceTime: Times | null;
  readonly firstByte: Times | null;
  readonly connectTime: Times | null;
  /** Share of requests that had to connect first; null: unknown. */
  readonly newConnections: number | null;
  /** Share of answers after which the server closed the connection; null: unknown. */
  readonly serverCloses: number | null;
  readonly bytes: number | null;
  /** Null where the run holds no windows. */
  readonly histogram: HistogramSnapshot | null;
  /** Consecutive blocks of time (5 s, fewer seconds in short stages, at least 5 blocks or none): the unit of every bootstrap. */
  readonly blocks: readonly Block[];
  readonly intervals: {
    readonly rate: Interval | null;
    readonly avg: Interval | null;
    readonly p50: Interval | null;
    readonly p95: Interval | null;
    readonly p99: Interval | null;
  };
};

export type Block = {
  readonly seconds: number;
  readonly count: number;
  readonly failed: number;
  /** Of the failed: those of the generator's making (target-errors.ts). */
  readonly generatorFailed: number;
  readonly histogram: HistogramSnapshot;
};
