import { asItIs, type Encoding, type Expander, keepsPlaceholders } from './environment.ts';
import { type Issue, issue, type Path } from './fault.ts';
import { multipartBody } from './multipart-body.ts';
import type { Body, JsonValue, ResolvedEndpoint } from './plan.ts';
import { hasVariable, type Report } from './plan-text.ts';
import { escapeValue, textParts } from './template.ts';

/** The value of a variable holds `{name}` of data: it would be filled as a placeholder. */
export function hiddenPlaceholder(at: Path): Issue {
  return issue(at, 'a variable whose value has no {name} of data', 'one that has', 'rename the data');
}

/** Reads a file that a body sends; null: it can't be had, and that was reported. */
export type ReadBodyFile = (file: string, at: Path) => Promise<Uint8Array | null>;

type Around = {
  readonly expand: Expander;
  readonly report: Report;
  /** Placeholders of the endpoint. */
  readonly names: ReadonlySet<string>;
  /** Those that stand without quotes in JSON. */
  readonly numeric: ReadonlySet<string>;
  readonly readBodyFile: ReadBodyFile;
};

export type ResolvedBody = Pick<ResolvedEndpoint, 'body' | 'bodyIsForm' | 'bodyParts'> & {
  /** Null: there is no body. `fixed`: no header but the endpoint's own may replace it. */
  readonly contentType: { readonly value: string; readonly fixed: boolean } | null;
};

/** What the endpoint at `at` sends, with its `{placeholders}`. */
export async function resolveBody(body: Body | null, at: Path, around: Around): Promise<ResolvedBody> {
  switch (body?.kind) {
    case undefined:
      return { body: null, contentType: null };
    case 'text':
      return {
        body: plainText(body.value, [...at, 'body'], around),
        contentType: { value: 'text/plain; charset=utf-8', fixed: false },
      };
    case 'json':
      return {
        body: jsonBody(body.value, [...at, 'body'], around),
        contentType: { value: 'application/json', fixed: false },
      };
    case 'form':
      return {
        body: formBody(body.fields, [...at, 'form'], around.expand),
        bodyIsForm: true,
        contentType: { value: 'application/x-www-form-urlencoded', fixed: true },
      };
    case 'file': {
      const bytes = await around.readBodyFile(body.file, [...at, 'bodyFile']);
      const bodyParts = bytes === null ? [] : [bytes];
      return { body: null, bodyParts, contentType: { value: 'application/octet-stream', fixed: false } };
    }
    case 'multipart': {
      const parts = [];
      for (const part of body.parts) {
        const here = [...at, 'multipart', part.name];
        const content =
          part.kind === 'text'
            ? plainText(part.value, here, around)
            : ((await around.readBodyFile(part.file, [...here, 'file'])) ?? new Uint8Array());
        parts.push({ part, content });
      }
      const { boundary, bodyParts } = multipartBody(parts);
      const value = `multipart/form-data; boundary=${boundary}`;
      return { body: null, bodyParts, contentType: { value, fixed: true } };
    }
    default:
      return body satisfies never;
  }
}

function plainText(written: string, at: Path, { expand, report, names }: Around): string {
  const text = expand(written, at, asItIs);
  if (!keepsPlaceholders(written, text, names)) report(hiddenPlaceholder(at));
  return text;
}

const formText = (text: string) => escapeValue(text, 'form');
const formEncoding: Encoding = { literal: formText, value: formText };

/** `a=1&b={id}`: percent-encoded apart from the placeholders. */
function formBody(fields: Readonly<Record<string, string>>, at: Path, expand: Expander): string {
  return Object.entries(fields)
    .map(([name, value]) => `${formText(name)}=${expand(value, [...at, name], formEncoding)}`)
    .join('&');
}

/** JSON text with `{placeholders}`: one that is a whole string of numbers stands without quotes. */
function jsonBody(value: JsonValue, at: Path, around: Around): string {
  if (typeof value === 'string') {
    const [only, ...others] = textParts(value);
    const bare = others.length === 0 && only?.kind === 'placeholder' && around.numeric.has(only.name);
    return bare ? `{${only.name}}` : jsonString(value, at, around);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map((one, index) => jsonBody(one, [...at, index], around)).join(',')}]`;
  const members = Object.entries(value).map(
    ([key, one]) => `${jsonString(key, [...at, key], around)}:${jsonBody(one, [...at, key], around)}`,
  );
  return `{${members.join(',')}}`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Braces that a variable brought or may complete are written as `\\u007b`: they are no placeholder's. */
function jsonString(text: string, at: Path, { expand }: Around): string {
  const inner = (part: string) => JSON.stringify(part).slice(1, -1);
  const escaped = (part: string) => inner(part).replaceAll('{', '\\u007b').replace(/\$$/, '\\u0024');
  return `"${expand(text, at, { literal: hasVariable(text) ? escaped : inner, value: escaped })}"`;
}
