import { didYouMean } from './did-you-mean.ts';
import { type Path, quoted } from './fault.ts';
import { durationPattern, parseDurationRange } from './quantity.ts';
import { expected } from './schema-leaves.ts';

/** What to do about a fault of the schema, guessed from what stands there. */

export function suggestion(word: string): string {
  return `did you mean ${JSON.stringify(word)}?`;
}

const topLevelOnly = [
  'target',
  'tls',
  'readiness',
  'load',
  'endpoints',
  'allow',
  'abort',
  'connections',
  'http',
  'connect',
  'proxy',
  'cookies',
  'redirects',
  'observe',
];
const loadKeys = [
  'users',
  'spawnRate',
  'rate',
  'duration',
  'thinkTime',
  'arrivals',
  'pacing',
  'ramp',
  'rampDown',
];

/** Where a number without unit is more likely one of seconds. */
const longDurations = [
  'duration',
  'timeout',
  'thinkTime',
  'pacing',
  'ramp',
  'rampDown',
  'exponential',
  'median',
];

/** Words that may stand there. */
const choices: Readonly<Record<string, readonly string[]>> = {
  arrivals: ['poisson', 'uniform'],
  order: ['sequential', 'unique', 'random'],
  per: ['user', 'request'],
  connections: ['per-user', 'per-request'],
};

/** A key that is right elsewhere. */
export function misplaced(key: string, parent: Path): string | null {
  if (parent.length === 0 && loadKeys.includes(key)) return `write it inside load: load: { ${key}: … }`;
  if (key === 'weight' && parent[0] === 'flows')
    return 'the whole flow has the weight: write it beside steps';
  if (key === 'think' && parent[0] === 'flows') return 'write thinkTime, or a step of its own: - think: 2s';
  if (parent.length > 0 && topLevelOnly.includes(key))
    return `${key} belongs to the plan itself, not to ${String(parent[0])}`;
  if (parent.length === 0 && /^(get|head|post|put|patch|delete|options) /i.test(key))
    return 'list requests under endpoints';
  return null;
}

/** `what` was expected where `value` stands; null: nothing to add. */
export function hintFor(what: string, value: unknown, path: Path): string | null {
  const key = path.at(-1);
  if (value === undefined) return missingHint(key, path.length);
  if (value === null) return 'write a value, or remove the key';
  if (what.includes('duration')) return durationHint(value, key);
  if (what === expected.share || what.startsWith('a share')) return shareHint(value);
  if (what.startsWith(expected.request)) return requestHint(value);
  if (what === expected.data) return dataHint(value);
  if (what.startsWith('a range whose') && typeof value === 'string')
    return `write ${value.split('..').reverse().join('..')}`;
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
  if (typeof key === 'string' && typeof value === 'string' && Object.hasOwn(choices, key)) {
    const meant = didYouMean(value, choices[key] ?? []);
    return meant === null ? null : suggestion(meant);
  }
  if (key === 'connections' && typeof value === 'number') return `write { shared: ${value} }`;
  if (key === 'http' && path.length === 1 && /^h(?:ttp\/?)?2$/i.test(String(value))) return 'write 2';
  if (key === 'endpoints' && !(Array.isArray(value) && value.length > 0))
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

function durationHint(value: unknown, key: string | number | undefined): string | null {
  if (typeof value === 'string' && durationPattern.test(value)) return null;
  const range = typeof value === 'string' ? parseDurationRange(value) : null;
  if (range !== null && range.minMs > range.maxMs)
    return `write ${String(value).split('..').reverse().join('..')}`;
  if (range !== null) return null;
  const bare = typeof value === 'number' ? String(value) : value;
  if (typeof bare !== 'string') return null;
  if (/^\d+(?:\.\d+)?$/.test(bare)) {
    const long = typeof key === 'string' && longDurations.includes(key);
    return long ? `write ${bare}s or ${bare}ms` : `write ${bare}ms or ${bare}s`;
  }
  if (typeof value === 'number') return null;
  const worded =
    /^\s*(\d+(?:\.\d+)?)\s*(?:(milli(?:second)?s?|msecs?|ms)|(s(?:ec(?:ond)?s?)?)|(m(?:in(?:ute)?s?)?)|(h(?:(?:ou)?rs?)?))\s*$/i.exec(
      bare,
    );
  if (worded !== null) {
    const [, amount, milliseconds, seconds, minutes] = worded;
    return `write ${amount}${milliseconds !== undefined ? 'ms' : seconds !== undefined ? 's' : minutes !== undefined ? 'm' : 'h'}`;
  }
  const halfRange =
    key === 'thinkTime'
      ? /^(\d+(?:\.\d+)?)(ms|s|m|h)?\s*(?:\.\.+|-|to|–)\s*(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(bare)
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
