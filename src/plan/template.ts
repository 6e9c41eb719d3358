/**
 * A text with `{placeholders}`, cut once so that a request fills it by joining: literals[0] + value(names[0]) +
 * literals[1] + …; `literals.length === names.length + 1`.
 */
export type Template = {
  readonly literals: readonly string[];
  readonly names: readonly string[];
  readonly escape: Escape;
};

/** How a value is written into its place: percent-encoded, as in a form, inside a JSON string, as header text, or as it is. */
export type Escape = 'path' | 'form' | 'json' | 'header' | 'none';

/** Pieces of a text as it stands in a plan. `$${` is a literal `${`. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'placeholder'; readonly name: string }
  /** `${` that no variable's name and `}` follow. */
  | { readonly kind: 'broken'; readonly text: string };

export const placeholderName = /^[A-Za-z_][A-Za-z0-9_-]*$/;

const pieces = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{[^}]{0,40}\}?|\{([A-Za-z_][A-Za-z0-9_-]*)\}/g;

/** Cuts a plan's text into literal text, `${VARIABLES}` of the environment and `{placeholders}`. */
export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(pieces)) {
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    const [whole, variable, placeholder] = match;
    if (variable !== undefined) parts.push({ kind: 'variable', name: variable });
    else if (placeholder !== undefined) parts.push({ kind: 'placeholder', name: placeholder });
    else if (whole === '$${') parts.push({ kind: 'text', text: '${' });
    else parts.push({ kind: 'broken', text: whole });
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

/**
 * Compiles a text of a {@link import('./plan.ts').ResolvedEndpoint}. Only `{name}` whose name is among `names`
 * (the columns of the endpoint's tables) is a placeholder, every other brace is text, and so is `${name}`;
 * without `names` each `{identifier}` is one.
 *
 * @example compileTemplate('/posts/{id}', 'path').literals // ['/posts/', '']
 */
export function compileTemplate(text: string, into: Escape, names?: Iterable<string>): Template {
  const known = names === undefined ? null : new Set(names);
  const literals: string[] = [];
  const found: string[] = [];
  let end = 0;
  for (const match of text.matchAll(/(?<!\$)\{([A-Za-z_][A-Za-z0-9_-]*)\}/g)) {
    const name = match[1];
    if (name === undefined || (known !== null && !known.has(name))) continue;
    literals.push(text.slice(end, match.index));
    found.push(name);
    end = match.index + match[0].length;
  }
  literals.push(text.slice(end));
  return { literals, names: found, escape: into };
}

/** Writes one value so that it can't leave its place: no second path segment, header line or JSON member. */
export function escapeValue(value: string, into: Escape): string {
  switch (into) {
    case 'path':
      return encodeURIComponent(value.toWellFormed());
    case 'form':
      return encodeURIComponent(value.toWellFormed()).replace(/%20|[!'()~]/g, formByte);
    case 'json':
      return JSON.stringify(value).slice(1, -1);
    case 'header':
      return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, ' ');
    case 'none':
      return value;
    default:
      return into satisfies never;
  }
}

/** What the form encoding of the URL standard writes in another way: https://url.spec.whatwg.org/#concept-urlencoded */
function formByte(found: string): string {
  return found === '%20' ? '+' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** The template with each placeholder's value, escaped for its place. */
export function fillTemplate(template: Template, value: (name: string) => string): string {
  let text = template.literals[0] ?? '';
  for (const [index, name] of template.names.entries()) {
    text += escapeValue(value(name), template.escape) + (template.literals[index + 1] ?? '');
  }
  return text;
}
