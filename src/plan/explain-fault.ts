import type * as z from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { describeValue, type Issue, issue, type Path, quoted } from './fault.ts';
import { expected } from './plan-schema.ts';

type SchemaIssue = z.core.$ZodIssue;

/** What the schema found, in the plan's own words: one issue for each mistake, with a hint where one can be given. */
export function explainSchemaIssues(found: readonly SchemaIssue[], input: unknown): readonly Issue[] {
  const issues = found.flatMap((one) => explain(one, [], input));
  const meant = new Set(
    issues.flatMap((one) => (one.part === 'key' ? [`${one.path.slice(0, -1).join('\0')}\0${one.hint}`] : [])),
  );
  return issues.filter((one) => {
    const key = one.path.at(-1);
    const missing = one.received === 'nothing' && typeof key === 'string';
    return !(missing && meant.has(`${one.path.slice(0, -1).join('\0')}\0${suggestion(key)}`));
  });
}

function explain(one: SchemaIssue, base: Path, input: unknown): readonly Issue[] {
  const path = [...base, ...one.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (one.code === 'unrecognized_keys') {
    const known = one.message.slice(expected.keyOf.length).split(', ');
    return one.keys.map((key) => {
      const meant = didYouMean(key, known);
      const hint = meant === null ? (misplaced(key, path) ?? null) : suggestion(meant);
      return issue([...path, key], one.message, quoted(key), hint, 'key');
    });
  }
  if (one.code === 'invalid_union') {
    const fitting = one.errors.find((branch) => !branch.some(isOfAnotherKind));
    if (fitting !== undefined) return fitting.flatMap((inner) => explain(inner, path, input));
  }
  const value = valueAt(input, path);
  return [issue(path, one.message, received(value, path), hintFor(one.message, value, path))];
}

function suggestion(word: string): string {
  return `did you mean ${JSON.stringify(word)}?`;
}

/** Secrets are not repeated: a fault may end in the log of a CI job. */
function received(value: unknown, path: Path): string {
  const secret = path.some((step) =>
    /^(auth|authorization|cookie|x-api-key|password|token)$/i.test(String(step)),
  );
  return secret && typeof value === 'string' ? `a text of ${value.length} characters` : describeValue(value);
}

export function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}

const topLevelOnly = ['target', 'tls', 'readiness', 'load', 'endpoints'];
const loadKeys = ['users', 'spawnRate', 'rate', 'duration', 'thinkTime', 'arrivals'];

function misplaced(key: string, parent: Path): string | null {
  if (parent.length === 0 && loadKeys.includes(key)) return `write it inside load: load: { ${key}: … }`;
  if (parent.length > 0 && topLevelOnly.includes(key))
    return `${key} belongs to the plan itself, not to ${String(parent[0])}`;
  if (parent.length === 0 && /^(get|head|post|put|patch|delete|options) /i.test(key))
    return 'list requests under endpoints';
  return null;
}

const unitNames: Readonly<Record<string, string>> = { s: 's', h: 'h', m: 'm', ms: 'ms' };

function hintFor(what: string, value: unknown, path: Path): string | null {
  const key = path.at(-1);
  if (value === undefined || value === null) return missingHint(key, path.length);
  if (what.includes('duration')) return durationHint(value, what === expected.thinkTime);
  if (what === expected.share || what.startsWith('a share')) return shareHint(value);
  if (what.startsWith(expected.request)) return requestHint(value);
  if (what === expected.data) return dataHint(value);
  if (what === expected.boolean) return booleanHint(value);
  if (typeof value === 'string' && /^\s*-?[\d.]+(\s*,\s*[\d.]+)+\s*$/.test(value))
    return `write [${value
      .split(',')
      .map((one) => one.trim())
      .join(', ')}]`;
  if (
    typeof value === 'string' &&
    /^-?\d+(\.\d+)?$/.test(value) &&
    /number|users|status|per second/.test(what)
  )
    return `write ${value} without quotes`;
  if (key === 'arrivals' && typeof value === 'string') {
    const meant = didYouMean(value, ['poisson', 'uniform']);
    return meant === null ? null : suggestion(meant);
  }
  if (key === 'endpoints' && typeof value === 'object')
    return 'start each request with "- ", such as "- GET /posts"';
  return null;
}

function missingHint(key: string | number | undefined, depth: number): string | null {
  if (depth === 1 && key === 'target') return 'write target: http://127.0.0.1:3000';
  if (depth === 1 && key === 'endpoints') return 'write endpoints: [GET /]';
  if (depth === 1 && key === 'load') return 'write load: { users: [10, 50, 100], duration: 60s }';
  if (key === 'request') return 'write request: GET /posts';
  return null;
}

function durationHint(value: unknown, range: boolean): string | null {
  if (typeof value === 'number' && value >= 0)
    return range ? `write ${value}s or ${value}ms` : `write ${value}ms or ${value}s`;
  if (typeof value !== 'string') return null;
  const bare = /^[\d.]+$/.exec(value);
  if (bare !== null && Number.isFinite(Number(value))) return `write ${value}ms or ${value}s`;
  const worded = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|milli|msec|sec|min|hour|hr)[a-z]*\s*$/i.exec(value);
  if (worded?.[1] !== undefined && worded[2] !== undefined) {
    const word = worded[2].toLowerCase();
    const unit =
      unitNames[word] ??
      (word.startsWith('mi') || word === 'msec' ? (word === 'min' ? 'm' : 'ms') : word.slice(0, 1));
    return `write ${worded[1]}${unit}`;
  }
  const halfRange = range
    ? /^(\d+(?:\.\d+)?)(ms|s|m|h)?\s*(?:\.\.+|-|to|–)\s*(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value)
    : null;
  if (halfRange !== null) {
    const unit = halfRange[4] ?? halfRange[2] ?? 's';
    return `write ${halfRange[1]}${halfRange[2] ?? unit}..${halfRange[3]}${unit}`;
  }
  return 'units are ms, s, m and h';
}

function shareHint(value: unknown): string | null {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || number < 0) return null;
  if (number > 1 && number <= 100) return `write ${number}%`;
  return typeof value === 'string' && number <= 1 ? `write ${number} without quotes` : null;
}

function requestHint(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  const absolute = /^(?:([A-Za-z]+)\s+)?https?:\/\/[^/\s]+(\/\S*)?$/i.exec(trimmed);
  if (absolute !== null) {
    const line = `${(absolute[1] ?? 'GET').toUpperCase()} ${absolute[2] ?? '/'}`;
    return `write ${quoted(line)}; the host stands in target`;
  }
  const withVersion = /^([A-Za-z]+) (\/\S*) HTTP\/[\d.]+$/i.exec(trimmed);
  if (withVersion !== null) return `write ${quoted(`${withVersion[1]} ${withVersion[2]}`)}`;
  if (/^\/\S*$/.test(trimmed)) return `write ${quoted(`GET ${trimmed}`)}`;
  const noSlash = /^(get|head|post|put|patch|delete|options) ([^/\s]\S*)$/i.exec(trimmed);
  if (noSlash !== null) return `write ${quoted(`${noSlash[1]?.toUpperCase()} /${noSlash[2]}`)}`;
  const [method = '', ...rest] = trimmed.split(/\s+/);
  const meant = didYouMean(method, ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
  if (rest.length === 1 && meant !== null && meant !== method.toUpperCase()) return suggestion(meant);
  return rest.length > 1 ? 'write a space in the path as %20' : null;
}

function dataHint(value: unknown): string | null {
  if (typeof value === 'number') return `write [${value}] for a single value`;
  if (typeof value !== 'string') return null;
  const range = /^\s*(-?\d+)\s*(?:-|\.{1,3}|to|:|–)\s*(-?\d+)\s*$/.exec(value);
  if (range !== null) return `write ${range[1]}..${range[2]}`;
  return /\.(tsv|txt|xlsx?|ya?ml|ndjson|jsonl)$/i.test(value)
    ? 'files end in .csv or .json'
    : `write [${quoted(value)}] for a single value`;
}

function booleanHint(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  if (/^(true|yes|on|1)$/i.test(String(value))) return 'write true';
  return /^(false|no|off|0)$/i.test(String(value)) ? 'write false' : null;
}

/** The branch of a union that the value was never meant for. */
function isOfAnotherKind(one: SchemaIssue): boolean {
  return one.path.length === 0 && (one.code === 'invalid_type' || one.code === 'invalid_value');
}
