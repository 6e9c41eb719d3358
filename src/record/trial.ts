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

/** How a trial stands in the run file: an event, so that a cut file still tells what its stages were for, and why. */
export function trialEvent(stage: number, trial: Trial, atMs: number, because?: string): RunEvent {
  return { atMs, kind: trialEventKind, text: JSON.stringify({ stage, trial, because }) };
}

const stored = z.object({ stage: z.int(), trial: trialSchema, because: z.exactOptional(z.string()) });

/** Stage's index → what it was for. What can't be read as a trial is left out. */
export function trialsOf(run: Pick<Run, 'events'>): ReadonlyMap<number, Trial> {
  return new Map(storedIn(run).map(({ stage, trial }) => [stage, trial]));
}

/** Stage's index → what was to be learnt from it. */
export function reasonsOf(run: Pick<Run, 'events'>): ReadonlyMap<number, string> {
  return new Map(
    storedIn(run).flatMap(({ stage, because }) => (because === undefined ? [] : [[stage, because]])),
  );
}

function storedIn({ events }: Pick<Run, 'events'>): readonly z.infer<typeof stored>[] {
  return events.flatMap(({ kind, text }) => {
    const parsed = kind === trialEventKind ? stored.safeParse(jsonOf(text)) : null;
    return parsed?.success === true ? [parsed.data] : [];
  });
}

const askedEventKind = 'search-asked';
const mostOptions = 20;
const longestOption = 100;

/** With which options a search was begun, beside its plan and seed: `--budget 60s`. */
export function askedEvent(options: readonly string[], atMs: number): RunEvent {
  return { atMs, kind: askedEventKind, text: JSON.stringify({ options }) };
}

const storedAsked = z.object({ options: z.array(z.string().max(longestOption)).max(mostOptions) });

/** Empty: none, or the file does not tell. */
export function searchOptions({ events }: Pick<Run, 'events'>): readonly string[] {
  const event = events.find(({ kind }) => kind === askedEventKind);
  const parsed = event === undefined ? null : storedAsked.safeParse(jsonOf(event.text));
  return parsed?.success === true ? parsed.data.options : [];
}

const doneEventKind = 'search-done';

/** Why a search asked for no more stages, and what it would have asked for with more time or leave. */
export function doneEvent(because: string, notRun: readonly NotRun[], atMs: number): RunEvent {
  return { atMs, kind: doneEventKind, text: JSON.stringify({ because, notRun }) };
}

const notRunSchema = z.object({ probe: z.string(), because: z.string() });
/** A probe that was left out. */
export type NotRun = Readonly<z.infer<typeof notRunSchema>>;
const storedDone = z.object({ because: z.string(), notRun: z.array(notRunSchema) });

/** Null: the search was broken off, or there was none. */
export function searchDone({ events }: Pick<Run, 'events'>): Readonly<z.infer<typeof storedDone>> | null {
  const event = events.findLast(({ kind }) => kind === doneEventKind);
  const parsed = event === undefined ? null : storedDone.safeParse(jsonOf(event.text));
  return parsed?.success === true ? parsed.data : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
