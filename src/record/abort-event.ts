import type { Run } from './run.ts';

/** Kind of the event that tells why a run stopped itself. */
export const abortEventKind = 'abort';

/** Why the run stopped itself, with the figures; null: it did not. */
export function abortReason({ events }: Pick<Run, 'events'>): string | null {
  return events.find(({ kind }) => kind === abortEventKind)?.text ?? null;
}
