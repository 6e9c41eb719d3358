import type { Run } from '../../record/run.ts';
import type { NotRun, TrialOrder } from '../../record/trial.ts';

/**
 * Chooses the stages of a search one after the other. It decides from the run so far and the time gone alone: a run
 * that was read back gives the same next step.
 */
export type SearchPlanner = {
  /** `elapsedMs`: of the budget, since the search began; scouting and all waiting included. */
  readonly next: (run: Run, elapsedMs: number) => SearchStep;
};

export type SearchStep =
  /** `of`: how many stages there will be in all, as far as can be told now. */
  | { readonly kind: 'trial'; readonly order: TrialOrder; readonly of: number }
  /** `notRun`: what it would have asked for with more time or leave. */
  | { readonly kind: 'done'; readonly because: string; readonly notRun?: readonly NotRun[] };
