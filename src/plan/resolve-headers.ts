import { asItIs, type Expander } from './environment.ts';
import { type Issue, issue, type Path } from './fault.ts';
import { isHeaderText } from './header-fields.ts';
import type { Auth, DataTable } from './plan.ts';
import type { Report } from './plan-text.ts';

export function expandHeaders(
  headers: Readonly<Record<string, string>>,
  at: Path,
  expand: Expander,
  report: Report,
): Readonly<Record<string, string>> {
  const expanded: Record<string, string> = {};
  for (const [name, text] of Object.entries(headers)) {
    const value = expand(text, [...at, name], asItIs);
    if (!isHeaderText(value)) report(unprintable([...at, name]));
    expanded[name] = value;
  }
  return expanded;
}

function unprintable(at: Path): Issue {
  return issue(
    at,
    'printable Latin-1 characters on one line',
    'a variable with others',
    'look for a line break at its end',
  );
}

/** What requests authenticate with, the environment's values filled in. */
export type ResolvedAuth =
  /** Value of the authorization header. */
  | { readonly kind: 'header'; readonly value: string }
  /** Sent only when the server asks for it. */
  | { readonly kind: 'digest'; readonly user: string; readonly password: string };

export function resolveAuth(auth: Auth, at: Path, expand: Expander, report: Report): ResolvedAuth {
  switch (auth.kind) {
    case 'bearer': {
      const token = expand(auth.token, [...at, 'bearer'], asItIs);
      if (!/^[\x21-\x7e]*$/.test(token)) report(unprintable([...at, 'bearer']));
      return { kind: 'header', value: `Bearer ${token}` };
    }
    case 'basic':
    case 'digest': {
      const { kind } = auth;
      const user = expand(auth.user, [...at, kind, 'user'], asItIs);
      const password = expand(auth.password, [...at, kind, 'password'], asItIs);
      if (user.includes(':'))
        report(issue([...at, kind, 'user'], 'a user name without a colon', 'a variable with one'));
      if (kind === 'basic')
        return { kind: 'header', value: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
      // It goes into a quoted string of a header line.
      if (!isHeaderText(user)) report(unprintable([...at, kind, 'user']));
      return { kind, user, password };
    }
    default:
      return auth satisfies never;
  }
}

/** Data that goes into a header must fit on its line. */
export function checkHeaderData(
  text: string,
  name: string,
  tables: readonly DataTable[],
  at: Path,
  report: Report,
): void {
  for (const table of tables) {
    if (table.kind === 'range') continue;
    for (const [column, placeholder] of table.names.entries()) {
      if (!text.includes(`{${placeholder}}`)) continue;
      const row = table.rows.findIndex((cells) => !isHeaderText(cells[column] ?? ''));
      if (row === -1) continue;
      report(
        issue(
          at,
          `printable Latin-1 characters for {${placeholder}} in header ${name}`,
          `others in row ${row + 1} of its data`,
        ),
      );
    }
  }
}
