import { afterAll, describe, expect, it } from 'vitest';
import { loadOf, type Told } from '../servers/load-of.ts';
import { missing } from '../servers/server-program.ts';
import { committed, configOf } from './draft.ts';
import { quickQuery, type Route, type ServerConfig, type Step } from './server-config.ts';
import { type StartedServer, startServer } from './start-server.ts';

const skipped = missing('python3');
const started = new Set<StartedServer>();
afterAll(async () => {
  for (const server of started) await server.stop();
});

const users = 8;
const query = committed(20);
const wait: Step = { do: 'query', query };
const compute: Step = { do: 'compute', ms: 0.1 };

function route(steps: readonly Step[], more: Partial<Route> = {}): Route {
  return { method: 'GET', path: '/one', steps, rowBytes: 20, rows: null, cached: false, ...more };
}

function config(
  stack: ServerConfig['stack'],
  steps: readonly Step[],
  differs: Partial<ServerConfig> = {},
  more: Partial<Route> = {},
): ServerConfig {
  const routes = [route(steps, more)];
  return configOf({ stack, causes: [], serve: () => ({ routes }) }, { routes, ...differs });
}

/** Half a second of eight users. */
async function carriedBy(one: ServerConfig, endpoint = 'GET /one'): Promise<Told> {
  const server = await startServer(one);
  started.add(server);
  try {
    return await loadOf(Number(new URL(server.url).port), endpoint, users);
  } finally {
    await server.stop();
    started.delete(server);
  }
}

type Row = readonly [
  name: string,
  faulty: ServerConfig,
  remedied: ServerConfig,
  options?: { readonly endpoint: string },
];

/** Taking the fault away carries at least half as much again; what is expected is three times and more. */
const rows: readonly Row[] = [
  ['node: a pool of 2', config('node', [wait], { pool: 2 }), config('node', [wait])],
  ['threads: a pool of 2', config('threads', [wait], { pool: 2 }), config('threads', [wait])],
  [
    'node: computation on the event loop',
    config('node', [{ do: 'compute', ms: 10 }]),
    config('node', [{ do: 'compute', ms: 1 }]),
  ],
  [
    'asyncio: computation on the event loop',
    config('asyncio', [{ do: 'compute', ms: 10 }]),
    config('asyncio', [{ do: 'compute', ms: 1 }]),
  ],
  ['node: a blocking wait', config('node', [{ do: 'blocking-query', query }]), config('node', [wait])],
  [
    'asyncio: a blocking wait',
    config('asyncio', [{ do: 'blocking-query', query }]),
    config('asyncio', [{ do: 'blocking-query', query: quickQuery }]),
  ],
  ['node: a lock', config('node', [{ do: 'locked', per: 'server', steps: [wait] }]), config('node', [wait])],
  [
    'threads: a lock for each key, one key asked for',
    config('threads', [{ do: 'locked', per: 'key', steps: [wait] }], {}, { path: '/one/{id}' }),
    config('threads', [wait], {}, { path: '/one/{id}' }),
    { endpoint: 'GET /one/7' },
  ],
  [
    'threads: processors',
    config('threads', [{ do: 'compute-aside', ms: 20 }]),
    config('threads', [{ do: 'compute-aside', ms: 1 }]),
  ],
  [
    'node: a rate limit',
    config('node', [compute], { limit: { kind: 'rate', perSecond: 30, burst: 3, status: 429 } }),
    config('node', [compute]),
  ],
  [
    'asyncio: a rate limit',
    config('asyncio', [compute], { limit: { kind: 'rate', perSecond: 30, burst: 3, status: 503 } }),
    config('asyncio', [compute]),
  ],
  [
    'threads: shedding',
    config('threads', [wait], { limit: { kind: 'in-flight', most: 2 } }),
    config('threads', [wait]),
  ],
  [
    'node: slow writes',
    config('node', [{ do: 'flush', times: 30 }], {}, { method: 'POST' }),
    config('node', [], {}, { method: 'POST' }),
    { endpoint: 'POST /one' },
  ],
  [
    'threads: a query a row',
    config('threads', [{ do: 'query-each-row', query: quickQuery }], {}, { rows: 60 }),
    config('threads', [{ do: 'query', query: quickQuery }], {}, { rows: 60 }),
  ],
  [
    'node: a late dependency',
    config('node', [{ do: 'query', query: { ...quickQuery, lateMs: 150 } }]),
    config('node', [{ do: 'query', query: { ...quickQuery, lateMs: 2 } }]),
  ],
  [
    'node: a list that grows and is searched',
    config('node', [{ do: 'grow-and-scan', entries: 3000 }]),
    config('node', [{ do: 'grow-and-scan', entries: 0 }]),
  ],
  [
    'node: versions that collide',
    config('node', [{ do: 'optimistic', steps: [{ do: 'compute', ms: 1 }, wait] }]),
    config('node', [{ do: 'compute', ms: 1 }, wait]),
  ],
  [
    'node: a report between the answers',
    config('node', [compute], { stall: { everyMs: 40, ms: 150 } }),
    config('node', [compute]),
  ],
  [
    'node: a backing process that takes 2 connections',
    config('node', [wait], { backingConnections: 2 }),
    config('node', [wait]),
  ],
  ["threads: Nagle's algorithm", config('threads', [compute], { nagle: true }), config('threads', [compute])],
  [
    'node: one slow instance of two',
    config('node', [{ do: 'compute', ms: 1 }], { unevenInstances: { count: 2, slower: 30 } }),
    config('node', [{ do: 'compute', ms: 1 }], { unevenInstances: { count: 2, slower: 1 } }),
  ],
];

describe.skipIf(skipped !== '')(`the servers have the bottleneck that is planted${skipped}`, () => {
  it.each(
    rows.map(([name, faulty, remedied, options]) => ({
      name,
      faulty,
      remedied,
      endpoint: options?.endpoint,
    })),
  )('$name', async ({ faulty, remedied, endpoint }) => {
    const before = await carriedBy(faulty, endpoint);
    const after = await carriedBy(remedied, endpoint);
    expect(after.outcomes).toEqual({ ok: expect.any(Number) });
    expect((after.outcomes.ok ?? 0) / (before.outcomes.ok ?? 1)).toBeGreaterThan(1.5);
  });
});

const row = (id: number) => ({ id, text: 'x'.repeat(20) });

describe.skipIf(skipped !== '')(`what can be seen of them at once${skipped}`, () => {
  const stacks = ['node', 'threads', 'asyncio'] as const;

  it.each(stacks)('%s: connections are kept, or none', async (stack) => {
    const kept = await carriedBy(config(stack, [compute]));
    const closed = await carriedBy(config(stack, [compute], { keepAlive: false }));
    expect([kept.connections, kept.serverCloses]).toEqual([users, 0]);
    expect([closed.connections, closed.serverCloses]).toEqual([closed.outcomes.ok, closed.outcomes.ok]);
  });

  it.each(stacks)('%s: refusals have their status', async (stack) => {
    const { requests } = await carriedBy(
      config(stack, [compute], { limit: { kind: 'rate', perSecond: 20, burst: 1, status: 429 } }),
    );
    expect(Object.keys(requests).sort()).toEqual(['GET /one 200', 'GET /one 429']);
  });

  it.each(stacks)('%s: a kept answer has validators and an age; others have none', async (stack) => {
    const server = await startServer({
      ...config(stack, []),
      routes: [route([], { path: '/kept', cached: true }), route([], { rows: 3 })],
    });
    started.add(server);
    try {
      const first = await fetch(`${server.url}/kept`);
      const etag = first.headers.get('etag') ?? '';
      const again = await fetch(`${server.url}/kept`, { headers: { 'if-none-match': etag } });
      const list = await fetch(`${server.url}/one?limit=2`);
      expect([first.status, again.status, again.headers.get('age')]).toEqual([200, 304, '0']);
      expect([await list.json(), list.headers.get('etag')]).toEqual([[row(0), row(1)], null]);
      expect((await fetch(`${server.url}/absent`)).status).toBe(404);
    } finally {
      await server.stop();
      started.delete(server);
    }
  });
});
