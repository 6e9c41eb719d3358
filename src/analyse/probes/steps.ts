import { okRateOf, ratioOf } from '../diagnosis/contrast.ts';
import { meanTime } from './probe-interval.ts';
import type { StepReading, WorkersReading } from './probe-readings.ts';
import { type Probing, stagesOf } from './trial-stage.ts';

/** P8: rates beyond which requests were refused. */
export function readSteps(probing: Probing): readonly StepReading[] {
  return stagesOf(probing, 'step').map(({ trial: { factor }, measurement, unusable }) => {
    const { stage, total } = measurement;
    return {
      stage,
      factor,
      okRate: unusable === null ? okRateOf(total) : null,
      errors: total.errors,
      responseTime: unusable === null ? meanTime([total]) : null,
    };
  });
}

/**
 * P9: the same load by fewest and by most workers; of several stages by the fewest, the one that brought most, so that
 * what time changed is not taken for the workers'. Stages in which the generator was the limit are what it looks for.
 */
export function readWorkers(probing: Probing): readonly WorkersReading[] {
  const stages = stagesOf(probing, 'workers')
    .filter(({ measurement }) => measurement.validity.state !== 'invalid')
    .toSorted(
      (a, b) =>
        a.trial.workers - b.trial.workers ||
        (okRateOf(b.measurement.total)?.value ?? 0) - (okRateOf(a.measurement.total)?.value ?? 0),
    );
  const [few, many] = [stages[0], stages.at(-1)];
  if (few === undefined || many === undefined || few.trial.workers === many.trial.workers) return [];
  const [from, to] = [okRateOf(few.measurement.total), okRateOf(many.measurement.total)];
  return [
    {
      stages: [few.measurement.stage, many.measurement.stage],
      ratio: from === null || to === null ? null : ratioOf(from, to),
    },
  ];
}
