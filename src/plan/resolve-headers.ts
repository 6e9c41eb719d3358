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

/** Value of the authorization header. */
export function authorization(auth: Auth, at: Path, expand: Expander, report: Report): string {
  switch (auth.kind) {
    case 'bearer': {
      const token = expand(auth.token, [...at, 'bearer'], asItIs);
      if (!/^[\x21-\x7e]*$/.test(token)) report(unprintable([...at, 'bearer']));
      return `Bearer ${token}`;
    }
    case 'basic': {
      const user = expand(auth.user, [...at, 'basic', 'user'], asItIs);
      const password = expand(auth.password, [...at, 'basic', 'password'], asItIs);
      if (user.includes(':'))
        report(issue([...at, 'basic', 'user'], 'a user name without a colon', 'a variable with one'));
      return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
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
