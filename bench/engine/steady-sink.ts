import type { LoadSink } from '../../src/load/run-load.ts';
import { type HistogramSnapshot, mergeSnapshots } from '../../src/record/histogram.ts';
import { type HealthSample, isUnsent, type Window } from '../../src/record/run.ts';

/** Keeps what was recorded in the steady part. */
export type SteadySink = LoadSink & {
  readonly windows: Window[];
  readonly health: HealthSample[];
  seconds: number;
};

export function steadySink(): SteadySink {
  const windows: Window[] = [];
  const health: HealthSample[] = [];
  let from = 0;
  const sink: SteadySink = {
    windows,
    health,
    seconds: 0,
    startStage: () => {},
    updateStage: (_index, { steadyFromMs }) => {
      from = steadyFromMs ?? from;
    },
    finishStage: (_index, { steadyToMs }) => {
      sink.seconds += (steadyToMs - from) / 1000;
    },
    event: () => {},
    writeSecond: (record) => {
      windows.push(...record.windows.filter(({ phase }) => phase === 'steady'));
      health.push(...record.health.filter(({ phase }) => phase === 'steady'));
    },
  };
  return sink;
}

/** Times of the answers, from when each request was due, or from when it was really sent. */
export function timesOf(sink: SteadySink, of: 'response' | 'service'): HistogramSnapshot {
  return mergeSnapshots(sink.windows.filter(({ outcome }) => outcome === 'ok').map((window) => window[of]));
}

export function sendLagOf(sink: SteadySink): HistogramSnapshot {
  return mergeSnapshots(sink.health.map(({ sendLag }) => sendLag));
}

export function countOf(sink: SteadySink, what: 'ok' | 'failed' | 'unsent'): number {
  return sink.windows
    .filter(({ outcome }) =>
      what === 'unsent'
        ? isUnsent(outcome)
        : what === 'ok'
          ? outcome === 'ok'
          : outcome !== 'ok' && !isUnsent(outcome),
    )
    .reduce((sum, { count }) => sum + count, 0);
}
