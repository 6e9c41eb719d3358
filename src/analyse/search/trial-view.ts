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

/** Stages don't change once they are recorded; measuring one again would cost the search's own time. */
const measured = new WeakMap<RunStage, StageMeasurement>();

/** In the order in which they ran; stages of the plan's own are left out. */
export function seenTrials(run: Run): readonly SeenTrial[] {
  const trials = trialsOf(run);
  return run.stages.flatMap((stage) => {
    const trial = trials.get(stage.index);
    return trial === undefined ? [] : [{ trial, stage, measurement: measurementOf(run, stage) }];
  });
}

function measurementOf(run: Run, stage: RunStage): StageMeasurement {
  const known = measured.get(stage);
  if (known !== undefined) return known;
  const [own] = measure({ ...run, stages: [stage] });
  if (own === undefined) throw new RangeError('a stage gives a measurement');
  const numbered = { ...own, stage: stage.index + 1 };
  measured.set(stage, numbered);
  return numbered;
}
