import { asItIs, type Env, type Expander, keepsPlaceholders, makeExpander } from './environment.ts';
import { faultsOf, type Issue, issue, type Origin, originWithoutPlaces, type Path, quoted } from './fault.ts';
import { limits } from './limits.ts';
import type { DataTable, Endpoint, Fault, Plan, ResolvedEndpoint, ResolvedPlan } from './plan.ts';
import type { Report } from './plan-text.ts';
import { hiddenPlaceholder, resolveBody } from './resolve-body.ts';
import { type ReadFile, readBytes, resolveData, usersOf } from './resolve-data.ts';
import { checkHeaderData, expandHeaders, type ResolvedAuth, resolveAuth } from './resolve-headers.ts';
import { resolvePath } from './resolve-target.ts';
import { isTarget, parseTarget, type TargetUrl } from './target-url.ts';
import { version } from './version.ts';

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
  const sharedAuth = plan.auth === null ? null : resolveAuth(plan.auth, ['auth'], expand, report);
  for (const [index, endpoint] of plan.endpoints.entries()) {
    const at = ['endpoints', index];
    const { tables, numeric } = await resolveData(
      endpoint.data,
      [...at, 'data'],
      readFile,
      report,
      usersOf(plan.load),
    );
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
  readonly sharedAuth: ResolvedAuth | null;
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
      : endpoint.auth && resolveAuth(endpoint.auth, [...at, 'auth'], expand, report);
  const body = resolveBody(endpoint, [...at, 'body'], around);
  const headers: Record<string, string> = {
    accept: '*/*',
    'user-agent': `loadline/${version}`,
    ...(endpoint.body === null ? {} : { 'content-type': defaultContentType(endpoint.body.kind) }),
    ...(auth?.kind === 'header' ? { authorization: auth.value } : {}),
    ...around.sharedHeaders,
    ...own,
  };
  // An endpoint's own auth is meant for it more than the plan's header is.
  if (endpoint.auth && own.authorization === undefined) {
    if (auth?.kind === 'header') headers.authorization = auth.value;
    else delete headers.authorization;
  }
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
    ...(auth?.kind === 'digest' && headers.authorization === undefined
      ? { digest: { user: auth.user, password: auth.password } }
      : {}),
  };
}

function headerPlace(endpoint: Endpoint, name: string, at: Path): Path {
  if (endpoint.headers[name] !== undefined) return [...at, 'headers', name];
  if (name === 'authorization') return endpoint.auth ? [...at, 'auth'] : ['auth'];
  return ['headers', name];
}

function defaultContentType(kind: 'json' | 'text'): string {
  return kind === 'json' ? 'application/json' : 'text/plain; charset=utf-8';
}
