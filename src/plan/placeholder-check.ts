import { didYouMean } from './did-you-mean.ts';
import { issue, type Path } from './fault.ts';
import { jsonTexts } from './plain-value.ts';
import type { Endpoint } from './plan.ts';
import { placeholdersIn, type Report } from './plan-text.ts';

type Surroundings = {
  readonly report: Report;
  readonly intact: (path: Path) => boolean;
  readonly planTexts: readonly string[];
};

/** Each `{placeholder}` of path and query has data, and all data is used somewhere. */
export function checkPlaceholders(endpoint: Endpoint, at: Path, short: boolean, around: Surroundings): void {
  const { report, intact } = around;
  const known = Object.keys(endpoint.data);
  const names = new Set(known);
  const used = new Set<string>();
  const need = (text: string, path: Path) => {
    for (const name of new Set(placeholdersIn(text))) {
      used.add(name);
      if (names.has(name) || !intact([...at, 'data', name])) continue;
      const meant = didYouMean(name, known);
      const hint = short
        ? `write request: ${endpoint.method} ${endpoint.path} and below it data: { ${name}: 1..100 }`
        : meant === null
          ? `write data: { ${name}: 1..100 }`
          : `did you mean "{${meant}}"?`;
      report(
        issue(
          path,
          `data for {${name}}`,
          known.length === 0 ? 'no data' : `data for ${known.join(', ')}`.slice(0, 100),
          hint,
        ),
      );
    }
  };
  if (intact([...at, 'request'])) need(endpoint.path, short ? at : [...at, 'request']);
  for (const [key, value] of Object.entries(endpoint.query)) need(value, [...at, 'query', key]);
  const texts = [...Object.values(endpoint.headers), ...around.planTexts];
  if (endpoint.auth?.kind === 'bearer') texts.push(endpoint.auth.token);
  if (endpoint.body?.kind === 'text') texts.push(endpoint.body.value);
  if (endpoint.body?.kind === 'json') for (const { text } of jsonTexts(endpoint.body.value)) texts.push(text);
  for (const text of texts) for (const name of placeholdersIn(text, names)) used.add(name);
  const complete = ['request', 'query', 'headers', 'body', 'auth'].every((key) => intact([...at, key]));
  for (const name of known) {
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
}
