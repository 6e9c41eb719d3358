import { asItIs, type Expander, keepsPlaceholders } from './environment.ts';
import { type Issue, issue, type Path } from './fault.ts';
import type { Endpoint, JsonValue } from './plan.ts';
import { hasVariable, type Report } from './plan-text.ts';
import { textParts } from './template.ts';

/** The value of a variable holds `{name}` of data: it would be filled as a placeholder. */
export function hiddenPlaceholder(at: Path): Issue {
  return issue(at, 'a variable whose value has no {name} of data', 'one that has', 'rename the data');
}

type Around = { readonly expand: Expander; readonly report: Report; readonly numeric: ReadonlySet<string> };

/** The body's text with its `{placeholders}`; null: none. */
export function resolveBody(
  endpoint: Endpoint,
  at: Path,
  { expand, report, numeric }: Around,
): string | null {
  const { body, data } = endpoint;
  if (body === null) return null;
  const names = new Set(Object.keys(data));
  if (body.kind === 'text') {
    const text = expand(body.value, at, asItIs);
    if (!keepsPlaceholders(body.value, text, names)) report(hiddenPlaceholder(at));
    return text;
  }
  return jsonBody(body.value, at, { expand, names, numeric });
}

type JsonBodyParts = {
  readonly expand: Expander;
  readonly names: ReadonlySet<string>;
  readonly numeric: ReadonlySet<string>;
};

/** JSON text with `{placeholders}`: one that is a whole string of numbers stands without quotes. */
function jsonBody(value: JsonValue, at: Path, parts: JsonBodyParts): string {
  if (typeof value === 'string') {
    const [only, ...others] = textParts(value);
    const bare = others.length === 0 && only?.kind === 'placeholder' && parts.numeric.has(only.name);
    return bare ? `{${only.name}}` : jsonString(value, at, parts);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map((one, index) => jsonBody(one, [...at, index], parts)).join(',')}]`;
  const members = Object.entries(value).map(
    ([key, one]) => `${jsonString(key, [...at, key], parts)}:${jsonBody(one, [...at, key], parts)}`,
  );
  return `{${members.join(',')}}`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Braces that a variable brought or may complete are written as `\\u007b`: they are no placeholder's. */
function jsonString(text: string, at: Path, { expand }: JsonBodyParts): string {
  const inner = (part: string) => JSON.stringify(part).slice(1, -1);
  const escaped = (part: string) => inner(part).replaceAll('{', '\\u007b').replace(/\$$/, '\\u0024');
  return `"${expand(text, at, { literal: hasVariable(text) ? escaped : inner, value: escaped })}"`;
}
