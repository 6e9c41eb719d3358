import { PlansDifferError } from '../analyse/compare/plan-differences.ts';
import { ImportError } from '../import/import-error.ts';
import { TargetNotAllowedError } from '../load/permission.ts';
import { TargetUnreachableError } from '../load/target.ts';
import { formatFaults } from '../plan/format-faults.ts';
import { PlanError } from '../plan/plan.ts';
import { RunFileError } from '../record/run-file-error.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

/** What the user is told of an error, and the exit code that goes with it. */
export function explain(error: unknown): { readonly message: string; readonly exitCode: ExitCode | 70 } {
  if (error instanceof PlanError) {
    return {
      message: `${formatFaults(error.faults)}\nloadline: ${error.message}; nothing was sent`,
      exitCode: exitCodes.usage,
    };
  }
  if (error instanceof UsageError)
    return { message: withHint(error.message, error.hint), exitCode: exitCodes.usage };
  if (error instanceof TargetNotAllowedError)
    return { message: withHint(error.message, error.hint), exitCode: exitCodes.usage };
  if (error instanceof TargetUnreachableError)
    return { message: withHint(error.message, error.hint), exitCode: exitCodes.unreachable };
  if (error instanceof PlansDifferError)
    return { message: withHint(error.message, error.hint), exitCode: exitCodes.usage };
  if (error instanceof RunFileError)
    return { message: withHint(error.message, error.remedy), exitCode: exitCodes.usage };
  if (error instanceof ImportError) {
    return {
      message: `${formatFaults(error.faults)}\nloadline: these files cannot be read as results`,
      exitCode: exitCodes.usage,
    };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    message: `loadline: this should not have happened, please report it with the plan that led to it\n${text}`,
    exitCode: 70,
  };
}

function withHint(message: string, hint: string | null): string {
  return hint === null || hint === '' ? `loadline: ${message}` : `loadline: ${message}\n  ${hint}`;
}
