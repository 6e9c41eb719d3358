import type { Run, RunStage } from '../../record/run.ts';
import { type Trial, trialsOf } from '../../record/trial.ts';
import { measure } from '../measure/measure.ts';
import type { StageMeasurement } from '../measure/measurement.ts';

/** A stage of a search and what it measured. */
export type SeenTrial = {
  readonly trial: Trial;
  readonly stage: RunStage;
  readonly measurement: StageMeasurement;
};

/** What was measured before, by stage: stages don't change once they are recorded, and measuring costs the search's time. */
export type MeasuredBefore = Map<number, { readonly of: string; readonly measurement: StageMeasurement }>;

/** In the order in which they ran; stages of the plan's own are left out. */
export function seenTrials(run: Run, before: MeasuredBefore): readonly SeenTrial[] {
  const trials = trialsOf(run);
  return run.stages.flatMap((stage) => {
    const trial = trials.get(stage.index);
    return trial === undefined ? [] : [{ trial, stage, measurement: measurementOf(run, stage, before) }];
  });
}

function measurementOf(run: Run, stage: RunStage, before: MeasuredBefore): StageMeasurement {
  const rows = stage.data.kind === 'windows' ? stage.data.windows.length : 0;
  const of = `${run.id} ${stage.startMs} ${stage.endMs} ${rows}`;
  const known = before.get(stage.index);
  if (known?.of === of) return known.measurement;
  const [own] = measure({ ...run, stages: [stage] });
  if (own === undefined) throw new RangeError('a stage gives a measurement');
  const measurement = { ...own, stage: stage.index + 1 };
  before.set(stage.index, { of, measurement });
  return measurement;
}
