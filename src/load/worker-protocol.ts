import type { ResolvedPlan } from '../plan/plan.ts';
import type { FineCounts, HealthSample, Window } from '../record/run.ts';
import type { Address } from './engine.ts';
import type { Followed } from './workload.ts';
import type { StageOrder } from './workload-model.ts';

/** Given to a worker thread at its birth. */
export type WorkerData = {
  readonly worker: number;
  readonly workers: number;
  /** Some stage has arrivals: they need a thread that keeps the time. */
  readonly opens: boolean;
  readonly plan: ResolvedPlan;
  readonly address: Address;
  readonly seed: number;
};

/** Coordinator → worker. Times on the shared clock, in ms. */
export type WorkerOrder =
  | {
      readonly kind: 'stage';
      readonly stage: number;
      readonly runStartMs: number;
      readonly startMs: number;
      readonly steadyFromMs: number;
      readonly steadyToMs: number;
      readonly order: StageOrder;
    }
  /** No new requests; await what is in flight. */
  | { readonly kind: 'stop' }
  /** Give up what is in flight. */
  | { readonly kind: 'abort' }
  | { readonly kind: 'exit' };

/** Worker → coordinator. */
export type WorkerReport =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'second'; readonly stage: number } & SecondReport)
  /** Unique data of an endpoint is used up: the run can't go on as it was asked for. */
  | { readonly kind: 'used-up'; readonly endpoint: number }
  /** What an answer's `Server-Timing` told: metric → ms. */
  | {
      readonly kind: 'server-timing';
      readonly endpoint: number;
      readonly timing: Readonly<Record<string, number>>;
    }
  /** A flow's function failed; `fatal`: it asks for what the plan does not declare. */
  | { readonly kind: 'flow-fault'; readonly text: string; readonly fatal: boolean }
  | {
      readonly kind: 'stage-done';
      readonly stage: number;
      readonly followed: Readonly<Record<Followed, number>>;
    };

/** What one worker saw within one second (or the part of it that belongs to one phase). */
export type SecondReport = {
  readonly second: number;
  /** Nothing more of this second will come from this worker. */
  readonly last: boolean;
  readonly windows: readonly Window[];
  readonly fine: readonly FineCounts[];
  readonly health: HealthSample;
};
