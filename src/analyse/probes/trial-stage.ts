import { isUnsent, type Run, type RunStage, type Window } from '../../record/run.ts';
import { type Trial, trialsOf } from '../../record/trial.ts';
import type { StageMeasurement } from '../measure/measurement.ts';

/** What a stage that a probe asked for measured. */
export type ProbedStage = {
  readonly measurement: StageMeasurement;
  /** Windows of the steady part in which something was sent. */
  readonly windows: readonly Window[];
  /** Null: its figures can be used. Else why not, in words. */
  readonly unusable: string | null;
};

export type TrialStage<Of extends Trial = Trial> = ProbedStage & { readonly trial: Of };

type OfKind<Kind extends Trial['kind']> = Extract<Trial, { kind: Kind }>;

/** Everything the readings are made of. */
export type Probing = {
  readonly run: Run;
  readonly stages: readonly TrialStage[];
};

/** `measurements` are those of the run's stages, in their order. */
export function probingOf(run: Run, measurements: readonly StageMeasurement[]): Probing {
  const trials = trialsOf(run);
  const stages = run.stages.flatMap((stage, at): TrialStage[] => {
    const [trial, measurement] = [trials.get(stage.index), measurements[at]];
    if (trial === undefined || measurement === undefined) return [];
    return [{ trial, measurement, windows: steadyWindows(stage), unusable: whyUnusable(measurement) }];
  });
  return { run, stages };
}

export function stagesOf<Kind extends Trial['kind']>(
  { stages }: Probing,
  kind: Kind,
): readonly TrialStage<OfKind<Kind>>[] {
  return stages.flatMap(({ trial, ...stage }) => (isOf(trial, kind) ? [{ ...stage, trial }] : []));
}

function isOf<Kind extends Trial['kind']>(trial: Trial, kind: Kind): trial is OfKind<Kind> {
  return trial.kind === kind;
}

/**
 * Where the generator was the limit its own delay stands in every time, the control's included: that would look like a
 * queue of the target. So only valid stages give figures.
 */
function whyUnusable({ stage, validity: { state, because } }: StageMeasurement): string | null {
  if (state === 'valid') return null;
  const [reason] = because;
  const what = state === 'lower-bound' ? 'the generator was the limit' : 'its figures contradict each other';
  return `stage ${stage} cannot be used: ${reason ?? what}`;
}

function steadyWindows({ data }: RunStage): readonly Window[] {
  if (data.kind !== 'windows') return [];
  return data.windows.filter(({ phase, outcome }) => phase === 'steady' && !isUnsent(outcome));
}
