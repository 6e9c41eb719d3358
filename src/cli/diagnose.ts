import { diagnosePlanner } from '../analyse/search/diagnose-planner.ts';
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

const defaultBudgetMs = 240_000;

export type DiagnoseOptions = SearchingOptions & {
  /** Probes that change data. */
  readonly allowWrites?: boolean;
  /** Probes that could hurt. */
  readonly allowBursts?: boolean;
};

/** `loadline diagnose PLAN`: a ladder and probes, then the causes with their evidence. */
export async function diagnose(planFile: string, options: DiagnoseOptions, io: Io): Promise<number> {
  const overrides = overridesOf(options);
  const measuring = measureOptionsOf(options);
  const ceiling = ceilingOf(options);
  const budgetMs = budgetOf(options, defaultBudgetMs);
  const allow = { writes: options.allowWrites === true, bursts: options.allowBursts === true };
  const plan = await loadPlan(planFile, { env: io.env, cwd: io.cwd, overrides, ceiling });
  const writer = await search(
    plan,
    {
      ...measuring,
      scouts: true,
      asked: [
        ...askedOf(options),
        ...(allow.writes ? ['--allow-writes'] : []),
        ...(allow.bursts ? ['--allow-bursts'] : []),
      ],
      plannerOf: (probing) =>
        diagnosePlanner({ budgetMs, plan: probing.plan, seed: measuring.seed, ceiling, allow }),
    },
    io,
  );
  return finishRun(writer, options, io);
}
