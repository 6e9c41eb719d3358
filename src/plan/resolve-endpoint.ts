import { type Expander, keepsPlaceholders } from './environment.ts';
import type { Path } from './fault.ts';
import type { Body, Endpoint, Plan, ResolvedEndpoint } from './plan.ts';
import type { Report } from './plan-text.ts';
import { hiddenPlaceholder, type ReadBodyFile, resolveBody } from './resolve-body.ts';
import { type EndpointData, type ReadFile, resolveData, usersOf } from './resolve-data.ts';
import { checkHeaderData, expandHeaders, type ResolvedAuth, resolveAuth } from './resolve-headers.ts';
import { resolvePath } from './resolve-target.ts';
import { version } from './version.ts';

type Around = {
  readonly expand: Expander;
  readonly report: Report;
  readonly sharedHeaders: Readonly<Record<string, string>>;
  readonly sharedAuth: ResolvedAuth | null;
  readonly basePath: string;
  readonly readFile: ReadFile;
  readonly readBodyFile: ReadBodyFile;
};

/** What a flow fills of one of its endpoints. */
export type FlowFilling = EndpointData & { readonly names: ReadonlySet<string> };

export const noFlow: FlowFilling = { tables: [], numeric: new Set(), names: new Set() };

/** An endpoint that stands at `at` in the plan, as the engine needs it. */
export async function resolveEndpoint(
  plan: Plan,
  endpoint: Endpoint,
  at: Path,
  flow: FlowFilling,
  around: Around,
): Promise<ResolvedEndpoint> {
  const { expand, report, readFile } = around;
  const { tables, numeric } = await resolveData(
    endpoint.data,
    [...at, 'data'],
    readFile,
    report,
    usersOf(plan.load),
  );
  const own = new Set(Object.keys(endpoint.data));
  // An endpoint's own data goes before the flow's.
  const flowNames = [...flow.names].filter((name) => !own.has(name));
  const names = new Set([...own, ...flowNames]);
  const ownHeaders = expandHeaders(endpoint.headers, [...at, 'headers'], expand, report);
  const auth =
    endpoint.auth === undefined
      ? around.sharedAuth
      : endpoint.auth && resolveAuth(endpoint.auth, [...at, 'auth'], expand, report);
  const { contentType, ...body } = await resolveBody(endpoint.body, at, {
    ...around,
    names,
    numeric: new Set([...numeric, ...flowNames.filter((name) => flow.numeric.has(name))]),
  });
  const headers: Record<string, string> = {
    accept: '*/*',
    'user-agent': `loadline/${version}`,
    ...(contentType === null ? {} : { 'content-type': contentType.value }),
    ...(auth?.kind === 'header' ? { authorization: auth.value } : {}),
    ...around.sharedHeaders,
    ...(contentType?.fixed === true ? { 'content-type': contentType.value } : {}),
    ...ownHeaders,
  };
  // An endpoint's own auth is meant for it more than the plan's header is.
  if (endpoint.auth && ownHeaders.authorization === undefined) {
    if (auth?.kind === 'header') headers.authorization = auth.value;
    else delete headers.authorization;
  }
  const authHere = endpoint.auth === undefined ? plan.auth : endpoint.auth;
  const written: Record<string, string> = { ...plan.headers, ...endpoint.headers };
  if (authHere?.kind === 'bearer') written.authorization ??= `Bearer ${authHere.token}`;
  for (const [name, text] of Object.entries(headers)) {
    const place = headerPlace(endpoint, name, at);
    // A form's or parts' own content-type stands in place of the plan's.
    const replaced = contentType?.fixed === true && name === 'content-type' && ownHeaders[name] === undefined;
    const asWritten = replaced ? undefined : written[name];
    if (asWritten !== undefined && !keepsPlaceholders(asWritten, text, names))
      report(hiddenPlaceholder(place));
    checkHeaderData(text, name, [...tables, ...flow.tables], place, report);
  }
  return {
    method: endpoint.method,
    path: resolvePath(endpoint, at, around),
    headers,
    ...body,
    bodyIsJson: isJson(endpoint.body, headers['content-type'] ?? ''),
    weight: endpoint.weight,
    timeoutMs: endpoint.timeoutMs,
    expect: endpoint.expect,
    tables,
    ...(flowNames.length === 0 ? {} : { flowNames }),
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

/** A text that is called JSON is filled as JSON is. */
function isJson(body: Body | null, contentType: string): boolean {
  if (body?.kind === 'json') return true;
  return (body === null || body.kind === 'text') && /[/+]json\b/i.test(contentType);
}
