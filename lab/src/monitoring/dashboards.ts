import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { balancerDashboard } from './balancer-dashboard.ts';
import { dashboard, figure, graph } from './panels.ts';

/** The lab's dashboards, by the name of their file in lab/monitoring/dashboards. */
export function dashboards(): Readonly<Record<string, Dashboard>> {
  return { overview: overview(), instances: instances(), balancer: balancerDashboard() };
}

const own = '{job="api",instance=~"$instance"}';

/** What clients feel, and the checklist's figures. */
function overview(): Dashboard {
  return dashboard(
    'loadline-overview',
    'Loadline lab: overview',
    'What clients feel, beside the limits of the checklist',
  )
    .withPanel(
      figure({
        title: 'Requests',
        about: 'Answered by all instances.',
        unit: 'reqps',
        lines: [['', 'job:http_requests:rate1m']],
      }),
    )
    .withPanel(
      figure({
        title: 'Mean response time',
        about: 'Alert above 500 ms.',
        unit: 's',
        limit: 0.5,
        lines: [['', 'job:http_request_duration_seconds:mean1m']],
      }),
    )
    .withPanel(
      figure({
        title: 'Within 300 ms',
        about: 'The SLA asks for 95 %.',
        unit: 'percentunit',
        limit: 0.95,
        isFloor: true,
        lines: [['', 'job:http_requests_within_300ms:ratio_rate1m']],
      }),
    )
    .withPanel(
      figure({
        title: 'Failures',
        about: 'Share of 5xx; the limit is 0.1 %.',
        unit: 'percentunit',
        limit: 0.001,
        lines: [['', 'job:http_requests_failed:ratio_rate1m']],
      }),
    )
    .withPanel(
      figure({
        title: 'Instances up',
        about: 'API processes that answer Prometheus.',
        unit: 'short',
        limit: 1,
        isFloor: true,
        lines: [['', 'sum(up{job="api"})']],
      }),
    )
    .withPanel(
      figure({
        title: 'Alerts firing',
        about: 'Of every severity but info.',
        unit: 'short',
        limit: 1,
        lines: [['', 'count(ALERTS{alertstate="firing",severity!="info"}) or vector(0)']],
      }),
    )
    .withPanel(
      graph({
        title: 'Requests by endpoint',
        about: 'Flat while the load grows: the limit is reached.',
        unit: 'reqps',
        lines: [['{{method}} {{route}}', 'job_method_route:http_requests:rate1m']],
      }),
    )
    .withPanel(
      graph({
        title: 'p95 by endpoint',
        about: 'All of them up together: they share what is short. One alone: look at its own work.',
        unit: 's',
        limit: 0.5,
        lines: [['{{method}} {{route}}', 'job_method_route:http_request_duration_seconds:p95_1m']],
      }),
    )
    .withPanel(
      graph({
        title: 'Response time',
        about: 'Mean and p95 of all requests.',
        unit: 's',
        limit: 0.3,
        lines: [
          ['mean', 'job:http_request_duration_seconds:mean1m'],
          ['p95', 'job:http_request_duration_seconds:p95_1m'],
        ],
      }),
    )
    .build();
}

/** Inside the API processes: which resource is short. */
function instances(): Dashboard {
  return dashboard(
    'loadline-instances',
    'Loadline lab: instances',
    'Inside the API processes: which resource is short',
  )
    .withPanel(
      graph({
        title: 'Pool in use',
        about: 'At 1 every connection is held.',
        unit: 'percentunit',
        limit: 1,
        lines: [['{{instance}}', 'instance:db_pool_in_use:ratio{instance=~"$instance"}']],
      }),
    )
    .withPanel(
      graph({
        title: 'Waiting for a connection',
        about: 'Requests in the queue of the pool. Above 0 for long: the pool is the limit.',
        unit: 'short',
        limit: 1,
        lines: [['{{instance}}', `db_pool_waiting${own}`]],
      }),
    )
    .withPanel(
      graph({
        title: 'Pool exhausted',
        about: 'Times per second that a request found every connection held, and what it then waited.',
        unit: 'short',
        lines: [
          ['{{instance}} times/s', `rate(db_pool_exhausted_total${own}[1m])`],
          ['{{instance}} waiting s/s', `rate(db_pool_wait_seconds_total${own}[1m])`],
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Event loop delay',
        about: 'p99 since the last scrape. High: something computes on it, and every request waits.',
        unit: 's',
        limit: 0.1,
        lines: [['{{instance}}', `nodejs_eventloop_lag_p99_seconds${own}`]],
      }),
    )
    .withPanel(
      graph({
        title: 'Processor',
        about: 'Cores in use. JavaScript runs on one of them.',
        unit: 'short',
        limit: 0.9,
        lines: [['{{instance}}', 'instance:process_cpu_cores:rate1m{instance=~"$instance"}']],
      }),
    )
    .withPanel(
      graph({
        title: 'Garbage collection',
        about: 'Seconds per second by kind; major ones stop everything.',
        unit: 'percentunit',
        lines: [
          [
            '{{instance}} {{kind}}',
            `sum by (instance, kind) (rate(nodejs_gc_duration_seconds_sum${own}[1m]))`,
          ],
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Cache hits',
        about: 'Share of cached reads that cost the database nothing.',
        unit: 'percentunit',
        lines: [['all', 'job:cache_hits:ratio_rate1m']],
      }),
    )
    .withPanel(
      graph({
        title: 'Cached reads',
        about: 'By outcome; bypass: the cache was dead and the database answered.',
        unit: 'reqps',
        lines: [['{{result}}', `sum by (result) (rate(cache_lookups_total${own}[1m]))`]],
      }),
    )
    .withPanel(
      graph({
        title: 'Statements per request',
        about: 'Grows with the rows that are read: N+1.',
        unit: 'short',
        lines: [
          [
            'all',
            `sum(rate(db_statements_total${own}[1m])) / (sum(rate(http_request_duration_seconds_count${own}[1m])) > 0)`,
          ],
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Memory',
        about: 'Resident, and the JavaScript heap in use. A heap that only grows is a leak.',
        unit: 'bytes',
        lines: [
          ['{{instance}} resident', `process_resident_memory_bytes${own}`],
          ['{{instance}} heap', `nodejs_heap_size_used_bytes${own}`],
        ],
      }),
    )
    .build();
}
