import { asItIs, type Expander } from './environment.ts';
import { type Issue, issue, type Path, quoted } from './fault.ts';

const what = 'a proxy such as http://127.0.0.1:3128';

/** `text` without a password that may stand in it. */
export function shownProxy(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//…@');
}

/** What is wrong with a proxy's URL whose variables are filled in; null: nothing. `shown` stands in the fault. */
export function proxyIssue(text: string, at: Path, shown: string, hints: boolean): Issue | null {
  const wrong = (hint: string | null) => issue(at, what, shown, hints ? hint : null);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined)
    return wrong(/^[\w.-]+(?::\d+)?$/.test(text) ? `write ${quoted(`http://${text}`)}` : null);
  if (scheme !== 'http')
    return wrong('write http://: a proxy is spoken to without TLS, also for https targets');
  if (/\s/.test(text) || !URL.canParse(text)) return wrong(null);
  const { hostname, port, pathname, search, hash } = new URL(text);
  if (hostname === '' || port === '0') return wrong(null);
  return pathname === '/' && search === '' && hash === '' ? null : wrong('write host and port only');
}

/** The URL with the values of its variables; those of user and password percent-encoded, as a URL needs them. */
export function expandProxy(text: string, at: Path, expand: Expander): string {
  const [, scheme = '', credentials = '', rest = text] = /^(http:\/\/)([^/]*@)(.*)$/is.exec(text) ?? [];
  const encoded = { literal: (part: string) => part, value: encodeURIComponent };
  return scheme + expand(credentials, at, encoded) + expand(rest, at, asItIs);
}
