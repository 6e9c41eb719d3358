import { issue, type Path, quoted } from './fault.ts';
import { checkVariables, isPlaceholderName, type Report } from './plan-text.ts';
import { requestLinePattern } from './schema-leaves.ts';
import { textParts } from './template.ts';

export type RequestLine = { readonly method: string; readonly path: string };

/** `get /posts/{id}` → method and path; the schema has checked its shape. */
export function parseRequestLine(line: string, at: Path, report: Report): RequestLine {
  const [, method = 'GET', path = '/'] = requestLinePattern.exec(line) ?? [];
  if (path.includes('#')) report(issue(at, 'a path without a fragment', quoted(path), 'write # as %23'));
  if (/\p{Cc}/u.test(path)) report(issue(at, 'a path of printable characters', quoted(path)));
  checkVariables(path, at, report);
  for (const part of textParts(path)) {
    const brace = part.kind === 'text' ? /\{[^{}]*\}?|\}/.exec(part.text) : null;
    if (brace !== null) {
      const name = brace[0].replace(/[{}]/g, '');
      const hint = isPlaceholderName(name)
        ? null
        : 'a name has letters, digits, - and _; write a literal { as %7B';
      report(issue(at, 'a placeholder such as {id}', quoted(brace[0]), hint));
    }
  }
  return { method: method.toUpperCase(), path };
}

/** First segment of the path: the resource. */
export function resourceOf(path: string): string {
  const [withoutQuery = ''] = path.split('?');
  const segment = withoutQuery.split('/').find((one) => one !== '');
  return segment ?? '/';
}

/** Percent-encodes what may not stand in a path or query; escapes already written stay. */
export function encodeTarget(text: string): string {
  return text
    .toWellFormed()
    .replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~:/?@!$&'()*+,;=]/gu, (found) =>
      found.length === 3 && found.startsWith('%') ? found : encodeURIComponent(found),
    );
}
