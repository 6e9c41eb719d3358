import type { Check, StageValidity, Validity } from '../analysis.ts';

/** What a failed check makes of its stage; `none`: the stage stays usable, the check is about the target or the plan. */
export type Consequence = 'invalid' | 'lower-bound' | 'none';

export type JudgedCheck = { readonly check: Check; readonly consequence: Consequence };

export function passOrFail(
  passes: boolean,
  consequence: Consequence,
  check: Omit<Check, 'outcome'>,
): JudgedCheck {
  return {
    check: { ...check, outcome: passes ? 'pass' : 'fail' },
    consequence: passes ? 'none' : consequence,
  };
}

export function notChecked(check: string, title: string, statement: string): JudgedCheck {
  return {
    check: { check, title, outcome: 'not-checked', value: null, threshold: null, unit: '', statement },
    consequence: 'none',
  };
}

/** The stage's state: the worst that its failed checks make of it. */
export function judged(stage: number, checks: readonly JudgedCheck[]): StageValidity {
  const state: Validity = checks.some(({ consequence }) => consequence === 'invalid')
    ? 'invalid'
    : checks.some(({ consequence }) => consequence === 'lower-bound')
      ? 'lower-bound'
      : 'valid';
  return {
    stage,
    state,
    because: checks.flatMap(({ check }) => (check.outcome === 'fail' ? [check.statement] : [])),
    checks: checks.map(({ check }) => check),
  };
}
