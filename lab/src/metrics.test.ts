import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createMemoryCache } from './memory-cache.ts';
import { createMetrics } from './metrics.ts';
import { countTraffic } from './traffic.ts';

const reading = { size: 4, inUse: 3, idle: 1, waiting: 0, exhausted: 7, waitedSeconds: 1.5, queries: 12 };
const pool = {
  hold: () => Promise.reject(new Error('not asked for here')),
  read: () => reading,
  prepared: () => [],
  stop: async () => undefined,
};

test('what is exported, with its values, the same at each reading', async () => {
  const cache = createMemoryCache<string>({ ttlMs: 1000, entriesPerTag: 10, nowMs: () => 0 });
  for (const key of ['a', 'a', 'b']) await cache.lookup('posts', key, async () => key);
  const metrics = createMetrics({ pool, cache, instance: 2 });
  metrics.observe({ method: 'GET', route: '/posts/:id', status: '200', seconds: 0.21 });
  metrics.observe({ method: 'GET', route: '/posts/:id', status: '200', seconds: 0.5 });
  await metrics.text();
  const lines = (await metrics.text()).split('\n');
  for (const line of [
    `lab_build_info{api="api-2",node="${process.version}"} 1`,
    'db_pool_connections{state="in_use"} 3',
    'db_pool_connections{state="idle"} 1',
    'db_pool_size 4',
    'db_pool_waiting 0',
    'db_pool_exhausted_total 7',
    'db_pool_wait_seconds_total 1.5',
    'db_statements_total 12',
    'cache_up 1',
    'cache_lookups_total{result="hit"} 1',
    'cache_lookups_total{result="miss"} 2',
    'cache_lookups_total{result="shared"} 0',
    'cache_lookups_total{result="bypass"} 0',
    'http_request_duration_seconds_bucket{le="0.2",method="GET",route="/posts/:id",status="200"} 0',
    'http_request_duration_seconds_bucket{le="0.3",method="GET",route="/posts/:id",status="200"} 1',
    'http_request_duration_seconds_bucket{le="0.5",method="GET",route="/posts/:id",status="200"} 2',
    'http_request_duration_seconds_count{method="GET",route="/posts/:id",status="200"} 2',
  ])
    expect(lines).toContain(line);
  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_cpu_seconds_total'])
    expect(lines.filter((line) => line.startsWith(`${name} `))).toHaveLength(1);
});

test('every request is told once, its route and status with it; those for readings are not', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/slow') return void request.once('close', () => response.destroy());
    if (request.url === '/named') traffic.name(request, '/:name');
    response.writeHead(request.url === '/named' ? 201 : 404).end();
  });
  const traffic = countTraffic(server, {
    uncounted: new Set(['/metrics']),
    onExchange: ({ method, route, status }) => seen.push(`${method} ${route} ${status}`),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  for (const path of ['/named', '/metrics', '/metrics?x=1', '/metrics2']) await fetch(url + path);
  const leaving = new AbortController();
  const left = fetch(`${url}/slow`, { signal: leaving.signal }).catch(() => 'left');
  while (traffic.read().requests.inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  leaving.abort();
  expect(await left).toBe('left');
  while (seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => server.close(resolve));
  expect(seen).toEqual(['GET /:name 201', 'GET (no route) 404', 'GET (no route) aborted']);
  expect(traffic.read().requests).toMatchObject({ total: 3, inFlight: 0, aborted: 1 });
});
