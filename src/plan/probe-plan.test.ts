import { describe, expect, it } from 'vitest';
import { parsePlan } from './parse-plan.ts';
import { PlanError, type ResolvedPlan } from './plan.ts';
import { type ScoutedAnswer, whyNotProbed, withProbes } from './probe-plan.ts';
import { withParameter } from './query-parameter.ts';
import { resolvePlan } from './resolve-plan.ts';

async function planFor(yaml: string, env: Record<string, string> = {}): Promise<ResolvedPlan> {
  const outcome = parsePlan(yaml, { file: 'test.yaml', format: 'yaml' });
  if (outcome.state === 'faulty') throw new PlanError(outcome.faults);
  const readFile = (): never => {
    throw new Error('this plan reads no files');
  };
  const resolution = await resolvePlan(outcome.plan, { env, readFile });
  if (resolution.state === 'faulty') throw new PlanError(resolution.faults);
  return resolution.resolved;
}

const answer: ScoutedAnswer = {
  status: 200,
  bodyBytes: 100,
  listLength: null,
  etag: null,
  lastModified: null,
  sizeParameters: {},
};

const shop = `
target: http://127.0.0.1:3000/v1
headers: { x-tenant: a }
auth: { bearer: '\${TOKEN}' }
endpoints:
  - GET /posts?sort=new
  - { request: 'GET /posts/{id}', data: { id: 5..9 }, sla: 100ms, weight: 4 }
  - { request: POST /posts, body: { a: 1 } }
  - { request: 'PUT /posts/{id}', body: { a: 1 }, data: { id: 1..9 } }
load: { users: 1, spawnRate: 1, duration: 1s }
`;

/** What is requested beside the plan's own. */
function probesOf({ plan, endpoints }: ResolvedPlan): readonly object[] {
  return plan.endpoints.flatMap((endpoint, index) => {
    const resolved = endpoints[index];
    if (endpoint.probe === undefined || resolved === undefined) return [];
    return [{ name: endpoint.name, method: resolved.method, path: resolved.path, probe: endpoint.probe }];
  });
}

describe('what only probes request', () => {
  it('comes behind the plan’s own endpoints, in both lists alike', async () => {
    const plan = await planFor(shop, { TOKEN: 'secret' });
    const probed = withProbes(
      plan,
      new Map([
        [0, { ...answer, listLength: 30, sizeParameters: { limit: 1 } }],
        [1, { ...answer, bodyBytes: 50, etag: 'W/"v"' }],
      ]),
    );
    expect(probed.endpoints.slice(0, 4)).toEqual(plan.endpoints);
    expect(probed.plan.endpoints.slice(0, 4)).toEqual(plan.plan.endpoints);
    expect(probed.endpoints.length).toBe(probed.plan.endpoints.length);
    const size = (n: number) => ({
      name: `GET /posts?sort=new · limit=${n}`,
      method: 'GET',
      path: `/v1/posts?sort=new&limit=${n}`,
      probe: { kind: 'size', of: 0, parameter: 'limit', size: n },
    });
    expect(probesOf(probed)).toEqual([
      {
        name: 'GET /.loadline-control',
        method: 'GET',
        path: '/v1/.loadline-control',
        probe: { kind: 'control', of: null },
      },
      { name: 'HEAD /posts/{id}', method: 'HEAD', path: '/v1/posts/{id}', probe: { kind: 'control', of: 1 } },
      {
        name: 'GET /posts?sort=new · new connection',
        method: 'GET',
        path: '/v1/posts?sort=new',
        probe: { kind: 'no-reuse', of: 0 },
      },
      size(1),
      size(10),
      size(50),
      size(100),
      {
        name: 'GET /posts/{id} · same key',
        method: 'GET',
        path: '/v1/posts/{id}',
        probe: { kind: 'same-key', of: 1 },
      },
      {
        name: 'GET /posts/{id} · conditional',
        method: 'GET',
        path: '/v1/posts/{id}',
        probe: { kind: 'conditional', of: 1 },
      },
      {
        name: 'GET /posts/{id} · new connection',
        method: 'GET',
        path: '/v1/posts/{id}',
        probe: { kind: 'no-reuse', of: 1 },
      },
      {
        name: 'PUT /posts/{id} · same key',
        method: 'PUT',
        path: '/v1/posts/{id}',
        probe: { kind: 'same-key', of: 3 },
      },
    ]);
  });

  it('carries the plan’s credentials to the engine, and none into the stored plan', async () => {
    const probed = withProbes(await planFor(shop, { TOKEN: 'secret' }), new Map());
    const control = probed.plan.endpoints.findIndex(({ probe }) => probe?.kind === 'control');
    expect(probed.endpoints[control]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'x-tenant': 'a',
    });
    expect(JSON.stringify(probed.plan)).not.toContain('secret');
  });

  it('freezes the first row, asks conditionally with the scouted validator, promises nothing', async () => {
    const probed = withProbes(
      await planFor(shop, { TOKEN: 'x' }),
      new Map([[1, { ...answer, lastModified: 'Tue, 10 Feb 2026 12:00:00 GMT' }]]),
    );
    const find = (kind: string) => probed.plan.endpoints.findIndex(({ probe }) => probe?.kind === kind);
    const [same, conditional, fresh] = [find('same-key'), find('conditional'), find('no-reuse')];
    const first = [{ kind: 'range', name: 'id', from: 5, to: 5 }];
    expect(probed.endpoints[same]?.tables).toEqual(first);
    expect(probed.endpoints[conditional]?.tables).toEqual(first);
    expect(probed.endpoints[conditional]?.headers['if-modified-since']).toBe('Tue, 10 Feb 2026 12:00:00 GMT');
    expect(probed.endpoints[conditional]?.expect.status).toEqual([200, 304]);
    expect(probed.endpoints[fresh]?.headers.connection).toBe('close');
    for (const index of [same, conditional, fresh]) {
      expect(probed.plan.endpoints[index]).toMatchObject({ sla: null, weight: 1 });
    }
  });

  it.each<[string, Partial<ScoutedAnswer>]>([
    ['no validator', {}],
    ['a validator that is no entity tag', { etag: 'v1' }],
    ['one that would be read as a placeholder', { etag: '"{id}"' }],
    ['one of the environment', { etag: '"${TOKEN}"' }],
    ['a date with another header in it', { lastModified: 'now\r\nx: y' }],
    ['an error', { status: 500, etag: '"v"' }],
  ])('has no conditional request for %s', async (_name, told) => {
    const probed = withProbes(await planFor(shop, { TOKEN: 'x' }), new Map([[1, { ...answer, ...told }]]));
    expect(probed.plan.endpoints.filter(({ probe }) => probe?.kind === 'conditional')).toEqual([]);
  });

  it('leaves out sizes that bring no more rows, and names that are taken', async () => {
    const plan = await planFor(`
target: http://127.0.0.1:3000
endpoints:
  - { request: GET /posts, name: GET /.loadline-control }
load: { users: 1, spawnRate: 1, duration: 1s }
`);
    const told = {
      ...answer,
      listLength: 8,
      sizeParameters: { size: 1 },
      sizeLengths: { 1: 1, 10: 8, 50: 8, 100: 8 },
    };
    const probed = withProbes(plan, new Map([[0, told]]));
    const sizes = probed.plan.endpoints.flatMap(({ probe }) => (probe?.kind === 'size' ? [probe.size] : []));
    expect(sizes).toEqual([1, 10]);
    expect(probed.plan.endpoints[1]?.name).toBe('GET /.loadline-control (2)');
  });

  it('never asks for what a flow fills or what changes data, and says so', async () => {
    const { plan } = await planFor(`
target: http://127.0.0.1:3000
endpoints:
  - GET /a
  - DELETE /a
flows:
  - { name: buy, steps: [GET /cart] }
load: { users: 1, spawnRate: 1, duration: 1s }
`);
    expect(plan.endpoints.map((endpoint) => whyNotProbed(endpoint))).toEqual([
      null,
      'DELETE may change data',
      'the flow buy fills it, so it cannot be asked alone',
    ]);
  });

  it.each([
    ['/a', '/a?n=5'],
    ['/a?b=1', '/a?b=1&n=5'],
    ['/a?n=20&b={id}', '/a?b={id}&n=5'],
    ['/a?nn=1', '/a?nn=1&n=5'],
  ])('sets a query parameter in %s', (path, expected) => {
    expect(withParameter(path, 'n', 5)).toBe(expected);
  });
});
