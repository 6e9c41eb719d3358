import { describeValue, type Issue, issue, type Path } from './fault.ts';
import type { JsonValue } from './plan.ts';

const maxDepth = 100;
const maxNodes = 2_000_000;

/**
 * A copy made of texts, finite numbers, true, false, null, lists and objects alone, whatever was given (a plan
 * written in TypeScript may hold anything). What can't be copied is reported and left out; never throws.
 */
export function plainCopy(value: unknown, report: (issue: Issue) => void): unknown {
  const open = new Set<object>();
  let nodes = 0;
  let full = false;
  return copy(value, []);

  function reject(path: Path, what: string, received: string, hint: string | null = null): undefined {
    report(issue(path, what, received, hint));
    return undefined;
  }

  function copy(given: unknown, path: Path): unknown {
    if (full) return undefined;
    if (++nodes > maxNodes) {
      full = true;
      return reject([], `at most ${maxNodes} values`, 'more of them');
    }
    if (given === null || typeof given === 'string' || typeof given === 'boolean' || given === undefined)
      return given;
    if (typeof given === 'number') {
      return Number.isFinite(given) ? given : reject(path, 'a finite number', String(given));
    }
    if (typeof given !== 'object') return reject(path, 'plain data', describeValue(given));
    if (open.has(given)) return reject(path, 'plain data', 'an object that contains itself');
    if (path.length >= maxDepth) return reject(path, `at most ${maxDepth} levels`, 'a deeper one');
    const prototype: unknown = Object.getPrototypeOf(given);
    if (!Array.isArray(given) && prototype !== Object.prototype && prototype !== null) {
      return reject(path, 'plain data', `an instance of ${className(given)}`);
    }
    open.add(given);
    const result = Array.isArray(given) ? copyList(given, path) : copyObject(given, path);
    open.delete(given);
    return result;
  }

  function copyList(given: readonly unknown[], path: Path): unknown[] {
    const list: unknown[] = [];
    for (let index = 0; index < given.length && !full; index++)
      list.push(copy(given[index], [...path, index]));
    return list;
  }

  function copyObject(given: object, path: Path): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(given))) {
      if (key === '__proto__') report(issue([...path, key], 'another name', '"__proto__"', null, 'key'));
      else if (descriptor.get !== undefined) reject([...path, key], 'plain data', 'a getter');
      else if (descriptor.value !== undefined) result[key] = copy(descriptor.value, [...path, key]);
    }
    return result;
  }
}

function className(given: object): string {
  const maker: unknown = Object.getPrototypeOf(given)?.constructor;
  return typeof maker === 'function' && maker.name !== '' ? maker.name.slice(0, 40) : 'a class';
}

/** The same value with the type of JSON; null if it holds anything else. For values that went through {@link plainCopy}. */
export function asJson(value: unknown): JsonValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  if (typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return value.map((one: unknown) => asJson(one) ?? null);
  const result: Record<string, JsonValue> = {};
  for (const [key, one] of Object.entries(value)) {
    const json = asJson(one);
    if (json !== undefined) result[key] = json;
  }
  return result;
}

/** Every string of a JSON value with its path, object keys included. */
export function* jsonTexts(
  value: JsonValue,
  path: Path = [],
): Generator<{ readonly path: Path; readonly text: string; readonly part: 'key' | 'value' }> {
  if (typeof value === 'string') yield { path, text: value, part: 'value' };
  else if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) yield* jsonTexts(one, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      yield { path: [...path, key], text: key, part: 'key' };
      yield* jsonTexts(one, [...path, key]);
    }
  }
}
