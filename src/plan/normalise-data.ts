import type * as z from 'zod';
import type { data } from './data-schema.ts';
import { issue, type Origin, type Path, quoted } from './fault.ts';
import type { DataOrder, DataSource } from './plan.ts';
import { isPlaceholderName, type Report, scalarText } from './plan-text.ts';
import { parseIntegerRange } from './quantity.ts';

type DataInput = z.output<typeof data>;
type SourceInput = DataInput[string];
type SourceObject = Exclude<SourceInput, string | readonly unknown[]>;
type Around = { readonly origin: Origin; readonly report: Report };

/** Sources by the name of their placeholder; those of one file agree on the order of its rows. */
export function normaliseData(
  input: DataInput,
  at: Path,
  around: Around,
): Readonly<Record<string, DataSource>> {
  const sources: Record<string, DataSource> = {};
  for (const [name, source] of Object.entries(input)) {
    if (!isPlaceholderName(name)) {
      around.report(issue([...at, name], 'a name of letters, digits, - and _', quoted(name), null, 'key'));
    }
    sources[name] = dataSource(name, source, [...at, name], around);
  }
  checkAgreement(sources, at, around.report);
  return sources;
}

function dataSource(name: string, source: SourceInput, at: Path, around: Around): DataSource {
  if (typeof source === 'string') {
    const range = parseIntegerRange(source);
    if (range !== null) return { kind: 'range', ...range };
    const [, file = source, column = name] = /^(.+?\.(?:csv|json))(?::([^:]+))?$/s.exec(source) ?? [];
    return { kind: 'file', format: formatOf(file), file, column };
  }
  if (Array.isArray(source)) return { kind: 'list', values: exactValues(source, at, around.origin) };
  const given = (['file', 'range', 'list'] as const).filter((key) => source[key] !== undefined);
  if (given.length !== 1) {
    around.report(issue(at, 'one of file, range and list', given.join(' and ') || 'none of them'));
  }
  if (source.column !== undefined && source.file === undefined) {
    const hint = 'a column is part of a file: remove it';
    around.report(issue([...at, 'column'], 'no column without a file', quoted(source.column), hint, 'key'));
  }
  return { ...valuesOf(name, source, at, around.origin), ...orderOf(source) };
}

function valuesOf(name: string, source: SourceObject, at: Path, origin: Origin): DataSource {
  if (source.list !== undefined)
    return { kind: 'list', values: exactValues(source.list, [...at, 'list'], origin) };
  const range = source.range === undefined ? null : parseIntegerRange(source.range);
  if (range !== null) return { kind: 'range', ...range };
  const file = source.file ?? '';
  return { kind: 'file', format: formatOf(file), file, column: source.column ?? name };
}

/** What differs from "at random, for each request". */
function orderOf({ order, per }: SourceObject): DataOrder {
  return {
    ...(order === undefined || order === 'random' ? {} : { order }),
    ...(per === 'user' ? { per } : {}),
  };
}

/** Placeholders that name the same file take the same row, so one order is all that it can have. */
function checkAgreement(sources: Readonly<Record<string, DataSource>>, at: Path, report: Report): void {
  const first = new Map<string, readonly [name: string, order: string]>();
  for (const [name, source] of Object.entries(sources)) {
    if (source.kind !== 'file') continue;
    const order = `order: ${source.order ?? 'random'}, per: ${source.per ?? 'request'}`;
    const [other, asked] = first.get(source.file) ?? [name, order];
    first.set(source.file, [other, asked]);
    if (order === asked) continue;
    const what = `${asked} as {${other}} of the same file`;
    const hint = 'placeholders of one file take the same row: give them the same order and per';
    report(issue([...at, name], what, order, hint));
  }
}

function formatOf(file: string): 'csv' | 'json' {
  return file.endsWith('.json') ? 'json' : 'csv';
}

/** A number that JavaScript would write differently (`007`, `1.0`, twenty digits) stays the text that it was. */
function exactValues(values: readonly (string | number)[], at: Path, origin: Origin): (string | number)[] {
  return values.map((value, index) => {
    if (typeof value === 'string') return value;
    const text = scalarText(value, [...at, index], origin);
    return text === String(value) ? value : text;
  });
}
