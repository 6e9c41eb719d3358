import { loadPlan } from '../plan/load-plan.ts';
import { finishRun } from './finish-run.ts';
import type { Io } from './io.ts';
import { measure } from './measure.ts';
import { ceilingOf, type MeasuringOptions, measureOptionsOf, overridesOf } from './options.ts';

/** `loadline run PLAN`: load, record, analyse, report. */
export async function run(planFile: string, options: MeasuringOptions, io: Io): Promise<number> {
  const overrides = overridesOf(options);
  const measuring = measureOptionsOf(options);
  const ceiling = ceilingOf(options);
  const plan = await loadPlan(planFile, { env: io.env, cwd: io.cwd, overrides, ceiling });
  return finishRun(await measure(plan, measuring, io), options, io);
}
