import { describe, expect, test } from 'vitest';
import type { Readings } from '../record/telemetry.ts';
import { MetricReader } from './metric-readings.ts';

const promClient = `# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
# TYPE process_cpu_seconds_total counter
process_cpu_user_seconds_total 4.1
process_cpu_seconds_total 5.25
process_resident_memory_bytes 73400320
nodejs_eventloop_lag_seconds 0.001
nodejs_eventloop_lag_p99_seconds 0.0125
nodejs_gc_duration_seconds_bucket{le="0.001",kind="minor"} 3
nodejs_gc_duration_seconds_sum{kind="minor"} 0.25
nodejs_gc_duration_seconds_sum{kind="major"} 0.5
my_used{pool="main"} 8
my_waiting{pool="main"} 3
`;

describe('readings of usual exporters', () => {
  const rows: readonly { name: string; page: string; is: Readings }[] = [
    {
      name: 'prom-client',
      page: promClient,
      is: { cpuSeconds: 5.25, rssBytes: 73400320, eventLoopDelayP99Ms: 12.5, gcSeconds: 0.75 },
    },
    {
      name: 'node_exporter, whose own process is not meant',
      page: [
        'process_cpu_seconds_total 99',
        'go_gc_duration_seconds_sum 9',
        'node_cpu_seconds_total{cpu="0",mode="idle"} 1000',
        'node_cpu_seconds_total{cpu="0",mode="user"} 40',
        'node_cpu_seconds_total{cpu="0",mode="iowait"} 7',
        'node_cpu_seconds_total{cpu="1",mode="system"} 2.5',
      ].join('\n'),
      is: { cpuSeconds: 42.5, cpuCount: 2 },
    },
    {
      name: 'postgres_exporter',
      page: [
        'process_cpu_seconds_total 99',
        'pg_stat_activity_count{datname="app",state="active"} 8',
        'pg_stat_activity_count{datname="app",state="idle"} 4',
      ].join('\n'),
      is: { dbConnections: 12 },
    },
    {
      name: 'HAProxy',
      page: 'haproxy_backend_current_queue{proxy="api"} 17\nhaproxy_frontend_current_sessions{proxy="in"} 40',
      is: { queueLength: 17, inFlight: 40 },
    },
    {
      name: 'of two pools the one with the longer line',
      page: [
        'hikaricp_connections_active{pool="a"} 1',
        'hikaricp_connections_max{pool="a"} 50',
        'hikaricp_connections_pending{pool="a"} 0',
        'hikaricp_connections_active{pool="b"} 10',
        'hikaricp_connections_max{pool="b"} 10',
        'hikaricp_connections_pending{pool="b"} 6',
      ].join('\n'),
      is: { poolInUse: 10, poolSize: 10, poolWaiting: 6 },
    },
    {
      name: 'used and idle places of a pool',
      page: 'db_client_connections_usage{state="used"} 3\ndb_client_connections_usage{state="idle"} 5\ndb_client_connections_max 8',
      is: { poolInUse: 3, poolSize: 8 },
    },
    {
      name: 'no figures',
      page: 'process_resident_memory_bytes NaN\nnodejs_eventloop_lag_p99_seconds -1',
      is: {},
    },
    { name: 'no metrics', page: '<!doctype html><p>process_cpu_seconds_total 5</p>', is: {} },
  ];
  test.each(rows)('$name', ({ page, is }) => {
    expect(new MetricReader({}).read(page)).toEqual(is);
  });
});

test("the plan's own names go before the usual ones", () => {
  const reader = new MetricReader({
    poolInUse: 'my_used{pool="main"}',
    poolWaiting: 'my_waiting',
    eventLoopDelayP99Ms: 'nodejs_eventloop_lag_seconds',
    cpuSeconds: 'process_cpu_user_seconds_total',
  });
  expect(reader.read(promClient)).toEqual({
    poolInUse: 8,
    poolWaiting: 3,
    eventLoopDelayP99Ms: 1,
    cpuSeconds: 4.1,
    rssBytes: 73400320,
    gcSeconds: 0.75,
  });
});
