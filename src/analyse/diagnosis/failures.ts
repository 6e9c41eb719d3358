import { mergeSnapshots, quantileUs } from '../../record/histogram.ts';
import type { Run } from '../../record/run.ts';
import type { Interval } from '../analysis.ts';
import { errorLimit } from '../capacity/error-onset.ts';
import { wilson } from '../measure/interval.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';
import { isGenerators, targetErrors } from '../measure/target-errors.ts';
import { okRateOf } from './contrast.ts';

/** Failures of the target's making, by what they say: too many requests (429), unavailable (503), and all others. */
export type FailureFacts = {
  /** The share of failures above which a stage has failures at all: the plan's own, or 0.1 %. */
  readonly limit: number;
  readonly stages: readonly StageFailures[];
};

export type StageFailures = {
  readonly stage: StageMeasurement;
  readonly tooMany: Interval;
  readonly unavailable: Interval;
  /** Neither of them; with the 503s, where these did not come fast. */
  readonly other: Interval;
  /** The 503s (and all other rejections) came fast: the server turned away what it would not serve. */
  readonly fast: boolean;
  readonly okRate: Interval | null;
  /** Median service time of the answers with any status that the plan does not accept, ms; null: none, or not recorded. */
  readonly rejectedMs: number | null;
  /** Mean requests in flight that were served and not turned away: successful requests/s times the mean response time. */
  readonly served: number | null;
};

/** A refusal is fast when it takes at most this part of a served request's time. */
const fastPart = 0.5;

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
    if (isGenerators(failure.kind)) continue;
    if (failure.kind === 'status' && failure.status === 429) tooMany += failure.count;
    else if (failure.kind === 'status' && failure.status === 503) unavailable += failure.count;
    else other += failure.count;
  }
  return { tooMany, unavailable, other };
}

function stageFailures(stage: StageMeasurement, run: Run): StageFailures {
  const { tooMany, unavailable, other } = sorted(stage.total);
  const okRate = okRateOf(stage.total);
  const { avg, p50 } = stage.total.responseTime ?? {};
  const { count } = targetErrors(stage.total);
  const rejected = rejectedMs(stage, run);
  const fast = rejected !== null && p50 !== undefined && rejected <= fastPart * p50;
  return {
    stage,
    tooMany: wilson(tooMany, count),
    unavailable: wilson(unavailable, count),
    other: wilson(other + (fast ? 0 : unavailable), count),
    fast,
    okRate,
    rejectedMs: rejected,
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
