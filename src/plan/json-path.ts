import { JSONPathEnvironment, JSONPathError } from 'json-p3';

/** Every value that a JSON path finds, in the order of the document; none where the path leads nowhere. */
export type JsonPath = (value: unknown) => unknown[];

/** A text that is no JSON path; the message names what is wrong and where. */
export class JsonPathFault extends Error {
  override readonly name = 'JsonPathFault';
}

const environment = new JSONPathEnvironment();

/** Member names and indices alone: what nearly all paths are, and what needs no evaluator. */
const plainPath = /^\$(?:\.[A-Za-z_][A-Za-z0-9_]*|\[(?:0|-?[1-9]\d{0,14})\])*$/;

/**
 * Compiles a path of RFC 9535. What it gives never throws: of a value that is nested deeper than the evaluator's limit
 * it finds nothing.
 *
 * @throws {JsonPathFault}
 * @example compileJsonPath('$.items[*].id')({ items: [{ id: 1 }, { id: 2 }] }) // [1, 2]
 */
export function compileJsonPath(text: string): JsonPath {
  const query = parsed(text);
  if (plainPath.test(text)) return plain(text);
  return (value) => {
    try {
      return query.query(isJson(value) ? value : null).values();
    } catch (error) {
      if (error instanceof JSONPathError || error instanceof RangeError) return [];
      throw error;
    }
  };
}

function parsed(text: string) {
  try {
    return environment.compile(text);
  } catch (error) {
    if (error instanceof JSONPathError) throw new JsonPathFault(wordsOf(error, text), { cause: error });
    // The parser goes down a level of its own stack for each level of the path.
    if (error instanceof RangeError) throw new JsonPathFault('nested too deeply', { cause: error });
    throw error;
  }
}

/** The library's words without the excerpt that it appends, and with the place counted from 1. */
function wordsOf({ message, token }: JSONPathError, text: string): string {
  if (text === '') return 'an empty text';
  const words = message.replace(/ \('.*?':\d+\)$/s, '');
  const named = /backup beyond start|TOKEN_ERROR/.test(words) ? 'a name or index is missing' : words;
  return `${named}, at character ${Math.min(token.index, text.length) + 1}`;
}

function plain(text: string): JsonPath {
  const steps = [...text.matchAll(/\.([A-Za-z_][A-Za-z0-9_]*)|\[(-?\d+)\]/g)].map(
    ([, name = '', index]): string | number => (index === undefined ? name : Number(index)),
  );
  return (value) => {
    let at = value;
    for (const step of steps) {
      if (typeof step === 'number') {
        if (!Array.isArray(at)) return [];
        const list: readonly unknown[] = at;
        const index = step < 0 ? list.length + step : step;
        if (index < 0 || index >= list.length) return [];
        at = list[index];
      } else {
        if (!isObject(at) || !Object.hasOwn(at, step)) return [];
        at = at[step];
      }
    }
    return [at];
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Json = Parameters<ReturnType<typeof environment.compile>['query']>[0];

/** What `JSON.parse` gives is JSON through and through; its outermost kind tells it from everything else. */
function isJson(value: unknown): value is Json {
  return value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value);
}
