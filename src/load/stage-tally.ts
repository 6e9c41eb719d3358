import { type HistogramSnapshot, mergeSnapshots, quantileUs } from '../record/histogram.ts';
import type { HealthSample } from '../record/run.ts';
import type { SecondRecord, StagePatch, StageStart } from '../record/run-writer.ts';
import type { LoadSink } from './run-load.ts';

/** The steady part of one stage, all workers together. */
export type StageFigures = {
  readonly lengthMs: number;
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** CPU of the worker threads. */
  readonly cpuMs: number;
  readonly thinkMeanMs: number;
  readonly sendLagMeanMs: number;
  readonly sendLagP99Ms: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
};

type Stage = { fromMs: number; toMs: number; requests: number; readonly health: HealthSample[] };

/** A sink that keeps totals of each stage and no file. */
export class StageTally implements LoadSink {
  readonly #stages = new Map<number, Stage>();

  startStage({ index, startMs }: StageStart): void {
    this.#stages.set(index, { fromMs: startMs, toMs: startMs, requests: 0, health: [] });
  }

  updateStage(index: number, { steadyFromMs, steadyToMs }: StagePatch): void {
    const stage = this.#stages.get(index);
    if (stage === undefined) return;
    stage.fromMs = steadyFromMs ?? stage.fromMs;
    stage.toMs = steadyToMs ?? stage.toMs;
  }

  finishStage(index: number, patch: StagePatch): void {
    this.updateStage(index, patch);
  }

  event(): void {}

  writeSecond({ stage: index, windows, health }: SecondRecord): void {
    const stage = this.#stages.get(index);
    if (stage === undefined) return;
    for (const { phase, outcome, count } of windows) {
      if (phase === 'steady' && outcome === 'ok') stage.requests += count;
    }
    stage.health.push(...health.filter(({ phase }) => phase === 'steady'));
  }

  figures(): readonly StageFigures[] {
    return [...this.#stages].sort(([a], [b]) => a - b).map(([, stage]) => figuresOf(stage));
  }
}

function figuresOf({ fromMs, toMs, requests, health }: Stage): StageFigures {
  const lengthMs = Math.max(1, toMs - fromMs);
  const lag: HistogramSnapshot = mergeSnapshots(health.map(({ sendLag }) => sendLag));
  // A sample tells of its second, or of the part of it that belongs to the steady phase.
  const lengthOf = ({ second }: HealthSample): number =>
    Math.max(0, Math.min((second + 1) * 1000, toMs) - Math.max(second * 1000, fromMs));
  const thinkCount = sum(health, (sample) => sample.thinkCount);
  return {
    lengthMs,
    requests,
    requestsPerSecond: (requests * 1000) / lengthMs,
    cpuMs: sum(health, (sample) => sample.cpuCores * lengthOf(sample)),
    thinkMeanMs: thinkCount > 0 ? sum(health, (sample) => sample.thinkSumMs) / thinkCount : 0,
    sendLagMeanMs: lag.count > 0 ? lag.sumUs / lag.count / 1000 : 0,
    sendLagP99Ms: (quantileUs(lag, 0.99) ?? 0) / 1000,
    loopDelayP99Ms: Math.max(0, ...health.map((sample) => sample.loopDelayP99Ms)),
    loopDelayMaxMs: Math.max(0, ...health.map((sample) => sample.loopDelayMaxMs)),
  };
}

function sum(samples: readonly HealthSample[], figure: (sample: HealthSample) => number): number {
  return samples.reduce((total, sample) => total + figure(sample), 0);
}
