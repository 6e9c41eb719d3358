import { basename } from 'node:path';
import type { FormInput, MultipartInput } from './body-schema.ts';
import { issue, type Origin, type Path, quoted } from './fault.ts';
import { checkJsonValue } from './json-value-check.ts';
import { limits } from './limits.ts';
import { asJson, jsonTexts } from './plain-value.ts';
import type { Body, BodyPart } from './plan.ts';
import { checkVariables, type Report, scalarText } from './plan-text.ts';

/** The ways to say what a request sends. */
export type BodyInput = {
  readonly body?: unknown;
  readonly form?: FormInput | undefined;
  readonly multipart?: MultipartInput | undefined;
  readonly bodyFile?: string | undefined;
};

type Around = {
  readonly origin: Origin;
  readonly report: Report;
  readonly names: ReadonlySet<string>;
};

const kinds = ['body', 'form', 'multipart', 'bodyFile'] as const;

/** What the request sends; null: nothing. */
export function normaliseBody(input: BodyInput, at: Path, around: Around): Body | null {
  const given = kinds.filter((kind) => input[kind] !== undefined);
  const [, second] = given;
  if (second !== undefined) {
    const what = 'one of body, form, multipart and bodyFile';
    around.report(issue([...at, second], what, given.join(' and '), 'keep one of them', 'key'));
  }
  if (input.body !== undefined) return jsonOrText(input.body, [...at, 'body'], around);
  if (input.form !== undefined) return form(input.form, [...at, 'form'], around);
  if (input.multipart !== undefined) return multipart(input.multipart, [...at, 'multipart'], around);
  return input.bodyFile === undefined ? null : { kind: 'file', file: input.bodyFile };
}

function jsonOrText(input: unknown, at: Path, around: Around): Body | null {
  if (input === null) {
    around.report(issue(at, 'a body', 'nothing (null)', 'remove the key, or write {} for an empty object'));
    return null;
  }
  const value = asJson(input) ?? null;
  checkSize([typeof value === 'string' ? value : JSON.stringify(value)], at, around.report);
  for (const { path, text, part } of jsonTexts(value, at)) checkVariables(text, path, around.report, part);
  checkJsonValue(value, at, at.length, around);
  return typeof value === 'string' ? { kind: 'text', value } : { kind: 'json', value };
}

function checkSize(texts: readonly string[], at: Path, report: Report): void {
  const encoder = new TextEncoder();
  const bytes = texts.reduce((sum, text) => sum + encoder.encode(text).length, 0);
  if (bytes > limits.bodyBytes)
    report(issue(at, `a body of at most ${limits.bodyBytes} bytes`, `${bytes} bytes`));
}

function checkFields(input: object, at: Path, report: Report): void {
  const count = Object.keys(input).length;
  if (count === 0)
    report(issue(at, 'at least one field', 'an empty object', 'write a field, or remove the key'));
  if (count > limits.bodyFields) report(issue(at, `at most ${limits.bodyFields} fields`, `${count} of them`));
}

function form(input: FormInput, at: Path, { origin, report }: Around): Body {
  checkFields(input, at, report);
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) {
    const text = scalarText(value, [...at, name], origin);
    checkVariables(text, [...at, name], report);
    fields[name] = text;
  }
  checkSize(Object.entries(fields).flat(), at, report);
  return { kind: 'form', fields };
}

function multipart(input: MultipartInput, at: Path, { origin, report }: Around): Body {
  checkFields(input, at, report);
  const parts = Object.entries(input).map(([name, given]): BodyPart => {
    const here = [...at, name];
    if (typeof given !== 'object') return textPart(name, given, here, null);
    const contentType = given.type ?? null;
    if (contentType !== null && !/^[\x20-\x7e]+$/.test(contentType))
      report(issue([...here, 'type'], 'a content type such as image/png', quoted(contentType)));
    if ((given.file === undefined) === (given.text === undefined))
      report(issue(here, 'file or text', given.file === undefined ? 'neither' : 'both'));
    if (given.file === undefined) {
      if (given.filename !== undefined)
        report(issue([...here, 'filename'], 'file beside filename', 'text', 'remove it', 'key'));
      return textPart(name, given.text ?? '', [...here, 'text'], contentType);
    }
    const fileName = given.filename ?? basename(given.file);
    return { kind: 'file', name, contentType, file: given.file, fileName };
  });
  checkSize(
    parts.flatMap((part) => [part.name, part.kind === 'text' ? part.value : part.fileName]),
    at,
    report,
  );
  return { kind: 'multipart', parts };

  function textPart(
    name: string,
    given: string | number | boolean,
    here: Path,
    contentType: string | null,
  ): BodyPart {
    const value = scalarText(given, here, origin);
    checkVariables(value, here, report);
    return { kind: 'text', name, contentType, value };
  }
}

/** Texts of a body in which `{placeholders}` may stand. */
export function bodyTexts(body: Body | null): readonly string[] {
  switch (body?.kind) {
    case undefined:
    case 'file':
      return [];
    case 'json':
      return [...jsonTexts(body.value)].map(({ text }) => text);
    case 'text':
      return [body.value];
    case 'form':
      return Object.values(body.fields);
    case 'multipart':
      return body.parts.flatMap((part) => (part.kind === 'text' ? [part.value] : []));
    default:
      return body satisfies never;
  }
}
