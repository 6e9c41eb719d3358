import v8 from 'node:v8';
import { compileJsonPath } from '../plan/json-path.ts';
import type { Extraction, Place } from '../plan/plan.ts';
import { type AnswerView, bodyJson, bodyText } from './parsed-body.ts';

/** A longer value is none: it goes into every later request of its user, and servers take 8 KiB for a header line. */
export const valueLengthLimit = 8192;

/** Reads one value of an answer; null: it isn't there, or is longer than {@link valueLengthLimit}. Never throws. */
export type ValueReader = (answer: AnswerView) => string | null;

/**
 * Compiles a place once, for every answer. What it gives may hold any character: the templates that it goes into escape
 * it for its place (`escapeValue`).
 */
export function compilePlace(place: Place): ValueReader {
  switch (place.from) {
    case 'json': {
      const valueIn = compileJsonPlace(place.path);
      return (answer) => bounded(jsonText(valueIn(answer)));
    }
    case 'header': {
      const name = place.name.toLowerCase();
      return (answer) => ownCopy(bounded(answer.headers(name)[0] ?? null));
    }
    case 'regex': {
      const pattern = compilePattern(place.pattern);
      return (answer) => {
        const match = pattern.exec(bodyText(answer));
        if (match === null) return null;
        return ownCopy(bounded((match.length > 1 ? match[1] : match[0]) ?? null));
      };
    }
    case 'cookie': {
      const { name } = place;
      return (answer) => bounded(answer.cookie(name));
    }
    default:
      return place satisfies never;
  }
}

/** The first value that the path finds in the body's JSON; undefined: there is none. */
export function compileJsonPlace(path: string): (answer: AnswerView) => unknown {
  const find = compileJsonPath(path);
  return (answer) => {
    const json = bodyJson(answer);
    return json === undefined ? undefined : find(json)[0];
  };
}

/** Writes a step's values into `values` if all are there; false: one is missing that must be, and none was written. */
export type ValuesReader = (answer: AnswerView, values: Record<string, string>) => boolean;

export function compileExtractions(extract: Readonly<Record<string, Extraction>>): ValuesReader {
  const wanted = Object.entries(extract).map(([name, extraction]) => ({
    name,
    read: compilePlace(extraction),
    otherwise: extraction.otherwise,
  }));
  return (answer, values) => {
    const found: string[] = [];
    for (const { read, otherwise } of wanted) {
      const value = read(answer) ?? otherwise;
      if (value === null) return false;
      found.push(value);
    }
    for (let i = 0; i < found.length; i += 1) values[wanted[i]?.name ?? ''] = found[i] ?? '';
    return true;
  };
}

/**
 * A pattern that goes back over its text again and again, such as `(a+)+$`, takes exponential time on a body that a
 * target chose for it, and a generator that hangs measures nothing. After 50,000 steps back V8 changes to its linear
 * engine then, which does all but backreferences and lookaround (v8.dev/blog/non-backtracking-regexp).
 */
function compilePattern(pattern: string): RegExp {
  v8.setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  return new RegExp(pattern);
}

function bounded(value: string | null): string | null {
  return value === null || value.length > valueLengthLimit ? null : value;
}

/** V8 keeps a whole text alive for a slice of it, and a value outlives its answer. Up to 12 characters are no slice. */
function ownCopy(value: string | null): string | null {
  return value === null || value.length <= 12 ? value : Buffer.from(value).toString();
}

/** A value that is not a string as JSON; null: there is none, or it is nested too deeply for V8 to write. */
function jsonText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === undefined) return null;
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}
