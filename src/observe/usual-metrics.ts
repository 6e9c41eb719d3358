import type { MetricSelector } from '../plan/metric-selector.ts';
import type { TelemetryReading } from '../plan/plan.ts';

/** One way to make a reading of series. */
export type Recipe = {
  readonly of: MetricSelector;
  /** How several series become one figure. `busy`: of counters by mode, all but those of idleness; `distinct`: how many values the label has. */
  readonly by: 'sum' | 'max' | 'busy' | { readonly distinct: string };
  readonly factor: number;
};

/** Readings that are worst, not larger, with more series. */
const worst: readonly TelemetryReading[] = ['eventLoopDelayP99Ms', 'eventLoopUtilization'];

const usual = (
  reading: TelemetryReading,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Recipe => recipeOf(reading, { name, labels: new Map(Object.entries(labels)) });

/** The recipe of a metric that the plan names. */
export function recipeOf(reading: TelemetryReading, of: MetricSelector): Recipe {
  const inMs = reading.endsWith('Ms') && of.name.endsWith('_seconds');
  return { of, by: worst.includes(reading) ? 'max' : 'sum', factor: inMs ? 1000 : 1 };
}

/**
 * What the usual exporters call the readings; the first that is on the page counts. prom-client 15 (`nodejs_`,
 * `process_`), node_exporter (`node_`), postgres_exporter (`pg_`), HAProxy's own exporter (`haproxy_`), pools by
 * OpenTelemetry's conventions (`db_client_`), HikariCP, Go's database/sql collector.
 */
export const usualMetrics: Readonly<Record<TelemetryReading, readonly Recipe[]>> = {
  eventLoopDelayP99Ms: [
    usual('eventLoopDelayP99Ms', 'nodejs_eventloop_lag_p99_seconds'),
    usual('eventLoopDelayP99Ms', 'nodejs_eventloop_delay_p99_seconds'),
  ],
  eventLoopUtilization: [
    usual('eventLoopUtilization', 'nodejs_eventloop_utilization'),
    usual('eventLoopUtilization', 'nodejs_eventloop_utilization_ratio'),
  ],
  poolInUse: [
    usual('poolInUse', 'db_client_connections_usage', { state: 'used' }),
    usual('poolInUse', 'db_client_connection_count', { state: 'used' }),
    usual('poolInUse', 'hikaricp_connections_active'),
    usual('poolInUse', 'go_sql_in_use_connections'),
    usual('poolInUse', 'go_sql_stats_connections_in_use'),
  ],
  poolWaiting: [
    usual('poolWaiting', 'db_client_connections_pending_requests'),
    usual('poolWaiting', 'db_client_connection_pending_requests'),
    usual('poolWaiting', 'hikaricp_connections_pending'),
  ],
  poolSize: [
    usual('poolSize', 'db_client_connections_max'),
    usual('poolSize', 'db_client_connection_max'),
    usual('poolSize', 'hikaricp_connections_max'),
    usual('poolSize', 'go_sql_max_open_connections'),
    usual('poolSize', 'go_sql_stats_connections_max_open'),
  ],
  cpuSeconds: [
    usual('cpuSeconds', 'process_cpu_seconds_total'),
    { of: { name: 'node_cpu_seconds_total', labels: new Map() }, by: 'busy', factor: 1 },
  ],
  cpuCount: [
    { of: { name: 'node_cpu_seconds_total', labels: new Map() }, by: { distinct: 'cpu' }, factor: 1 },
  ],
  gcSeconds: [
    usual('gcSeconds', 'nodejs_gc_duration_seconds_sum'),
    usual('gcSeconds', 'jvm_gc_pause_seconds_sum'),
    usual('gcSeconds', 'jvm_gc_collection_seconds_sum'),
    usual('gcSeconds', 'go_gc_duration_seconds_sum'),
  ],
  rssBytes: [usual('rssBytes', 'process_resident_memory_bytes')],
  dbConnections: [
    usual('dbConnections', 'pg_stat_activity_count'),
    usual('dbConnections', 'pg_stat_database_numbackends'),
  ],
  queueLength: [
    usual('queueLength', 'haproxy_backend_current_queue'),
    usual('queueLength', 'haproxy_server_current_queue'),
  ],
  inFlight: [
    usual('inFlight', 'haproxy_frontend_current_sessions'),
    usual('inFlight', 'http_server_active_requests'),
    usual('inFlight', 'http_requests_in_flight'),
  ],
};
