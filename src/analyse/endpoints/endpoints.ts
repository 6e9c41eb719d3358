import { randomFrom } from '../../record/random.ts';
import type { Run } from '../../record/run.ts';
import type { EndpointAnalysis, SlaAnalysis } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { degradationOf } from './degradation.ts';
import { endpointStageOf } from './endpoint-stage.ts';
import { statusOf } from './endpoint-status.ts';

/** Every endpoint of the plan, in its order: what each stage measured, how it degraded, and how it stands. */
export function analyseEndpoints(
  run: Run,
  measurements: readonly StageMeasurement[],
  sla: SlaAnalysis,
): EndpointAnalysis[] {
  const analysed = run.plan.endpoints.map((endpoint, index) => {
    const random = randomFrom(Math.imul(run.seed, 131) + index);
    const degradation = degradationOf(measurements, index, random);
    const checks = sla.checks.filter((check) => check.endpoint === endpoint.name);
    return {
      name: endpoint.name,
      method: endpoint.method,
      group: endpoint.group,
      weight: endpoint.weight,
      stages: measurements.flatMap((m) => endpointStageOf(m, m.endpoints[index] ?? null) ?? []),
      degradation,
      ...statusOf(index, measurements, degradation, checks),
    };
  });
  const byDegradation = analysed
    .map((endpoint, index) => ({ index, ...sizeOf(endpoint) }))
    .toSorted((a, b) => b.change - a.change || b.slowest - a.slowest || a.index - b.index);
  const ranks = new Map(byDegradation.map(({ index }, position) => [index, position + 1]));
  return analysed.map((endpoint, index) => ({ ...endpoint, rank: ranks.get(index) ?? index + 1 }));
}

/** Without a second stage to compare with, the slowest comes first. */
function sizeOf(endpoint: Omit<EndpointAnalysis, 'rank'>): { change: number; slowest: number } {
  return {
    change: endpoint.degradation?.change.value ?? Number.NEGATIVE_INFINITY,
    slowest: endpoint.stages[endpoint.stages.length - 1]?.responseTime?.avg ?? 0,
  };
}
