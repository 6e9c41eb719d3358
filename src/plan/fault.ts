import { limits } from './limits.ts';
import type { Fault } from './plan.ts';

/** Keys and indices from the plan's root to a value, as the plan's author wrote them. */
export type Path = readonly (string | number)[];

/** Something wrong, before it is known where in the file it stands. `part`: the value there, or its key. */
export type Issue = {
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly expected: string;
  readonly received: string;
  readonly hint: string | null;
  /** Known already, as for a fault of the syntax; otherwise it is looked up by the path. */
  readonly place?: Place;
};

/** Both from 1. */
export type Place = { readonly line: number; readonly column: number };

/** Where a plan came from: what its values looked like and where they stand. */
export type Origin = {
  readonly file: string;
  readonly place: (path: Path, part: 'key' | 'value') => Place | null;
  /** The text of a number as it was written (`1.0`, `007`); null: unknown. */
  readonly numberText: (path: Path) => string | null;
};

/** The origin of a value that was not read from text. */
export function originWithoutPlaces(file: string): Origin {
  return { file, place: () => null, numberText: () => null };
}

export function issue(
  path: Path,
  what: string,
  received: string,
  hint: string | null = null,
  part: 'key' | 'value' = 'value',
): Issue {
  return { path, part, expected: what, received, hint };
}

/** The faults in the order of the file; at most {@link limits.faults} of them. */
export function faultsOf(issues: readonly Issue[], origin: Origin): readonly Fault[] {
  const faults = issues.slice(0, limits.faults).map((one): Fault => {
    const place = one.place ?? origin.place(one.path, one.part);
    return {
      path: pathText(one.path),
      file: origin.file,
      line: place?.line ?? null,
      column: place?.column ?? null,
      expected: one.expected,
      received: one.received,
      hint: one.hint,
    };
  });
  return faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** `endpoints[1].sla.p95` */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w$-]{1,80}$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${quoted(step)}]`;
  }
  return text;
}

/** A text in quotes, short, without anything that a terminal would obey. */
export function quoted(text: string, maxLength = 60): string {
  const short = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return printable(JSON.stringify(short.toWellFormed()));
}

/** The text with control, bidirectional and invisible characters written as `\\u….` */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
    found
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** What stands there, in a few words. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'string':
      return quoted(value);
    case 'number':
    case 'boolean':
      return String(value);
    case 'bigint':
      return `${value}n`.slice(0, 60);
    case 'object': {
      if (value === null) return 'nothing (null)';
      if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
      const keys = Object.keys(value);
      if (keys.length === 0) return 'an empty object';
      return `an object with ${keys
        .slice(0, 3)
        .map((key) => printable(key.slice(0, 30)))
        .join(', ')}${keys.length > 3 ? ', …' : ''}`;
    }
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    default:
      return 'something else';
  }
}
