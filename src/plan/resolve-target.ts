import type { Encoding, Expander } from './environment.ts';
import type { Path } from './fault.ts';
import type { Endpoint } from './plan.ts';
import { encodeTarget } from './request-line.ts';

const encodedTarget: Encoding = {
  literal: encodeTarget,
  value: (text) => encodeURIComponent(text.toWellFormed()),
};
const encodedComponent: Encoding = { literal: encodedTarget.value, value: encodedTarget.value };

type Around = { readonly expand: Expander; readonly basePath: string };

/** Base path, path and query, percent-encoded apart from the `{placeholders}`. */
export function resolvePath(endpoint: Endpoint, at: Path, { expand, basePath }: Around): string {
  const path = expand(endpoint.path, [...at, 'request'], encodedTarget);
  const query = Object.entries(endpoint.query).map(
    ([key, value]) =>
      `${encodeURIComponent(key.toWellFormed())}=${expand(value, [...at, 'query', key], encodedComponent)}`,
  );
  if (query.length === 0) return basePath + path;
  const joint = path.includes('?') ? (/[?&]$/.test(path) ? '' : '&') : '?';
  return basePath + path + joint + query.join('&');
}
