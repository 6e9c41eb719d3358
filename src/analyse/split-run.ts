import type { Run, RunStage } from '../record/run.ts';
import { type Trial, trialsOf } from '../record/trial.ts';
import { measure } from './measure/measure.ts';
import type { StageMeasurement } from './measure/measurement.ts';

/** A run with the stages that its report is about in front, and what probes and trials made behind them. */
export type SplitRun = {
  /** The plan's own stages and those of a ladder, the plan's own endpoints. */
  readonly run: Run;
  readonly measurements: readonly StageMeasurement[];
  /** All stages, those of `run` first; stage numbers count through both. All endpoints. */
  readonly whole: Run;
  readonly all: readonly StageMeasurement[];
  /** By position in `whole.stages`; null: a stage of the plan's own. */
  readonly trials: readonly (Trial | null)[];
};

/** Measures a run. A run without trials stays as it is. */
export function splitRun(given: Run): SplitRun {
  const trials = trialsOf(given);
  const trialOf = ({ index }: RunStage): Trial | null => trials.get(index) ?? null;
  const isOwn = (stage: RunStage): boolean => (trialOf(stage)?.kind ?? 'ladder') === 'ladder';
  const own = given.stages.filter(isOwn);
  const whole: Run = { ...given, stages: [...own, ...given.stages.filter((stage) => !isOwn(stage))] };
  const all = measure(whole);
  const endpoints = given.plan.endpoints.filter(({ probe }) => probe === undefined);
  return {
    run: { ...given, stages: own, plan: { ...given.plan, endpoints } },
    measurements: all
      .slice(0, own.length)
      .map((one) => ({ ...one, endpoints: one.endpoints.slice(0, endpoints.length) })),
    whole,
    all,
    trials: whole.stages.map(trialOf),
  };
}
