import * as z from 'zod';
import type { Run, RunEvent } from './run.ts';

/**
 * What single requests before any load showed of an endpoint. Taken from the target's answers, so bounded and checked;
 * header values are kept only where a rule needs them.
 */
const scoutedSchema = z.object({
  /** Index in the run's plan. */
  endpoint: z.int().min(0),
  status: z.int(),
  httpVersion: z.string().max(8),
  bodyBytes: z.int().min(0),
  /** Length of the JSON list that the body is, or that its only list-valued key holds; null: no list. */
  listLength: z.int().min(0).nullable(),
  /** Two answers to the same request had the same body; null: not asked twice. */
  identicalBodies: z.boolean().nullable(),
  etag: z.string().max(512).nullable(),
  lastModified: z.string().max(128).nullable(),
  cacheControl: z.string().max(512).nullable(),
  age: z.number().nullable(),
  server: z.string().max(128).nullable(),
  contentEncoding: z.string().max(64).nullable(),
  /** `Server-Timing` metrics, ms. */
  serverTiming: z.record(z.string().max(64), z.number()),
  closes: z.boolean(),
  retryAfter: z.string().max(64).nullable(),
  /** Query parameters that were seen to change the length of the list: name → length for the value 1. */
  sizeParameters: z.record(z.string().max(64), z.int()),
  /** With the first of them: value asked → length of the list. Absent: not asked. */
  sizeLengths: z.exactOptional(z.record(z.string().max(8), z.int().min(0))),
});
export type Scouted = Readonly<z.infer<typeof scoutedSchema>>;

const scoutedEventKind = 'scouted';

/** Stands in the run file as an event. */
export function scoutedEvent(scouted: Scouted, atMs: number): RunEvent {
  return { atMs, kind: scoutedEventKind, text: JSON.stringify(scouted) };
}

/** By endpoint's index; what can't be read is left out. */
export function scoutingOf({ events }: Pick<Run, 'events'>): ReadonlyMap<number, Scouted> {
  const found = new Map<number, Scouted>();
  for (const { kind, text } of events) {
    if (kind !== scoutedEventKind) continue;
    const parsed = scoutedSchema.safeParse(jsonOf(text));
    if (parsed.success) found.set(parsed.data.endpoint, parsed.data);
  }
  return found;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
