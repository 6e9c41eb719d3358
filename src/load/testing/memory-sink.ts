import type { Window } from '../../record/run.ts';
import type { LoadSink } from '../run-load.ts';

/** A sink that keeps what it is given. */
export type MemorySink = LoadSink & {
  readonly windows: Window[];
  /** By stage's index. */
  readonly health: { readonly stage: number; readonly worker: number }[];
  readonly ended: { state: string }[];
  readonly events: { readonly kind: string; readonly text: string }[];
};

export function memorySink(): MemorySink {
  const windows: Window[] = [];
  const health: { readonly stage: number; readonly worker: number }[] = [];
  const ended: { state: string }[] = [];
  const events: { readonly kind: string; readonly text: string }[] = [];
  return {
    windows,
    health,
    ended,
    events,
    startStage: () => {},
    updateStage: () => {},
    writeSecond: ({ stage, ...record }) => {
      windows.push(...record.windows);
      health.push(...record.health.map(({ worker }) => ({ stage, worker })));
    },
    finishStage: (_index, end) => ended.push({ state: end.state }),
    event: ({ kind, text }) => events.push({ kind, text }),
  };
}

/** Outcome → count, of all endpoints. */
export function outcomeCounts({ windows }: Pick<MemorySink, 'windows'>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome, count } of windows) counts[outcome] = (counts[outcome] ?? 0) + count;
  return counts;
}

/** Endpoint's index and outcome → count. */
export function endpointCounts({ windows }: Pick<MemorySink, 'windows'>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { endpoint, outcome, count } of windows)
    counts[`${endpoint} ${outcome}`] = (counts[`${endpoint} ${outcome}`] ?? 0) + count;
  return counts;
}
