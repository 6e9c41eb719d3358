import { mergeSnapshots, quantileUs } from '../../record/histogram.ts';
import type { Run } from '../../record/run.ts';
import type { Interval } from '../analysis.ts';
import { errorLimit } from '../capacity/error-onset.ts';
import { wilson } from '../measure/interval.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';
import { okRateOf } from './contrast.ts';

/** Failures by what they say: told to slow down (429), turned away (503), and all others of the target's making. */
export type FailureFacts = {
  /** The share of failures above which a stage has failures at all: the plan's own, or 0.1 %. */
  readonly limit: number;
  readonly stages: readonly StageFailures[];
};

export type StageFailures = {
  readonly stage: StageMeasurement;
  readonly tooMany: Interval;
  readonly unavailable: Interval;
  readonly other: Interval;
  readonly okRate: Interval | null;
  /** Median time of answers with a rejected status, ms; null: none, or not recorded. */
  readonly rejectedMs: number | null;
  /** Mean requests in flight that were served and not turned away: X·R of the successful ones. */
  readonly served: number | null;
};

/** Kinds that are the generator's own doing or that it never sent. */
const notTheTargets = new Set(['unreachable', 'aborted']);

export function failureFactsOf(stages: readonly StageMeasurement[], run: Run): FailureFacts {
  return {
    limit: errorLimit(run.plan).limit,
    stages: stages.map((stage) => stageFailures(stage, run)),
  };
}

/** Failed requests of the three sorts. */
export function sorted(m: Measurement): {
  readonly tooMany: number;
  readonly unavailable: number;
  readonly other: number;
} {
  let tooMany = 0;
  let unavailable = 0;
  let other = 0;
  for (const failure of m.failures) {
    if (notTheTargets.has(failure.kind)) continue;
    if (failure.kind === 'status' && failure.status === 429) tooMany += failure.count;
    else if (failure.kind === 'status' && failure.status === 503) unavailable += failure.count;
    else other += failure.count;
  }
  return { tooMany, unavailable, other };
}

function stageFailures(stage: StageMeasurement, run: Run): StageFailures {
  const { tooMany, unavailable, other } = sorted(stage.total);
  const okRate = okRateOf(stage.total);
  const avg = stage.total.responseTime?.avg;
  return {
    stage,
    tooMany: wilson(tooMany, stage.total.count),
    unavailable: wilson(unavailable, stage.total.count),
    other: wilson(other, stage.total.count),
    okRate,
    rejectedMs: rejectedMs(stage, run),
    served: okRate === null || avg === undefined ? null : (okRate.value * avg) / 1000,
  };
}

function rejectedMs(stage: StageMeasurement, run: Run): number | null {
  const data = run.stages[stage.stage - 1]?.data;
  if (data === undefined || data.kind !== 'windows') return null;
  const rejected = data.windows.filter((w) => w.phase === 'steady' && w.outcome === 'status');
  const p50 = quantileUs(mergeSnapshots(rejected.map((w) => w.service)), 0.5);
  return p50 === null ? null : p50 / 1000;
}
