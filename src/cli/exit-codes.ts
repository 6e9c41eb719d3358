import type { Analysis } from '../analyse/analysis.ts';

/** What the exit code tells a script; part of the contract. */
export const exitCodes = {
  ok: 0,
  /** An SLA or threshold was missed, or a comparison regressed. */
  missed: 1,
  /** The plan or the command line is wrong. */
  usage: 2,
  /** The measurement is not valid. */
  invalid: 3,
  unreachable: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/**
 * A stage that is not valid proves nothing, so it neither passes nor fails an SLA; a miss seen at a valid stage counts
 * whatever the others were. A run that stopped itself missed what it was told to watch. Of the readiness rows, those count that were measured.
 */
export function exitCodeOf(analysis: Analysis): ExitCode {
  if (analysis.run.stoppedBecause !== undefined) return exitCodes.missed;
  if (analysis.validity.overall === 'invalid') return exitCodes.invalid;
  const missed =
    analysis.sla.held === false ||
    analysis.readiness.rows.some((row) => row.met === false && row.basis === 'measured');
  const { total, ok } = analysis.summary.requests;
  if (missed || (total > 0 && ok === 0 && analysis.validity.overall === 'valid')) return exitCodes.missed;
  return analysis.validity.overall === 'valid' ? exitCodes.ok : exitCodes.invalid;
}
