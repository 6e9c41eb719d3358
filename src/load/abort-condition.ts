import type { AbortCondition, SlaStatistic } from '../plan/plan.ts';
import { slaStatistics } from '../plan/plan.ts';
import { abortEventKind } from '../record/abort-event.ts';
import { type HistogramSnapshot, mergeSnapshots, quantileUs } from '../record/histogram.ts';
import type { SecondRecord } from '../record/run-writer.ts';
import type { LoadSink } from './run-load.ts';

/** What stops a run by itself. */
export type StopLimits = {
  /** The plan's own; null: none. */
  readonly condition: AbortCondition | null;
  /** `--max-rate` of a plan whose rate nobody knows beforehand, judged from the first second on; null: none. */
  readonly ratePerSecond: number | null;
};

/** Bounds are compared with the last ten seconds of the stage, or with all of a younger one. */
const windowSeconds = 10;
/** Fewer ended requests are an anecdote: one failure of three must not end a run. */
const fewestRequests = 10;

const quantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 } as const;

type Second = {
  readonly second: number;
  readonly count: number;
  readonly failed: number;
  readonly times: readonly HistogramSnapshot[];
};

/** Sees each second of a run and says when a limit is passed. */
export class AbortWatch {
  readonly #limits: StopLimits;
  #stage = 0;
  #startMs = 0;
  #seconds: Second[] = [];

  constructor(limits: StopLimits) {
    this.#limits = limits;
  }

  /** Times in ms since the run's start. */
  startStage(index: number, startMs: number): void {
    this.#stage = index;
    this.#startMs = startMs;
    this.#seconds = [];
  }

  /** A whole second; what was passed, with its figures, or null. Answers that came after the stage's end don't count. */
  see({ stage, second, windows }: SecondRecord): string | null {
    if (stage !== this.#stage) return null;
    const counted = windows.filter(({ phase }) => phase !== 'drain');
    if (counted.length > 0) {
      this.#seconds.push({
        second,
        count: sum(counted.map(({ count }) => count)),
        failed: sum(counted.map(({ outcome, count }) => (outcome === 'ok' ? 0 : count))),
        // Failures are counted, not timed, except time-outs: as in the analysis.
        times: counted
          .filter(({ outcome }) => outcome === 'ok' || outcome === 'timeout')
          .map(({ response }) => response),
      });
    }
    this.#seconds = this.#seconds.filter((one) => one.second > second - windowSeconds);
    const ageMs = (second + 1) * 1000 - this.#startMs;
    const passed = this.#rate(ageMs) ?? this.#condition(ageMs);
    return passed === null ? null : `stage ${stage + 1}: ${passed}`;
  }

  #rate(ageMs: number): string | null {
    const { ratePerSecond } = this.#limits;
    const seconds = Math.min(windowSeconds, ageMs / 1000);
    if (ratePerSecond === null || seconds < 1) return null;
    const rate = sum(this.#seconds.map(({ count }) => count)) / seconds;
    return rate > ratePerSecond
      ? `${rounded(rate)} requests/s ended in the last ${rounded(seconds)} s, more than the ${ratePerSecond} that --max-rate allows`
      : null;
  }

  #condition(ageMs: number): string | null {
    const { condition } = this.#limits;
    if (condition === null || ageMs < condition.afterMs) return null;
    const count = sum(this.#seconds.map((one) => one.count));
    if (count < fewestRequests) return null;
    const last = `in the last ${rounded(Math.min(windowSeconds, ageMs / 1000))} s`;
    const failed = sum(this.#seconds.map((one) => one.failed));
    if (condition.errors !== null && failed / count > condition.errors) {
      return `${failed} of ${count} requests (${percent(failed / count)}) failed ${last}, more than the ${percent(condition.errors)} at which the plan stops the run`;
    }
    const times = mergeSnapshots(this.#seconds.flatMap((one) => one.times));
    for (const statistic of slaStatistics) {
      const bound = condition.times[statistic];
      const value = statisticMs(times, statistic);
      if (bound === undefined || value === null || value <= bound) continue;
      return `the response time's ${statistic} was ${rounded(value)} ms ${last}, more than the ${bound} ms at which the plan stops the run`;
    }
    return null;
  }
}

/**
 * The sink, watched: when a limit is passed, an event tells the figures and `stop` is called, once. After `stopping`
 * was aborted by someone else nothing is judged any more.
 */
export function stoppingSink(
  sink: LoadSink,
  limits: StopLimits,
  stop: (because: string) => void,
  stopping?: AbortSignal,
): LoadSink {
  if (limits.condition === null && limits.ratePerSecond === null) return sink;
  const watch = new AbortWatch(limits);
  let stopped = false;
  return {
    startStage: (stage) => {
      watch.startStage(stage.index, stage.startMs);
      sink.startStage(stage);
    },
    updateStage: (index, patch) => sink.updateStage(index, patch),
    finishStage: (index, patch) => sink.finishStage(index, patch),
    event: (event) => sink.event(event),
    writeSecond: (record) => {
      sink.writeSecond(record);
      if (stopped || stopping?.aborted === true) return;
      const because = watch.see(record);
      if (because === null) return;
      stopped = true;
      sink.event({ atMs: (record.second + 1) * 1000, kind: abortEventKind, text: because });
      stop(because);
    },
  };
}

function statisticMs(times: HistogramSnapshot, statistic: SlaStatistic): number | null {
  if (times.count === 0) return null;
  if (statistic === 'avg') return times.sumUs / times.count / 1000;
  if (statistic === 'max') return times.maxUs / 1000;
  const us = quantileUs(times, quantiles[statistic]);
  return us === null ? null : us / 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

function percent(share: number): string {
  return `${rounded(share * 100)} %`;
}
