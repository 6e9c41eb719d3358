import type { Cause, Evidence, Finding, Interval, Undecided } from '../analysis.ts';
import type { Facts } from './facts.ts';

/**
 * One rule of the diagnosis: looks at the facts, and accuses only when all that the cause requires was measured.
 * Readings of probes will be further facts; a rule that knows how to use them asks whether they are there.
 */
export type Rule = {
  /** What the rule can name, alone or as a class. */
  readonly causes: readonly Cause[];
  /** Null: nothing speaks for it, or the evidence is too thin to say anything. */
  accuse(facts: Facts): Accusation | null;
};

export type Accusation =
  | { readonly kind: 'found'; readonly finding: Finding }
  /** Several causes remain. `weight`: `fault` keeps a run from being called healthy, an `opportunity` does not. */
  | {
      readonly kind: 'undecided';
      readonly weight: 'fault' | 'opportunity';
      readonly undecided: Undecided;
    };

/** One piece of evidence; the interval's ends are left out where they are not known. */
export function evidenceOf(
  statement: string,
  metric: string,
  value: Interval | number,
  stages: readonly number[],
): Evidence {
  const interval = typeof value === 'number' ? { value, low: null, high: null } : value;
  const finite = (end: number | null) => (end !== null && Number.isFinite(end) ? end : null);
  return {
    statement,
    metric,
    value: interval.value,
    low: finite(interval.low),
    high: finite(interval.high),
    stages: [...stages],
  };
}
