import type { Endpoint, Plan } from '../../plan/plan.ts';
import type { SimulatedEndpoint, SimulationSpec } from './simulated-run.ts';

/** The plan that a simulated run pretends to have followed. */
export function simulatedPlan(spec: SimulationSpec): Plan {
  const think = spec.thinkTime ?? { minMs: 0, maxMs: 0 };
  const open = spec.stages.flatMap((stage) =>
    'ratePerSecond' in stage
      ? [{ ratePerSecond: stage.ratePerSecond, durationMs: stage.seconds * 1000 }]
      : [],
  );
  const closed = spec.stages.flatMap((stage) =>
    'users' in stage
      ? [{ users: stage.users, spawnRate: stage.spawnRate ?? stage.users, durationMs: stage.seconds * 1000 }]
      : [],
  );
  return {
    kind: 'plan',
    name: spec.name ?? 'simulated',
    target: 'http://127.0.0.1:3000',
    endpoints: spec.endpoints.map((endpoint) => planned(endpoint, spec.timeoutMs ?? 30_000)),
    load:
      open.length > 0
        ? { kind: 'open', stages: open, arrivals: 'poisson' }
        : {
            kind: 'closed',
            stages: closed,
            thinkTime: { kind: 'uniform', minMs: think.minMs, maxMs: think.maxMs },
          },
    readiness: {
      users: null,
      slaCompliance: null,
      errors: null,
      avgAt: null,
      linearThroughput: false,
      declared: {},
      ...spec.readiness,
    },
    tls: { verify: true, ca: null },
    headers: {},
    auth: null,
    timeoutMs: spec.timeoutMs ?? 30_000,
  };
}

function planned(endpoint: SimulatedEndpoint, timeoutMs: number): Endpoint {
  const words = endpoint.name.split(' ');
  const path = words[1] ?? `/${endpoint.name}`;
  return {
    name: endpoint.name,
    method: words.length > 1 ? (words[0] ?? 'GET') : 'GET',
    path,
    query: {},
    headers: {},
    body: null,
    weight: endpoint.weight ?? 1,
    data: {},
    sla: endpoint.sla ?? null,
    expect: { status: [], bodyContains: null },
    group: endpoint.group ?? path.split(/[/?]/)[1] ?? '',
    timeoutMs,
  };
}
