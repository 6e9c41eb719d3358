import type * as z from 'zod';
import type { auth } from './auth-schema.ts';
import { issue, type Path } from './fault.ts';
import type { Auth } from './plan.ts';
import { checkVariables, type Report } from './plan-text.ts';

export function twoAuthorizations(at: Path) {
  return issue(at, 'auth or an authorization header', 'both', 'keep one of them');
}

/** The one way to authenticate that the plan names; null after none or several were reported. */
export function normaliseAuth(input: z.output<typeof auth>, at: Path, report: Report): Auth | null {
  const given = (['bearer', 'basic', 'digest'] as const).filter((kind) => input[kind] !== undefined);
  if (given.length !== 1) report(issue(at, 'one of bearer, basic and digest', given.join(' and ') || 'none'));
  if (input.bearer !== undefined) return bearer(input.bearer, [...at, 'bearer'], report);
  for (const kind of ['basic', 'digest'] as const) {
    const credentials = input[kind];
    if (credentials === undefined) continue;
    const { user, password } = credentials;
    checkVariables(user, [...at, kind, 'user'], report);
    checkVariables(password, [...at, kind, 'password'], report);
    if (user.includes(':'))
      report(issue([...at, kind, 'user'], 'a user name without a colon', 'one with a colon'));
    return { kind, user, password };
  }
  return null;
}

function bearer(token: string, at: Path, report: Report): Auth {
  checkVariables(token, at, report);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    const hint = 'remove spaces and line breaks';
    report(issue(at, 'a token of printable ASCII characters', 'others', hint));
  }
  return { kind: 'bearer', token };
}
