import type { DataSource, Endpoint, Plan, ResolvedEndpoint } from '../../plan/plan.ts';
import { withProbes } from '../../plan/probe-plan.ts';
import type { Scouted } from '../../record/scouting.ts';
import { simulatedPlan } from './simulated-plan.ts';
import type { SimulatedSystem } from './simulated-system.ts';

/** Another machine (RFC 5737): how busy that is cannot be known, so that only what requests show can tell. */
const elsewhere = 'http://192.0.2.1:3000';

/** The plan that a session on this system follows: its endpoints, then those of the probes, as for a real target. */
export function sessionPlan(system: SimulatedSystem): Plan {
  const bare = simulatedPlan({
    name: system.name,
    stages: [],
    timeoutMs: system.timeoutMs ?? 30_000,
    endpoints: system.endpoints.map(({ name, weight = 1, sla = null }) => ({
      name,
      weight,
      sla,
      visits: [],
    })),
    ...(system.readiness ? { readiness: system.readiness } : {}),
  });
  const plan: Plan = {
    ...bare,
    target: elsewhere,
    endpoints: bare.endpoints.map((endpoint, index) => keyed(endpoint, system.endpoints[index]?.keys ?? 1)),
    load: {
      kind: 'closed',
      stages: [],
      thinkTime: system.thinkTime ?? { kind: 'uniform', minMs: 0, maxMs: 0 },
    },
  };
  const scouted = system.endpoints.map((_, index) => [index, scoutedOf(system, plan, index)] as const);
  const { target } = plan;
  const endpoints = plan.endpoints.map(resolved);
  return withProbes({ kind: 'resolved-plan', plan, target, endpoints, ca: null }, new Map(scouted)).plan;
}

/** What a scout would see of an endpoint of the plan. */
export function scoutedOf(system: SimulatedSystem, plan: Plan, index: number): Scouted {
  const probe = plan.endpoints[index]?.probe;
  const endpoint = probe === undefined ? system.endpoints[index] : undefined;
  const { list, validators, cacheControl, rowBytes = 200, bodiesDiffer = false } = endpoint ?? {};
  return {
    endpoint: index,
    status: probe !== undefined && probe.of === null ? 404 : 200,
    httpVersion: '1.1',
    bodyBytes: endpoint === undefined ? 0 : rowBytes * (list?.rows ?? 1),
    listLength: list?.rows ?? null,
    identicalBodies: !bodiesDiffer,
    etag: validators ? `W/"${index}"` : null,
    lastModified: null,
    cacheControl: cacheControl ?? null,
    age: null,
    server: null,
    contentEncoding: null,
    serverTiming: {},
    closes: system.keepAlive === false,
    retryAfter: null,
    sizeParameters: list && list.parameter !== null ? { [list.parameter]: 1 } : {},
  };
}

function keyed(endpoint: Endpoint, keys: number): Endpoint {
  if (keys <= 1) return endpoint;
  const id: DataSource = { kind: 'range', from: 1, to: keys };
  return { ...endpoint, path: `${endpoint.path}/{id}`, data: { id } };
}

function resolved({ method, path, data, weight, timeoutMs, expect }: Endpoint): ResolvedEndpoint {
  const tables = Object.entries(data).flatMap(([name, source]) =>
    source.kind === 'range' ? [{ kind: 'range' as const, name, from: source.from, to: source.to }] : [],
  );
  return { method, path, headers: {}, body: null, bodyIsJson: false, weight, timeoutMs, expect, tables };
}
