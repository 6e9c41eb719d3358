import type { Run } from '../../record/run.ts';
import type { Diagnosis } from '../analysis.ts';
import { analyseCapacity } from '../capacity/capacity.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { readProbes } from '../probes/read-probes.ts';
import { diagnosePlanner } from '../search/diagnose-planner.ts';
import { splitRun } from '../split-run.ts';
import { sessionPlan } from './session-plan.ts';
import { simulatedSession } from './simulated-session.ts';
import type { SimulatedSystem } from './simulated-system.ts';

/** A whole diagnosis of a simulated system: chosen by the planner, carried out, analysed. */
export type DiagnosisTrial = {
  readonly run: Run;
  readonly diagnosis: Diagnosis;
  readonly seconds: number;
};

export function diagnosisTrial(
  system: SimulatedSystem,
  seed: number,
  { budgetMs = 240_000, writes = false }: { readonly budgetMs?: number; readonly writes?: boolean } = {},
): DiagnosisTrial {
  const plan = sessionPlan(system);
  const session = simulatedSession(system, { seed, plan });
  const planner = diagnosePlanner({ budgetMs, plan, seed, allow: { writes, bursts: false } });
  for (;;) {
    const step = planner.next(session.run(), session.elapsedMs());
    if (step.kind === 'done') break;
    session.carryOut(step.order);
  }
  const run = session.run();
  return { run, diagnosis: diagnosisOf(run), seconds: session.elapsedMs() / 1000 };
}

export function diagnosisOf(given: Run): Diagnosis {
  const { run, measurements, whole, all, trials } = splitRun(given);
  const capacity = analyseCapacity(measurements, run.plan, run.seed);
  return diagnose(measurements, run, capacity, { whole, all, trials, readings: readProbes(whole, all) });
}
