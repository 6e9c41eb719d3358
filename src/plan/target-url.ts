import { type Issue, issue, type Path, quoted } from './fault.ts';

export type TargetUrl = {
  /** `http://127.0.0.1:3000` */
  readonly origin: string;
  /** `/v1`, or empty. */
  readonly basePath: string;
};

/** `shown` stands in the fault instead of the URL, where that would tell a secret. */
export function parseTarget(
  text: string,
  at: Path,
  shown: string = quoted(text.replace(/\/\/[^/@]*@/, '//…@')),
): TargetUrl | Issue {
  const what = 'a URL such as http://127.0.0.1:3000';
  if (!/^https?:\/\/[^\s/?#]+[^\s]*$/i.test(text) || !URL.canParse(text))
    return issue(at, what, shown, shapeHint(text));
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return issue(
      at,
      'a URL without user and password',
      shown,
      'write auth: { basic: { user: …, password: "${PASSWORD}" } }',
    );
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) {
    return issue(
      at,
      'a URL without query and fragment',
      shown,
      'write the query in each request: GET /posts?userId=1',
    );
  }
  if (url.port === '0') return issue(at, 'a port from 1 to 65535', shown);
  return { origin: url.origin, basePath: url.pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '') };
}

function shapeHint(text: string): string | null {
  if (/\s/.test(text)) return 'remove the spaces';
  const host = text.replace(/^[a-z]*:?\/\//i, '');
  if (/^(?:[\w.-]+|\[[\da-f:]+\])(?::\d{1,5})?(?:\/\S*)?$/i.test(host))
    return `write ${quoted(`http://${host}`, 100)}`;
  return null;
}

export function isTarget(found: TargetUrl | Issue): found is TargetUrl {
  return 'origin' in found;
}
