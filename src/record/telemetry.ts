import * as z from 'zod';
import { type TelemetryReading, telemetryReadings } from '../plan/plan.ts';
import type { Run, RunEvent } from './run.ts';

/** What one source told at one moment. Seconds are counters since some start of its own; the rest is as it stands. */
export type Readings = Readonly<Partial<Record<TelemetryReading, number>>>;

const source = z.object({
  kind: z.enum(['prometheus', 'process', 'server-timing']),
  /** Among the plan's sources of that kind; of `server-timing`: the endpoint. */
  index: z.int().min(0).max(9_999),
});
/** Whose figures they are. */
export type TelemetrySource = Readonly<z.infer<typeof source>>;

const toldSchema = z.object({
  source,
  readings: z.partialRecord(z.enum(telemetryReadings), z.number().min(0)),
  /** Of the source `server-timing`: metric → ms. */
  serverTiming: z.exactOptional(z.record(z.string().max(64), z.number().min(0))),
});
type Told = {
  readonly source: TelemetrySource;
  readonly readings: Readings;
  readonly serverTiming?: Readonly<Record<string, number>>;
};

/** A telemetry event with its moment, ms since the run's start. */
export type TelemetryPoint = Told & { readonly atMs: number };

const telemetryEventKind = 'telemetry';
const failedEventKind = 'telemetry-failed';

/** At most so many figures stand in one event. */
const mostReadings = 40;

/** Stands in the run file as an event, at most one a second for each source. Figures beyond the limit are left out. */
export function telemetryEvent({ atMs, source, readings, serverTiming }: TelemetryPoint): RunEvent {
  const told = {
    source,
    readings,
    ...(serverTiming === undefined
      ? {}
      : { serverTiming: Object.fromEntries(Object.entries(serverTiming).slice(0, mostReadings / 2)) }),
  };
  return { atMs, kind: telemetryEventKind, text: JSON.stringify(told) };
}

/** A source that could not be read, once for each. */
export function telemetryFailed(source: TelemetrySource, because: string, atMs: number): RunEvent {
  return { atMs, kind: failedEventKind, text: JSON.stringify({ source, because: because.slice(0, 300) }) };
}

/** In the order of the run; what can't be read is left out. */
export function telemetryOf({ events }: Pick<Run, 'events'>): readonly TelemetryPoint[] {
  return events.flatMap(({ kind, text, atMs }) => {
    const parsed = kind === telemetryEventKind ? toldSchema.safeParse(jsonOf(text)) : null;
    return parsed?.success === true ? [{ ...parsed.data, atMs }] : [];
  });
}

const failedSchema = z.object({ source, because: z.string().max(300) });

/** Sources that could not be read, and why. */
export function telemetryFailures({ events }: Pick<Run, 'events'>): readonly z.infer<typeof failedSchema>[] {
  return events.flatMap(({ kind, text }) => {
    const parsed = kind === failedEventKind ? failedSchema.safeParse(jsonOf(text)) : null;
    return parsed?.success === true ? [parsed.data] : [];
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
