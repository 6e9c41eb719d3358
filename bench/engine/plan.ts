import type { LoadSink } from '../../src/load/run-load.ts';
import { parsePlan } from '../../src/plan/parse-plan.ts';
import { PlanError, type ResolvedPlan } from '../../src/plan/plan.ts';
import { resolvePlan } from '../../src/plan/resolve-plan.ts';

/** A plan that reads no files and no environment. */
export async function planOf(yaml: string): Promise<ResolvedPlan> {
  const outcome = parsePlan(yaml, { file: 'bench.yaml', format: 'yaml' });
  if (outcome.state === 'faulty') throw new PlanError(outcome.faults);
  const readFile = (): never => {
    throw new Error('this plan reads no files');
  };
  const resolution = await resolvePlan(outcome.plan, { env: {}, readFile });
  if (resolution.state === 'faulty') throw new PlanError(resolution.faults);
  return resolution.resolved;
}

/** Takes what is recorded and keeps the counts only. */
export function countingSink(
  started: () => void = () => {},
): LoadSink & { readonly counts: Record<string, number>; readonly rss: number[]; ended: () => number } {
  const counts: Record<string, number> = {};
  const rss: number[] = [];
  return {
    counts,
    rss,
    ended: () => Object.values(counts).reduce((sum, count) => sum + count, 0),
    startStage: started,
    updateStage: () => {},
    finishStage: () => {},
    event: () => {},
    writeSecond: ({ windows, health }) => {
      for (const { outcome, count } of windows) counts[outcome] = (counts[outcome] ?? 0) + count;
      for (const sample of health) rss.push(sample.rssBytes);
    },
  };
}
