import { parsePlan } from '../../plan/parse-plan.ts';
import { PlanError, type ResolvedPlan } from '../../plan/plan.ts';
import { resolvePlan } from '../../plan/resolve-plan.ts';

/** A resolved plan from YAML, for tests of the load. */
export async function planFor(yaml: string): Promise<ResolvedPlan> {
  const outcome = parsePlan(yaml, { file: 'test.yaml', format: 'yaml' });
  if (outcome.state === 'faulty') throw new PlanError(outcome.faults);
  const noFiles = (): never => {
    throw new Error('this plan reads no files');
  };
  const resolution = await resolvePlan(outcome.plan, { env: {}, readFile: noFiles });
  if (resolution.state === 'faulty') throw new PlanError(resolution.faults);
  return resolution.resolved;
}
