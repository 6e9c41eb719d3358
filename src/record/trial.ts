import * as z from 'zod';
import type { ThinkTime } from '../plan/plan.ts';
import type { Run, RunEvent } from './run.ts';

/** What a stage of `find` or `diagnose` is for. A stage without one belongs to the plan's own load. */
const trialSchema = z.discriminatedUnion('kind', [
  /** A closed stage of the whole mix, one of a ladder that looks for the knee. */
  z.object({ kind: z.literal('ladder') }),
  /** An open stage of the whole mix, one of those that look for the highest rate within the SLA. */
  z.object({ kind: z.literal('rate') }),
  /** The recommended limit, held. */
  z.object({ kind: z.literal('hold') }),
  /** A light load after the heavy ones: does the target come back? */
  z.object({ kind: z.literal('recovery') }),
  /** P1: one user, every endpoint and the controls. */
  z.object({ kind: z.literal('single-user') }),
  /** P2: one endpoint alone. */
  z.object({ kind: z.literal('solo'), endpoint: z.int() }),
  /** P3: one endpoint under load (closed), the others asked at a low rate beside it (open). */
  z.object({ kind: z.literal('coupling'), held: z.int() }),
  /** P4: connections used again, or a new one for each request; one of the four parts of an ABBA. */
  z.object({ kind: z.literal('reuse'), reused: z.boolean() }),
  /** P5: the same key, other keys, conditional requests, one user. */
  z.object({ kind: z.literal('keys') }),
  /** P6: the same endpoint with results of several sizes, one user. */
  z.object({ kind: z.literal('sizes') }),
  /** P7: writes to one row, or spread over many. Changes data: only if asked for. */
  z.object({ kind: z.literal('rows'), endpoint: z.int(), spread: z.boolean() }),
  /** P8: the rate doubles; or a burst. */
  z.object({ kind: z.literal('step'), factor: z.number() }),
  /** P9: more workers at the same load. */
  z.object({ kind: z.literal('workers'), workers: z.int() }),
]);
export type Trial = z.infer<typeof trialSchema>;

/** What a search asks the load for: one stage, of users, of arrivals, or of both at once. */
export type TrialOrder = {
  readonly trial: Trial;
  /** For the live view and the report: what is to be learnt. */
  readonly because: string;
  /** Null: no users. `weights`: by endpoint, 0 for none; null: the plan's mix, flows included. */
  readonly closed: {
    readonly users: number;
    readonly thinkTime: ThinkTime;
    readonly weights: readonly number[] | null;
  } | null;
  /** Null: no arrivals. */
  readonly open: { readonly ratePerSecond: number; readonly weights: readonly number[] | null } | null;
  /** Before the part that counts; a closed stage's users start within it. */
  readonly settleMs: number;
  readonly durationMs: number;
};

const trialEventKind = 'trial';

/** How a trial stands in the run file: an event, so that a cut file still tells what its stages were for. */
export function trialEvent(stage: number, trial: Trial, atMs: number): RunEvent {
  return { atMs, kind: trialEventKind, text: JSON.stringify({ stage, trial }) };
}

const stored = z.object({ stage: z.int(), trial: trialSchema });

/** Stage's index → what it was for. What can't be read as a trial is left out. */
export function trialsOf({ events }: Pick<Run, 'events'>): ReadonlyMap<number, Trial> {
  const trials = new Map<number, Trial>();
  for (const { kind, text } of events) {
    if (kind !== trialEventKind) continue;
    const parsed = stored.safeParse(jsonOf(text));
    if (parsed.success) trials.set(parsed.data.stage, parsed.data.trial);
  }
  return trials;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
