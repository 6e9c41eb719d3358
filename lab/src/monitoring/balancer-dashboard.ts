import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, graph } from './panels.ts';

/** HAProxy: who waits, who is refused, who serves. */
export function balancerDashboard(): Dashboard {
  return dashboard(
    'loadline-balancer',
    'Loadline lab: balancer',
    'HAProxy: who waits, who is refused, who serves',
  )
    .withPanel(
      graph({
        title: 'Answers by class',
        about: 'What clients got.',
        unit: 'reqps',
        lines: [['{{code}}', 'job_code:haproxy_http_responses:rate1m']],
      }),
    )
    .withPanel(
      graph({
        title: 'Refused by the balancer',
        about: '4xx: the rate limit. 5xx: the queue is full or timed out, or no server is up.',
        unit: 'reqps',
        lines: [['{{code}}', 'job_code:haproxy_refused:rate1m']],
      }),
    )
    .withPanel(
      graph({
        title: 'Queue',
        about: 'Requests that wait because every server is at its maxconn.',
        unit: 'short',
        lines: [['{{proxy}}', 'haproxy_backend_current_queue']],
      }),
    )
    .withPanel(
      graph({
        title: 'Time in the queue',
        about: "Mean of each server's last 1024 requests.",
        unit: 's',
        lines: [['{{server}}', 'haproxy_server_queue_time_average_seconds']],
      }),
    )
    .withPanel(
      graph({
        title: 'In flight by server',
        about: 'Level with each other, and at most maxconn.',
        unit: 'short',
        lines: [['{{server}}', 'haproxy_server_current_sessions']],
      }),
    )
    .withPanel(
      graph({
        title: 'Servers up',
        about: 'By their health checks; 0 is down, in maintenance or draining.',
        unit: 'short',
        limit: 1,
        isFloor: true,
        lines: [['{{server}}', 'haproxy_server_status{state="UP"}']],
      }),
    )
    .withPanel(
      graph({
        title: 'Static resources from the cache',
        about: "Share of look-ups that HAProxy's own cache answered.",
        unit: 'percentunit',
        lines: [
          [
            'hits',
            'sum(rate(haproxy_frontend_http_cache_hits_total[1m])) / (sum(rate(haproxy_frontend_http_cache_lookups_total[1m])) > 0)',
          ],
        ],
      }),
    )
    .withPanel(
      graph({
        title: 'Retries and redispatches',
        about: 'A request that one server refused went to another: clients saw nothing.',
        unit: 'short',
        lines: [
          ['retries', 'sum(rate(haproxy_backend_retry_warnings_total[1m]))'],
          ['redispatches', 'sum(rate(haproxy_backend_redispatch_warnings_total[1m]))'],
        ],
      }),
    )
    .build();
}
