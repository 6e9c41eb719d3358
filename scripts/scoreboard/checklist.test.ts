import { expect, it } from 'vitest';
import type { Analysis, Cause } from '../../src/analyse/analysis.ts';
import { checklist, type Ladder, type ProcessorUse } from './checklist.ts';

type Seen = {
  readonly users: number;
  readonly rate: number;
  readonly p50?: number;
  readonly p95: number;
  readonly p99?: number;
  /** Of all requests. */
  readonly errors?: number;
  readonly status?: number;
  readonly averages?: readonly number[];
  readonly newConnections?: number;
  /** Median in the first and the last second. */
  readonly medians?: readonly [number, number];
};

function ladder(methods: readonly string[], ...seen: readonly Seen[]): Ladder {
  const stages = seen.map((one, index): Analysis['stages'][number] => ({
    stage: index + 1,
    users: one.users,
    askedRate: null,
    seconds: 5,
    count: 1000,
    failed: Math.round(1000 * (one.errors ?? 0)),
    rate: { value: one.rate, low: null, high: null },
    errors: one.errors ?? 0,
    errorsInterval: null,
    responseTime: { p50: one.p50 ?? one.p95 / 2, p95: one.p95, p99: one.p99 ?? one.p95 },
    inFlight: null,
    thinkTime: 0,
    validity: 'valid',
  }));
  const endpoints = methods.map((method, endpoint): Analysis['endpoints'][number] => ({
    name: `${method} /${endpoint}`,
    method,
    group: '',
    weight: 1,
    degradation: null,
    rank: 1,
    status: 'ok',
    statusBecause: '',
    stages: seen.map((one, index) => ({
      stage: index + 1,
      users: one.users,
      count: 100,
      rate: null,
      errors: 0,
      failed: 0,
      failures:
        endpoint === 0 && one.status !== undefined
          ? [{ kind: 'status', status: one.status, count: Math.round(1000 * (one.errors ?? 0)) }]
          : [],
      responseTime: { avg: one.averages?.[endpoint] ?? 10 },
      serviceTime: null,
      firstByte: null,
      responseTimeInterval: null,
      bytes: null,
      newConnections: one.newConnections ?? 0,
      connectTime: null,
    })),
  }));
  const timeline = seen.flatMap(({ medians = [10, 10] }, index) =>
    [medians[0], 10, medians[1]].map((p50, second) => ({
      ...{ stage: index + 1, second, phase: 'steady' as const, rate: 1, failed: 0, users: 1, inFlight: 1 },
      ...{ p50, p95: p50, p99: p50 },
    })),
  );
  return { stages, endpoints, timeline };
}

const get = ['GET', 'GET'];
const idle: ProcessorUse = { cores: 2, total: 0.3, busiestProcess: 0.3 };
const one = { users: 1, rate: 100, p95: 10 };

const rows: readonly (readonly [string, Ladder, ProcessorUse | null, readonly Cause[]])[] = [
  ['all is well', ladder(get, one, { users: 10, rate: 990, p95: 12 }), idle, []],
  ['nothing was measured', ladder(get), idle, []],
  [
    'p95 doubled, throughput stands',
    ladder(get, one, { users: 10, rate: 200, p95: 60 }),
    idle,
    ['connection-pool'],
  ],
  [
    'the same, all processors busy',
    ladder(get, one, { users: 10, rate: 200, p95: 60 }),
    { cores: 2, total: 1.7, busiestProcess: 0.9 },
    ['cpu-saturation', 'connection-pool'],
  ],
  [
    'the same, one of them',
    ladder(get, one, { users: 10, rate: 200, p95: 60 }),
    { cores: 2, total: 1, busiestProcess: 0.95 },
    ['single-threaded', 'connection-pool'],
  ],
  [
    '429',
    ladder(get, one, { users: 10, rate: 900, p95: 10, errors: 0.3, status: 429 }),
    null,
    ['rate-limit'],
  ],
  [
    '503',
    ladder(get, one, { users: 10, rate: 900, p95: 10, errors: 0.3, status: 503 }),
    null,
    ['load-shedding'],
  ],
  [
    '500',
    ladder(get, one, { users: 10, rate: 900, p95: 10, errors: 0.02, status: 500 }),
    null,
    ['errors-under-load'],
  ],
  [
    'throughput fell',
    ladder(get, one, { users: 10, rate: 800, p95: 12 }, { users: 50, rate: 600, p95: 18 }),
    idle,
    ['contention-collapse'],
  ],
  ['it became slower', ladder(get, { ...one, medians: [10, 20] }), idle, ['drift']],
  ['new connections', ladder(get, { ...one, newConnections: 0.9 }), idle, ['no-keep-alive']],
  ['a slow write', ladder(['GET', 'POST'], { ...one, averages: [10, 40] }), idle, ['slow-writes']],
  ['a slow read', ladder(get, { ...one, averages: [10, 300] }), idle, ['slow-dependency']],
  ['far outliers at a light load', ladder(get, { ...one, p50: 5, p99: 150 }), idle, ['periodic-stalls']],
];

it.each(rows)('%s', (_, seen, cpu, causes) => {
  const answer = checklist(seen, cpu);
  expect(answer.found.map(({ cause }) => cause)).toEqual(causes);
  expect(answer.verdict).toBe(causes.length > 0 ? 'found' : seen.stages.length === 0 ? 'unknown' : 'none');
});
