import type { Run } from '../../record/run.ts';
import type { Analysis, Diagnosis, EndpointAnalysis, Recommendation, SlaAnalysis } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import type { ProbeReadings } from '../probes/probe-readings.ts';
import { adviceOnCause } from './cause-advice.ts';
import { adviceOnEndpoints } from './endpoint-advice.ts';
import { adviceOnLimit } from './limit-advice.ts';
import { adviceOnMeasuring } from './measuring-advice.ts';
import { type Standing, standingOf } from './standing.ts';

export type RecommendationInput = {
  readonly run: Run;
  readonly measurements: readonly StageMeasurement[];
  readonly capacity: Analysis['capacity'];
  readonly endpoints: readonly EndpointAnalysis[];
  readonly sla: SlaAnalysis;
  readonly diagnosis: Diagnosis;
  /** What probes saw; absent: there were none. */
  readonly readings?: ProbeReadings;
};

export type Situation = RecommendationInput & { readonly standing: Standing };

const priorities = ['critical', 'high', 'medium', 'low'] as const;

/**
 * What to do, most pressing first. Each follows from something found in this run and says from what; an effect is
 * predicted only where a model and this run's figures give one.
 */
export function recommend(input: RecommendationInput): Recommendation[] {
  const situation: Situation = { ...input, standing: standingOf(input) };
  const all = [
    ...adviceOnLimit(situation),
    ...adviceOnCause(situation),
    ...adviceOnEndpoints(situation),
    ...adviceOnMeasuring(situation),
  ];
  return priorities.flatMap((priority) => all.filter((r) => r.priority === priority));
}
