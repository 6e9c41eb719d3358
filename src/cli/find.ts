import { findPlanner } from '../analyse/search/find-planner.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { finishRun } from './finish-run.ts';
import type { Io } from './io.ts';
import {
  askedOf,
  budgetOf,
  ceilingOf,
  measureOptionsOf,
  overridesOf,
  type SearchingOptions,
} from './options.ts';
import { search } from './search.ts';

const defaultBudgetMs = 90_000;

/** `loadline find PLAN`: looks for the breaking point, then analyses and reports. */
export async function find(planFile: string, options: SearchingOptions, io: Io): Promise<number> {
  const overrides = overridesOf(options);
  const measuring = measureOptionsOf(options);
  const ceiling = ceilingOf(options);
  const budgetMs = budgetOf(options, defaultBudgetMs);
  const plan = await loadPlan(planFile, { env: io.env, cwd: io.cwd, overrides, ceiling });
  const writer = await search(
    plan,
    {
      ...measuring,
      scouts: false,
      asked: askedOf(options),
      plannerOf: (probing) => findPlanner({ budgetMs, plan: probing.plan, seed: measuring.seed, ceiling }),
    },
    io,
  );
  return finishRun(writer, options, io);
}
