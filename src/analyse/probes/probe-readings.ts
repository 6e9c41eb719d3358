import type { Interval } from '../analysis.ts';

/**
 * What the probes (docs/methods.md §3) saw, as figures: each kind of probe has one reading function beside this file,
 * `read…(run, measurements): …Reading[]`, and the rules look at nothing else of a probe. Indices are those of the run's
 * plan; times ms. A probe that was not made has no reading; one that was too short or not valid has one with `null`s
 * and its reason, so that "not seen" is never taken for "not there".
 */
export type ProbeReadings = {
  readonly single: readonly SingleUserReading[];
  readonly solo: readonly SoloReading[];
  readonly coupling: readonly CouplingReading[];
  readonly reuse: readonly ReuseReading[];
  readonly keys: readonly KeysReading[];
  readonly sizes: readonly SizesReading[];
  readonly rows: readonly RowsReading[];
  readonly steps: readonly StepReading[];
  readonly workers: readonly WorkersReading[];
};

export const noReadings: ProbeReadings = {
  single: [],
  solo: [],
  coupling: [],
  reuse: [],
  keys: [],
  sizes: [],
  rows: [],
  steps: [],
  workers: [],
};

/** P1: an endpoint (controls included) as a single user meets it: no queueing but its own. */
export type SingleUserReading = {
  readonly endpoint: number;
  readonly stage: number;
  readonly count: number;
  /** Successful ones. */
  readonly mean: Interval | null;
  readonly p50: Interval | null;
  /** To the first byte, without connecting. */
  readonly firstByte: Interval | null;
  /** Mean of those that connected, and their share. */
  readonly connect: { readonly mean: number; readonly share: number } | null;
  readonly serverCloses: number | null;
  /** Mean bytes of an answer. */
  readonly bytes: number | null;
  /** Slow answers far from the rest: a second mode. Null: not enough of them to say. */
  readonly slowMode: { readonly share: number; readonly fromMs: number } | null;
};

/** P2: one endpoint alone at rising loads. */
export type SoloReading = {
  readonly endpoint: number;
  readonly stages: readonly number[];
  /** Highest throughput that it reached; null: it still grew. */
  readonly saturation: Interval | null;
  /** Service time at one user, ms. */
  readonly single: Interval | null;
  /** Users at which both meet: saturation × single. */
  readonly knee: Interval | null;
  /** m̂ = saturation × the time that the limiting resource is held; equal to `knee` while that is all of `single`. */
  readonly parallelism: Interval | null;
  readonly errors: number;
  readonly because: string | null;
};

/** P3: what happens to one endpoint while another is held at two to four times its knee. */
export type CouplingReading = {
  readonly held: number;
  readonly probed: number;
  readonly stage: number;
  /** Of the probed endpoint. */
  readonly idle: Interval | null;
  readonly loaded: Interval | null;
  readonly added: Interval | null;
  /** Of the held endpoint: its response time under its own load minus that of a single user. */
  readonly heldAdded: Interval | null;
  /** added / heldAdded: 0.8 to 1.25 says one shared queue, below 0.2 independent. */
  readonly share: Interval | null;
  /** (loaded/idle of the probed) / (loaded/idle of the held): 0.8 to 1.25 says a shared processor. */
  readonly factor: Interval | null;
  /** Single-user times closer than threefold cannot tell a shared queue from a shared processor. */
  readonly tellsApart: boolean;
};

/** P4: connections used again against new ones, ABBA. */
export type ReuseReading = {
  readonly endpoint: number;
  readonly reused: Interval | null;
  readonly fresh: Interval | null;
  /** fresh / reused. */
  readonly ratio: Interval | null;
  /** Share of requests that really went over a connection used before, when that was offered. */
  readonly reuseSeen: number | null;
  /** Connect (and TLS) share of the response time over new connections. */
  readonly connectShare: number | null;
};

/** P5: does the same key come faster? */
export type KeysReading = {
  readonly endpoint: number;
  readonly sameKey: Interval | null;
  readonly otherKeys: Interval | null;
  /** same / other. */
  readonly ratio: Interval | null;
  /** Share of 304 among conditional requests, and their mean; null: the answers have no validators. */
  readonly conditional: { readonly notModified: number; readonly mean: Interval | null } | null;
  /** From the answers' headers and bodies, as the scout saw them. */
  readonly identicalBodies: boolean | null;
  readonly hasValidators: boolean | null;
  readonly hasAge: boolean | null;
};

/** P6: R = α + β·rows + γ·bytes at one user. */
export type SizesReading = {
  readonly endpoint: number;
  readonly parameter: string;
  readonly points: readonly { readonly rows: number; readonly bytes: number; readonly mean: Interval }[];
  readonly perRow: Interval | null;
  readonly perByteUs: Interval | null;
  readonly fixed: Interval | null;
  readonly because: string | null;
};

/** P7: writes to one row against writes that are spread. */
export type RowsReading = {
  readonly endpoint: number;
  readonly oneRow: { readonly rate: Interval; readonly mean: Interval } | null;
  readonly spread: { readonly rate: Interval; readonly mean: Interval } | null;
};

/** P8: the rate steps up. */
export type StepReading = {
  readonly stage: number;
  readonly factor: number;
  readonly okRate: Interval | null;
  readonly errors: number;
  readonly responseTime: Interval | null;
};

/** P9: does one more worker of the generator change the throughput? */
export type WorkersReading = { readonly stages: readonly number[]; readonly ratio: Interval | null };
