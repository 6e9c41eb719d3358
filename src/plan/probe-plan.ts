import { frozen, isKeyed } from './frozen-data.ts';
import type { Endpoint, EndpointProbe, ResolvedEndpoint, ResolvedPlan } from './plan.ts';
import { withParameter } from './query-parameter.ts';

/** Of what a scout saw (`record/scouting.ts`), what decides which probes an endpoint gets. */
export type ScoutedAnswer = {
  readonly status: number;
  readonly bodyBytes: number;
  readonly listLength: number | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly sizeParameters: Readonly<Record<string, number>>;
  /** Value of the first of them → length of the list. */
  readonly sizeLengths?: Readonly<Record<string, number>>;
};

/** Result sizes that are asked for. */
export const probedSizes = [1, 10, 50, 100] as const;

/** A path that no API serves; what it costs is what every request costs. */
const controlPath = '/.loadline-control';

/** Whatever a server says to that path without work of its own. Not 429 and not 5xx: those are troubles. */
const controlStatuses = [200, 201, 202, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410];

/** Endpoints that get variations; a plan of more is probed by its first ones. */
const mostVaried = 64;

type Pair = { readonly plan: Endpoint; readonly resolved: ResolvedEndpoint };

/**
 * The plan with what only probes request behind its own endpoints: controls, and of each endpoint that may be asked again
 * without harm (see {@link whyNotProbed}) the same key, conditional requests, requests over new connections, and lists of
 * several sizes. `scouted` is by endpoint's index; without an answer there are neither conditional requests nor sizes.
 */
export function withProbes(plan: ResolvedPlan, scouted: ReadonlyMap<number, ScoutedAnswer>): ResolvedPlan {
  const own: Pair[] = plan.endpoints.flatMap((resolved, index) => {
    const planned = plan.plan.endpoints[index];
    return planned === undefined ? [] : [{ plan: planned, resolved }];
  });
  const varied = own.flatMap((pair, index) =>
    whyNotProbed(pair.plan) === null ? [{ pair, index, answer: scouted.get(index) ?? null }] : [],
  );
  const probes = [
    ...controlsOf(plan, varied),
    ...varied
      .slice(0, mostVaried)
      .flatMap(({ pair, index, answer }) => [
        ...sameKey(pair, index),
        ...conditional(pair, index, answer),
        ...noReuse(plan, pair, index),
        ...sizes(pair, index, answer),
      ]),
    ...own.slice(0, mostVaried).flatMap((pair, index) => (mayRewrite(pair.plan) ? sameKey(pair, index) : [])),
  ];
  const names = new Set(own.map(({ plan: { name } }) => name));
  const named = probes.map(({ plan: endpoint, resolved }) => {
    let { name } = endpoint;
    for (let n = 2; names.has(name); n += 1) name = `${endpoint.name} (${n})`;
    names.add(name);
    return { plan: { ...endpoint, name }, resolved };
  });
  return {
    ...plan,
    plan: { ...plan.plan, endpoints: [...plan.plan.endpoints, ...named.map((probe) => probe.plan)] },
    endpoints: [...plan.endpoints, ...named.map((probe) => probe.resolved)],
  };
}

/** Null: it may be asked alone, and again. Else why not, in words. */
export function whyNotProbed({ method, flow, probe }: Endpoint): string | null {
  if (probe !== undefined) return 'it is a probe itself';
  if (flow !== undefined) return `the flow ${flow} fills it, so it cannot be asked alone`;
  if (method !== 'GET' && method !== 'HEAD') return `${method} may change data`;
  return null;
}

/** A write that names its row: only the probe of one row asks for it, and only where it is allowed. */
function mayRewrite({ method, flow }: Endpoint): boolean {
  return flow === undefined && (method === 'PUT' || method === 'PATCH' || method === 'POST');
}

type Varied = {
  readonly pair: Pair;
  readonly index: number;
  readonly answer: ScoutedAnswer | null;
};

function controlsOf(plan: ResolvedPlan, varied: readonly Varied[]): readonly Pair[] {
  const first = varied[0]?.pair.resolved ?? plan.endpoints[0];
  const control: Pair = {
    plan: {
      name: `GET ${controlPath}`,
      method: 'GET',
      path: controlPath,
      ...bare,
      timeoutMs: plan.plan.timeoutMs,
      expect: { status: controlStatuses, bodyContains: null },
      group: controlPath.slice(1),
      probe: { kind: 'control', of: null },
    },
    resolved: {
      method: 'GET',
      path: basePathOf(plan) + controlPath,
      headers: fixedHeaders(first),
      ...bodiless,
      timeoutMs: plan.plan.timeoutMs,
      expect: { status: controlStatuses, bodyContains: null },
      tables: [],
    },
  };
  const gets = varied.filter(
    ({ pair, answer }) =>
      pair.plan.method === 'GET' && pair.plan.body === null && (answer === null || answer.status < 300),
  );
  const weigh = ({ answer }: Varied) => answer?.bodyBytes ?? Number.POSITIVE_INFINITY;
  const lightest = gets.toSorted((a, b) => weigh(a) - weigh(b) || a.index - b.index)[0];
  if (lightest === undefined) return [control];
  const { pair, index } = lightest;
  const head = variation(pair, `HEAD ${pair.plan.path}`, { kind: 'control', of: index });
  return [
    control,
    {
      plan: { ...head.plan, method: 'HEAD', body: null },
      resolved: {
        ...head.resolved,
        method: 'HEAD',
        ...bodiless,
        headers: without(head.resolved.headers, 'content-type'),
        expect: { status: controlStatuses, bodyContains: null },
      },
    },
  ];
}

function sameKey(pair: Pair, index: number): readonly Pair[] {
  if (!isKeyed(pair.resolved)) return [];
  const probe = variation(pair, `${pair.plan.name} · same key`, { kind: 'same-key', of: index });
  return [{ ...probe, resolved: frozen(probe.resolved) }];
}

function conditional(pair: Pair, index: number, answer: ScoutedAnswer | null): readonly Pair[] {
  const headers = validatorsOf(answer);
  if (headers === null) return [];
  const probe = variation(pair, `${pair.plan.name} · conditional`, { kind: 'conditional', of: index });
  const expect = { status: [200, 304], bodyContains: null };
  return [
    {
      plan: { ...probe.plan, headers: { ...probe.plan.headers, ...headers }, expect },
      resolved: {
        ...frozen(probe.resolved),
        headers: { ...probe.resolved.headers, ...headers },
        expect,
      },
    },
  ];
}

/** RFC 9110 §13.1: the entity tag goes before the date. A validator that would be read as a placeholder is not sent. */
function validatorsOf(answer: ScoutedAnswer | null): Readonly<Record<string, string>> | null {
  if (answer === null || answer.status >= 300) return null;
  const { etag, lastModified } = answer;
  if (etag !== null && /^(W\/)?"[\x21\x23\x25-\x7a\x7c\x7e]*"$/.test(etag)) return { 'if-none-match': etag };
  if (lastModified !== null && /^[A-Za-z0-9,: +-]{1,64}$/.test(lastModified))
    return { 'if-modified-since': lastModified };
  return null;
}

/** HTTP/2 has no header for it, and a plan that never reuses connections has nothing to compare. */
function noReuse({ connection }: ResolvedPlan, pair: Pair, index: number): readonly Pair[] {
  if (connection?.http === 2 || connection?.policy.kind === 'per-request') return [];
  const probe = variation(pair, `${pair.plan.name} · new connection`, { kind: 'no-reuse', of: index });
  const headers = { connection: 'close' };
  return [
    {
      plan: { ...probe.plan, headers: { ...probe.plan.headers, ...headers } },
      resolved: { ...probe.resolved, headers: { ...probe.resolved.headers, ...headers } },
    },
  ];
}

function sizes(pair: Pair, index: number, answer: ScoutedAnswer | null): readonly Pair[] {
  const [parameter] = Object.keys(answer?.sizeParameters ?? {});
  if (parameter === undefined || answer?.listLength == null) return [];
  const expect = { status: pair.plan.expect.status, bodyContains: null };
  const { sizeLengths = {} } = answer;
  // A size that brings no more rows than the one before shows nothing.
  const telling = probedSizes.filter((size, i) => {
    const length = sizeLengths[String(size)];
    return i === 0 || length === undefined || length > (sizeLengths[String(probedSizes[i - 1])] ?? 0);
  });
  return telling.map((size) => {
    const probe = variation(pair, `${pair.plan.name} · ${parameter}=${size}`, {
      kind: 'size',
      of: index,
      parameter,
      size,
    });
    const path = withParameter(pair.resolved.path, parameter, size);
    return {
      plan: { ...probe.plan, query: { ...probe.plan.query, [parameter]: String(size) }, expect },
      resolved: { ...frozen(probe.resolved), path, expect },
    };
  });
}

/** A copy that belongs to nobody's promise. Rows are drawn at random: `unique` ones would be used up by probing. */
function variation({ plan, resolved }: Pair, name: string, probe: EndpointProbe): Pair {
  return {
    plan: { ...plan, name, weight: 1, sla: null, probe },
    resolved: {
      ...resolved,
      weight: 1,
      tables: resolved.tables.map(({ order: _order, per: _per, ...table }) => table),
    },
  };
}

/** `http://host/v1` → `/v1`; where the target stands in the environment, from an endpoint whose path is plain. */
function basePathOf({ plan, endpoints }: ResolvedPlan): string {
  if (URL.canParse(plan.target)) return new URL(plan.target).pathname.replace(/\/$/, '');
  for (const [index, { path }] of endpoints.entries()) {
    const written = plan.endpoints[index]?.path.split('?')[0] ?? '';
    const sent = path.split('?')[0] ?? '';
    if (sent.endsWith(written)) return sent.slice(0, sent.length - written.length);
  }
  return '';
}

/** What every request carries (who it is, its credentials), without what its own data fills or its body needs. */
function fixedHeaders(endpoint: ResolvedEndpoint | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(endpoint?.headers ?? {}).filter(
      ([name, value]) => name !== 'content-type' && !/\{[A-Za-z_]/.test(value),
    ),
  );
}

function without(headers: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([own]) => own !== name));
}

const bare = { query: {}, headers: {}, body: null, weight: 1, data: {}, sla: null } as const;

const bodiless = { body: null, bodyIsJson: false, weight: 1 } as const;
