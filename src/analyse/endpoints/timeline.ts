import { type HistogramSnapshot, mergeSnapshots, quantileUs } from '../../record/histogram.ts';
import { isUnsent, type Phase, type Run, type RunStage, type StageData } from '../../record/run.ts';
import type { TimelinePoint } from '../analysis.ts';
import { isTimed } from '../measure/measure.ts';

/** More points a stage than this nobody sees in a chart: longer stages are told in steps of several seconds. */
export const maxPointsPerStage = 600;

/** The run second by second, all endpoints together, seconds in which nothing ended included. */
export function timelineOf(run: Run): TimelinePoint[] {
  return run.stages.flatMap((stage, i) =>
    stage.data.kind === 'windows' ? recorded(stage, stage.data, i + 1) : summarised(stage, stage.data, i + 1),
  );
}

function recorded(
  stage: RunStage,
  data: Extract<StageData, { kind: 'windows' }>,
  number: number,
): TimelinePoint[] {
  const seconds = [...data.windows, ...data.health].map(({ second }) => second);
  if (seconds.length === 0) return [];
  const from = seconds.reduce((a, b) => Math.min(a, b));
  const to = seconds.reduce((a, b) => Math.max(a, b)) + 1;
  const step = Math.max(1, Math.ceil((to - from) / maxPointsPerStage));
  const points = Array.from({ length: Math.ceil((to - from) / step) }, () => ({
    count: 0,
    failed: 0,
    response: [] as HistogramSnapshot[],
    users: new Map<number, number>(),
    inFlight: 0,
    sampled: false,
  }));
  const pointOf = (second: number) => points[Math.floor((second - from) / step)];
  for (const window of data.windows) {
    if (isUnsent(window.outcome)) continue;
    const point = pointOf(window.second);
    if (!point) continue;
    point.count += window.count;
    if (window.outcome !== 'ok') point.failed += window.count;
    if (isTimed(window.outcome)) point.response.push(window.response);
  }
  for (const sample of data.health) {
    const point = pointOf(sample.second);
    if (!point) continue;
    point.users.set(sample.worker, sample.users);
    point.inFlight += sample.inFlightMean;
    point.sampled = true;
  }
  return points.map((point, i) => {
    const second = from + i * step;
    const length = Math.min(step, to - second);
    const response = mergeSnapshots(point.response);
    const at = (q: number) => {
      const us = quantileUs(response, q);
      return us === null ? null : us / 1000;
    };
    const users = [...point.users.values()].reduce((a, b) => a + b, 0);
    return {
      stage: number,
      second,
      phase: phaseAt(stage, (second + length / 2) * 1000),
      rate: point.count / length,
      failed: point.failed / length,
      users: point.sampled && stage.users !== null ? users : null,
      inFlight: point.sampled ? point.inFlight / length : null,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
    };
  });
}

function phaseAt(stage: RunStage, atMs: number): Phase {
  if (atMs < stage.steadyFromMs) return 'ramp';
  return atMs <= stage.steadyToMs ? 'steady' : 'drain';
}

function summarised(
  stage: RunStage,
  data: Extract<StageData, { kind: 'summary' }>,
  number: number,
): TimelinePoint[] {
  const step = Math.max(1, Math.ceil(data.history.length / maxPointsPerStage));
  return data.history
    .filter((_, i) => i % step === 0)
    .flatMap((point) =>
      point.ratePerSecond === null
        ? []
        : [
            {
              stage: number,
              second: Math.floor((stage.startMs + point.atMs) / 1000),
              phase: phaseAt(stage, stage.startMs + point.atMs),
              rate: point.ratePerSecond,
              failed: point.failuresPerSecond ?? 0,
              users: point.users,
              inFlight: null,
              p50: point.p50Ms,
              p95: point.p95Ms,
              p99: null,
            },
          ],
    );
}
