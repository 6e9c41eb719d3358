import { issue, type Origin, type Path, quoted } from './fault.ts';
import { limits } from './limits.ts';
import { checkVariables, literalText, type Report, scalarText } from './plan-text.ts';

const whatConnections =
  'what becomes of connections stands in connections: per-user, per-request or { shared: 50 }';

/** Headers that the engine writes itself: a plan that sets them could smuggle a second request. */
const ownHeaders: Readonly<Record<string, string>> = {
  'content-length': 'it is computed from the body: remove it',
  'transfer-encoding': 'bodies are sent with their content-length: remove it',
  connection: whatConnections,
  'keep-alive': whatConnections,
  'proxy-connection': whatConnections,
  upgrade: 'the version stands in http: 1 or 2; requests ask for no other',
  expect: 'what the answer must be stands in expect: { status: … }; 100-continue is not sent',
  trailer: 'requests have no trailer: remove it',
  te: 'requests have no trailer: remove it',
};

/** Header names in lower case with their values as texts; whatever would break a request's framing is reported. */
export function headerFields(
  headers: Readonly<Record<string, string | number | boolean>> | undefined,
  base: Path,
  origin: Origin,
  report: Report,
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  const entries = Object.entries(headers ?? {});
  if (entries.length > limits.headers)
    report(issue(base, `at most ${limits.headers} headers`, String(entries.length)));
  for (const [name, value] of entries) {
    const path = [...base, name];
    const field = name.toLowerCase();
    const text = scalarText(value, path, origin);
    const reason = ownHeaders[field];
    if (!isHeaderName(name)) {
      report(issue(path, 'a header name such as x-request-id', quoted(name), null, 'key'));
    } else if (reason !== undefined) {
      report(issue(path, 'a header that Loadline does not write itself', quoted(name), reason, 'key'));
    } else if (Object.hasOwn(fields, field)) {
      report(issue(path, 'each header once', quoted(name), 'upper and lower case make no difference', 'key'));
    }
    checkHeaderText(text, path, report);
    fields[field] = text;
  }
  return fields;
}

function checkHeaderText(text: string, path: Path, report: Report): void {
  const literal = literalText(text);
  if (text.length > limits.textLength) {
    report(issue(path, `a text of at most ${limits.textLength} characters`, `${text.length} of them`));
  } else if (/[\r\n]/.test(literal)) {
    report(issue(path, 'a text on one line', 'a line break', 'a value cannot start another header'));
  } else if (!isHeaderText(literal)) {
    report(issue(path, 'printable Latin-1 characters', quoted(literal), 'percent-encode other characters'));
  }
  checkVariables(text, path, report);
}

export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name);
}

/** One that no plan may set; in lower case. */
export function isReservedHeader(name: string): boolean {
  return Object.hasOwn(ownHeaders, name);
}

export function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}
