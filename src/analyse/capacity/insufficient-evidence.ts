import type { Estimate } from '../analysis.ts';

/** No answer: what is known all the same, and what would have to be measured. */
export function insufficientEvidence(statement: string, needed: string): Estimate {
  return { state: 'insufficient-evidence', statement, needed };
}
