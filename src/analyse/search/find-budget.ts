/** How the time of a search is shared out, ms. What one part leaves goes to the next. */
export type FindBudget = {
  /** Until when the ladder may run. */
  readonly ladderUntilMs: number;
  /** Until when rates may be tried. */
  readonly ratesUntilMs: number;
  readonly recoveryMs: number;
  /** The least that the hold is given; what is left over goes to it, up to {@link longestHoldMs}. */
  readonly holdMs: number;
};

export const longestHoldMs = 30_000;
const longestRecoveryMs = 5000;
const longestLadderMs = 30_000;
const recoveryShare = 0.08;
const holdShare = 0.12;
const ladderShare = 0.36;
/** Of a short budget: a ladder of few rungs is no use to anyone. */
const shortLadderShare = 0.46;
export const shortBudgetMs = 60_000;

/** Recovery and hold are kept free first, then the ladder, and the rates take what remains. */
export function findBudget(budgetMs: number, promises: boolean): FindBudget {
  const recoveryMs = Math.min(longestRecoveryMs, recoveryShare * budgetMs);
  const holdMs = Math.min(longestHoldMs, holdShare * budgetMs);
  const untilMs = budgetMs - recoveryMs - holdMs;
  return {
    ladderUntilMs: promises
      ? Math.min(longestLadderMs, (budgetMs < shortBudgetMs ? shortLadderShare : ladderShare) * budgetMs)
      : Math.min(longestLadderMs * 1.5, untilMs),
    ratesUntilMs: untilMs,
    recoveryMs,
    holdMs,
  };
}
