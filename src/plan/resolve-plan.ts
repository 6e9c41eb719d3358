import {
  asItIs,
  type Encoding,
  type Env,
  type Expander,
  keepsPlaceholders,
  makeExpander,
} from './environment.ts';
import { faultsOf, type Issue, issue, type Origin, originWithoutPlaces, type Path, quoted } from './fault.ts';
import { isHeaderText } from './header-fields.ts';
import { limits } from './limits.ts';
import type {
  Auth,
  DataTable,
  Endpoint,
  Fault,
  JsonValue,
  Plan,
  ResolvedEndpoint,
  ResolvedPlan,
} from './plan.ts';
import { hasVariable, type Report } from './plan-text.ts';
import { encodeTarget } from './request-line.ts';
import { type ReadFile, readBytes, resolveData } from './resolve-data.ts';
import { isTarget, parseTarget, type TargetUrl } from './target-url.ts';
import { textParts } from './template.ts';
import { loadlineVersion } from './version.ts';

export type Resolution =
  | { readonly state: 'valid'; readonly resolved: ResolvedPlan }
  | { readonly state: 'faulty'; readonly faults: readonly Fault[] };

/**
 * Fills in the environment's values and reads the plan's files. Values of variables never stand in a fault.
 * `origin` gives the faults their places in the plan's text.
 */
export async function resolvePlan(
  plan: Plan,
  {
    env,
    readFile,
    origin = originWithoutPlaces(''),
  }: { readonly env: Env; readonly readFile: ReadFile; readonly origin?: Origin },
): Promise<Resolution> {
  const issues: Issue[] = [];
  const report: Report = (found) => issues.push(found);
  const expand = makeExpander(env, report);
  const before = issues.length;
  const target = expand(plan.target, ['target'], asItIs);
  const url = issues.length > before ? null : targetUrl(plan.target, target, report);
  const ca = plan.tls.ca === null ? null : await readCa(plan.tls.ca, readFile, report);
  const endpoints: ResolvedEndpoint[] = [];
  const sharedHeaders = expandHeaders(plan.headers, ['headers'], expand, report);
  const sharedAuth = plan.auth === null ? null : authorization(plan.auth, ['auth'], expand, report);
  for (const [index, endpoint] of plan.endpoints.entries()) {
    const at = ['endpoints', index];
    const { tables, numeric } = await resolveData(endpoint.data, [...at, 'data'], readFile, report);
    const around = {
      expand,
      report,
      sharedHeaders,
      sharedAuth,
      basePath: url?.basePath ?? '',
      tables,
      numeric,
    };
    endpoints.push(resolveEndpoint(plan, endpoint, at, around));
  }
  if (issues.length > 0) return { state: 'faulty', faults: faultsOf(issues, origin) };
  return {
    state: 'valid',
    resolved: { kind: 'resolved-plan', plan, target: url?.origin ?? target, endpoints, ca },
  };
}

function targetUrl(written: string, target: string, report: Report): TargetUrl | null {
  const shown = written === target ? undefined : `the value of ${quoted(written)}`;
  const found = parseTarget(target, ['target'], shown);
  if (isTarget(found)) return found;
  // A hint that repeats the value would tell it.
  report(shown === undefined ? found : { ...found, hint: null });
  return null;
}

async function readCa(file: string, readFile: ReadFile, report: Report): Promise<string | null> {
  const bytes = await readBytes(
    file,
    limits.caBytes,
    'a file of PEM certificates',
    ['tls', 'ca'],
    readFile,
    report,
  );
  if (bytes === null) return null;
  const text = new TextDecoder().decode(bytes);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  report(
    issue(
      ['tls', 'ca'],
      'a file of PEM certificates',
      `${quoted(file)} without any`,
      'PEM starts with -----BEGIN CERTIFICATE-----',
    ),
  );
  return null;
}

type Around = {
  readonly expand: Expander;
  readonly report: Report;
  readonly sharedHeaders: Readonly<Record<string, string>>;
  readonly sharedAuth: string | null;
  readonly basePath: string;
  readonly tables: readonly DataTable[];
  readonly numeric: ReadonlySet<string>;
};

function resolveEndpoint(plan: Plan, endpoint: Endpoint, at: Path, around: Around): ResolvedEndpoint {
  const { expand, report, tables } = around;
  const names = new Set(Object.keys(endpoint.data));
  const own = expandHeaders(endpoint.headers, [...at, 'headers'], expand, report);
  const auth =
    endpoint.auth === undefined
      ? around.sharedAuth
      : endpoint.auth && authorization(endpoint.auth, [...at, 'auth'], expand, report);
  const body = resolveBody(endpoint, [...at, 'body'], around);
  const headers: Record<string, string> = {
    accept: '*/*',
    'user-agent': `loadline/${loadlineVersion()}`,
    ...(endpoint.body === null ? {} : { 'content-type': defaultContentType(endpoint.body.kind) }),
    ...(auth === null ? {} : { authorization: auth }),
    ...around.sharedHeaders,
    ...own,
  };
  // An endpoint's own auth is meant for it more than the plan's header is.
  if (endpoint.auth && auth !== null && own.authorization === undefined) headers.authorization = auth;
  const authHere = endpoint.auth === undefined ? plan.auth : endpoint.auth;
  const written: Record<string, string> = { ...plan.headers, ...endpoint.headers };
  if (authHere?.kind === 'bearer') written.authorization ??= `Bearer ${authHere.token}`;
  for (const [name, text] of Object.entries(headers)) {
    const place = headerPlace(endpoint, name, at);
    if (written[name] !== undefined && !keepsPlaceholders(written[name], text, names))
      report(hiddenPlaceholder(place));
    checkHeaderData(text, name, tables, place, report);
  }
  return {
    method: endpoint.method,
    path: resolvePath(endpoint, at, around),
    headers,
    body,
    bodyIsJson: endpoint.body?.kind === 'json' || /[/+]json\b/i.test(headers['content-type'] ?? ''),
    weight: endpoint.weight,
    timeoutMs: endpoint.timeoutMs,
    expect: endpoint.expect,
    tables,
  };
}

function headerPlace(endpoint: Endpoint, name: string, at: Path): Path {
  if (endpoint.headers[name] !== undefined) return [...at, 'headers', name];
  if (name === 'authorization') return endpoint.auth ? [...at, 'auth'] : ['auth'];
  return ['headers', name];
}

function hiddenPlaceholder(at: Path): Issue {
  return issue(at, 'a variable whose value has no {name} of data', 'one that has', 'rename the data');
}

function defaultContentType(kind: 'json' | 'text'): string {
  return kind === 'json' ? 'application/json' : 'text/plain; charset=utf-8';
}

function expandHeaders(
  headers: Readonly<Record<string, string>>,
  at: Path,
  expand: Expander,
  report: Report,
): Readonly<Record<string, string>> {
  const expanded: Record<string, string> = {};
  for (const [name, text] of Object.entries(headers)) {
    const value = expand(text, [...at, name], asItIs);
    if (!isHeaderText(value)) report(unprintable([...at, name]));
    expanded[name] = value;
  }
  return expanded;
}

function unprintable(at: Path): Issue {
  return issue(
    at,
    'printable Latin-1 characters on one line',
    'a variable with others',
    'look for a line break at its end',
  );
}

function authorization(auth: Auth, at: Path, expand: Expander, report: Report): string {
  switch (auth.kind) {
    case 'bearer': {
      const token = expand(auth.token, [...at, 'bearer'], asItIs);
      if (!/^[\x21-\x7e]*$/.test(token)) report(unprintable([...at, 'bearer']));
      return `Bearer ${token}`;
    }
    case 'basic': {
      const user = expand(auth.user, [...at, 'basic', 'user'], asItIs);
      const password = expand(auth.password, [...at, 'basic', 'password'], asItIs);
      if (user.includes(':'))
        report(issue([...at, 'basic', 'user'], 'a user name without a colon', 'a variable with one'));
      return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    }
    default:
      return auth satisfies never;
  }
}

const encodedTarget: Encoding = {
  literal: encodeTarget,
  value: (text) => encodeURIComponent(text.toWellFormed()),
};
const encodedComponent: Encoding = { literal: encodedTarget.value, value: encodedTarget.value };

function resolvePath(endpoint: Endpoint, at: Path, { expand, basePath }: Around): string {
  const path = expand(endpoint.path, [...at, 'request'], encodedTarget);
  const query = Object.entries(endpoint.query).map(
    ([key, value]) =>
      `${encodeURIComponent(key.toWellFormed())}=${expand(value, [...at, 'query', key], encodedComponent)}`,
  );
  if (query.length === 0) return basePath + path;
  const joint = path.includes('?') ? (/[?&]$/.test(path) ? '' : '&') : '?';
  return basePath + path + joint + query.join('&');
}

function resolveBody(endpoint: Endpoint, at: Path, { expand, report, numeric }: Around): string | null {
  const { body, data } = endpoint;
  if (body === null) return null;
  const names = new Set(Object.keys(data));
  if (body.kind === 'text') {
    const text = expand(body.value, at, asItIs);
    if (!keepsPlaceholders(body.value, text, names)) report(hiddenPlaceholder(at));
    return text;
  }
  return jsonBody(body.value, at, { expand, names, numeric });
}

type JsonBodyParts = {
  readonly expand: Expander;
  readonly names: ReadonlySet<string>;
  readonly numeric: ReadonlySet<string>;
};

/** JSON text with `{placeholders}`: one that is a whole string of numbers stands without quotes. */
function jsonBody(value: JsonValue, at: Path, parts: JsonBodyParts): string {
  if (typeof value === 'string') {
    const [only, ...others] = textParts(value);
    const bare = others.length === 0 && only?.kind === 'placeholder' && parts.numeric.has(only.name);
    return bare ? `{${only.name}}` : jsonString(value, at, parts);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map((one, index) => jsonBody(one, [...at, index], parts)).join(',')}]`;
  const members = Object.entries(value).map(
    ([key, one]) => `${jsonString(key, [...at, key], parts)}:${jsonBody(one, [...at, key], parts)}`,
  );
  return `{${members.join(',')}}`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Braces that a variable brought or may complete are written as `\\u007b`: they are no placeholder's. */
function jsonString(text: string, at: Path, { expand }: JsonBodyParts): string {
  const inner = (part: string) => JSON.stringify(part).slice(1, -1);
  const escaped = (part: string) => inner(part).replaceAll('{', '\\u007b').replace(/\$$/, '\\u0024');
  return `"${expand(text, at, { literal: hasVariable(text) ? escaped : inner, value: escaped })}"`;
}

/** Data that goes into a header must fit on its line. */
function checkHeaderData(
  text: string,
  name: string,
  tables: readonly DataTable[],
  at: Path,
  report: Report,
): void {
  for (const table of tables) {
    if (table.kind === 'range') continue;
    for (const [column, placeholder] of table.names.entries()) {
      if (!text.includes(`{${placeholder}}`)) continue;
      const row = table.rows.findIndex((cells) => !isHeaderText(cells[column] ?? ''));
      if (row === -1) continue;
      report(
        issue(
          at,
          `printable Latin-1 characters for {${placeholder}} in header ${name}`,
          `others in row ${row + 1} of its data`,
        ),
      );
    }
  }
}
