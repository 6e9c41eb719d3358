import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { isObject } from '../document.ts';
import { type Lab, startLab } from '../lab.ts';
import { type Balancer, startHaproxy } from '../stack/haproxy.ts';
import { type Monitoring, startPrometheus } from '../stack/prometheus.ts';
import { stackStateIn } from '../stack/state.ts';
import { openTestDatabase } from '../test-database.ts';
import { describeWithPrograms } from '../test-programs.ts';
import { dashboards } from './dashboards.ts';
import { exportedMetrics } from './exported-metrics.ts';
import { queryPrometheus } from './prometheus-api.ts';
import { type Selector, selectorsOf } from './selectors.ts';

const monitoringFolder = fileURLToPath(new URL('../../monitoring/', import.meta.url));
const all = dashboards();

/** Every string under a key, however deep. */
function valuesAt(key: string, within: unknown): string[] {
  if (Array.isArray(within)) return within.flatMap((each) => valuesAt(key, each));
  if (!isObject(within)) return [];
  return Object.entries(within).flatMap(([name, value]) =>
    name === key && typeof value === 'string' ? [value] : valuesAt(key, value),
  );
}

const rules: readonly unknown[] = ['recording.yml', 'alerts.yml'].map((file) =>
  parse(readFileSync(join(monitoringFolder, 'rules', file), 'utf8')),
);
const recorded = valuesAt('record', rules);
const shown = Object.entries(all).flatMap(([name, dashboard]) =>
  valuesAt('expr', dashboard).map((expr) => [name, expr.replaceAll('$instance', '.*')] as const),
);

test('the files are those that the script writes: npm run dashboards -w lab', () => {
  const files = readdirSync(join(monitoringFolder, 'dashboards')).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(join(monitoringFolder, 'dashboards', file), 'utf8')),
  ]);
  expect(Object.fromEntries(files)).toEqual(JSON.parse(JSON.stringify(all)));
});

test.each<[string, Selector[]]>([
  ['up', [{ metric: 'up', labels: [] }]],
  [
    'sum by (a) (rate(b_total{c="d", e!~"f"}[1m])) / on (g) h > 3',
    [
      { metric: 'b_total', labels: ['c', 'e'] },
      { metric: 'h', labels: [] },
    ],
  ],
])('what %s reads', (expression, selectors) => {
  expect(selectorsOf(expression)).toEqual(selectors);
});

test.each(['sum(', 'rate(a[1m]', 'a b'])('%s is no PromQL', (expression) => {
  expect(() => selectorsOf(expression)).toThrow('no PromQL');
});

const database = await openTestDatabase();
afterAll(() => database?.stop());
const needed = { prometheus: 'prometheus', haproxy: 'haproxy' };

describeWithPrograms(needed, 'over a real API, HAProxy and Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-dashboards-'));
  let lab: Lab;
  let balancer: Balancer;
  let monitoring: Monitoring;

  beforeAll(async () => {
    const state = stackStateIn(folder);
    lab = await startLab({
      profile: 'tuned',
      switches: { cache: 'memory', pool: 2 },
      ...(database === undefined ? {} : { databaseUrl: database.url }),
    });
    balancer = await startHaproxy(state, {
      limits: { maxInFlight: 10, queueTimeoutMs: 1000, rateLimit: null, keepAlive: true },
      servers: [{ name: 'api-1', port: Number(new URL(lab.url).port) }],
      port: 0,
    });
    monitoring = await startPrometheus(state, {
      watched: {
        api: [{ name: 'api-1', url: `${lab.url}/metrics` }],
        haproxy: [{ name: 'haproxy', url: balancer.metricsUrl }],
      },
    });
  });
  afterAll(async () => {
    await monitoring.stop();
    await balancer.stop();
    await lab.stop();
    rmSync(folder, { recursive: true });
  });

  test('every query of the dashboards has something to show once there is traffic', async () => {
    let silent: readonly (readonly [string, string])[] = shown;
    const ask = async () => {
      for (const path of ['/posts', '/users/1', '/static/app.js']) await fetch(`${balancer.url}${path}`);
      await fetch(`${balancer.url}/posts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ title: 't', body: 'b', userId: 1 }),
      });
      const answers = await Promise.all(
        silent.map(async (each) =>
          (await queryPrometheus(monitoring.url, each[1])).length > 0 ? [] : [each],
        ),
      );
      silent = answers.flat();
      return silent.length === 0;
    };
    await vi.waitUntil(ask, { timeout: 30_000, interval: 200 }).catch(() => undefined);
    expect(silent).toEqual([]);
    expect(
      (await queryPrometheus(monitoring.url, 'up')).map(({ labels, value }) => [labels.instance, value]),
    ).toEqual(
      expect.arrayContaining([
        ['api-1', 1],
        ['haproxy', 1],
        ['prometheus', 1],
      ]),
    );
  });

  test('every metric and label of the rules, alerts and dashboards is exported or recorded', async () => {
    // After traffic: some are exported only once there was a collection of garbage.
    const read = async (url: string) => exportedMetrics(await (await fetch(url)).text());
    const exported = new Map([...(await read(`${lab.url}/metrics`)), ...(await read(balancer.metricsUrl))]);
    const unknown = [...valuesAt('expr', rules), ...shown.map(([, expr]) => expr)]
      .flatMap(selectorsOf)
      .filter(({ metric, labels }) => {
        if (recorded.includes(metric) || ['up', 'ALERTS'].includes(metric)) return false;
        const known = exported.get(metric);
        // Prometheus adds these two itself.
        return (
          known === undefined ||
          labels.some((each) => !known.has(each) && !['job', 'instance'].includes(each))
        );
      });
    expect(unknown).toEqual([]);
  });
});
