import { didYouMean } from './did-you-mean.ts';
import { issue, type Path } from './fault.ts';
import { bodyTexts } from './normalise-body.ts';
import type { Endpoint } from './plan.ts';
import { placeholdersIn, type Report } from './plan-text.ts';

type Surroundings = {
  readonly report: Report;
  readonly intact: (path: Path) => boolean;
  readonly planTexts: readonly string[];
};

/** What a flow fills at one of its requests. */
export type FlowValues = {
  /** Names with a value there: the flow's data, and what was extracted before on every way. */
  readonly known: ReadonlySet<string>;
  /** Names that have a value elsewhere in the flow only, with what to do about it. */
  readonly elsewhere: ReadonlyMap<string, string>;
  /** A function gives any value: `user.get('/posts/{id}', { values: { id } })`. */
  readonly anyName: boolean;
};

const noFlow: FlowValues = { known: new Set(), elsewhere: new Map(), anyName: false };

/**
 * Each `{placeholder}` of path and query has data, and all data is used somewhere. Gives the names that are used.
 * In headers and body other braces are text; only what the flow extracts too late there is a fault.
 */
export function checkPlaceholders(
  endpoint: Endpoint,
  at: Path,
  short: boolean,
  around: Surroundings,
  { known, elsewhere, anyName }: FlowValues = noFlow,
): ReadonlySet<string> {
  const { report, intact } = around;
  const own = Object.keys(endpoint.data);
  const names = new Set([...own, ...known]);
  const used = new Set<string>();
  const need = (text: string, path: Path) => {
    for (const name of new Set(placeholdersIn(text))) {
      used.add(name);
      if (anyName || names.has(name) || !intact([...at, 'data', name])) continue;
      report(
        issue(
          path,
          `data for {${name}}`,
          names.size === 0 ? 'no data' : `data for ${[...names].join(', ')}`.slice(0, 100),
          elsewhere.get(name) ?? hintFor(name),
        ),
      );
    }
  };
  const hintFor = (name: string) => {
    if (short)
      return `write request: ${endpoint.method} ${endpoint.path} and below it data: { ${name}: 1..100 }`;
    const meant = didYouMean(name, [...names]);
    return meant === null ? `write data: { ${name}: 1..100 }` : `did you mean "{${meant}}"?`;
  };
  if (intact([...at, 'request'])) need(endpoint.path, short ? at : [...at, 'request']);
  for (const [key, value] of Object.entries(endpoint.query)) need(value, [...at, 'query', key]);
  const look = (texts: readonly string[], path: Path) => {
    for (const text of texts) {
      for (const name of new Set(placeholdersIn(text))) {
        if (names.has(name)) used.add(name);
        const hint = elsewhere.get(name);
        if (hint !== undefined && !names.has(name))
          report(issue(path, `a value for {${name}}`, 'none at this step', hint));
      }
    }
  };
  for (const [name, text] of Object.entries(endpoint.headers)) look([text], [...at, 'headers', name]);
  look(bodyTexts(endpoint.body), [...at, bodyKey(endpoint)]);
  const shared = [...around.planTexts, ...(endpoint.auth?.kind === 'bearer' ? [endpoint.auth.token] : [])];
  for (const text of shared) for (const name of placeholdersIn(text, names)) used.add(name);
  const complete = ['request', 'query', 'headers', bodyKey(endpoint), 'auth'].every((key) =>
    intact([...at, key]),
  );
  for (const name of own) {
    if (used.has(name) || !complete || !intact([...at, 'data', name])) continue;
    report(
      issue(
        [...at, 'data', name],
        `{${name}} in path, query, headers or body`,
        'none',
        `write {${name}} where it belongs, or remove it`,
        'key',
      ),
    );
  }
  return used;
}

/** The key of a plan that says what the endpoint sends. */
export function bodyKey({ body }: Endpoint): string {
  return body?.kind === 'form' || body?.kind === 'multipart'
    ? body.kind
    : body?.kind === 'file'
      ? 'bodyFile'
      : 'body';
}
