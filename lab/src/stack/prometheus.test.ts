import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isObject } from '../document.ts';
import { queryPrometheus } from '../monitoring/prometheus-api.ts';
import { identify } from '../process-identity.ts';
import { describeWithPrograms } from '../test-programs.ts';
import { type Monitoring, startPrometheus } from './prometheus.ts';
import { notedProcesses, stackStateIn } from './state.ts';

describeWithPrograms({ prometheus: 'prometheus' }, 'Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-prometheus-'));
  const state = stackStateIn(folder);
  let monitoring: Monitoring;
  beforeAll(async () => {
    monitoring = await startPrometheus(state, { watched: { api: [], haproxy: [] } });
  });
  afterAll(async () => {
    await monitoring.stop();
    rmSync(folder, { recursive: true });
  });

  test('runs with every rule of the lab, and is noted on disk', async () => {
    expect(notedProcesses(folder)).toMatchObject([{ name: 'prometheus', ...identify(monitoring.pid) }]);
    const answer: unknown = await (await fetch(`${monitoring.url}/api/v1/rules`)).json();
    const groups = isObject(answer) && isObject(answer.data) ? answer.data.groups : undefined;
    const shown = Array.isArray(groups) ? groups.map((group) => `${group.name}: ${group.rules.length}`) : [];
    expect(shown.toSorted()).toEqual(['api: 11', 'balancer: 3', 'causes: 9', 'symptoms: 6']);
  });

  test('says that no instance is watched, then sees one that is added, under its name', async () => {
    const up = () => queryPrometheus(monitoring.url, 'up{job="api"}');
    expect(await up()).toEqual([]);
    // Prometheus exports metrics too: an exporter that is certainly there.
    monitoring.watch('api', [{ name: 'api-1', url: `${monitoring.url}/metrics` }]);
    const [seen] = await vi.waitUntil(async () => ((await up()).length > 0 ? up() : undefined), {
      timeout: 20_000,
      interval: 50,
    });
    expect(seen).toEqual({ labels: { __name__: 'up', job: 'api', instance: 'api-1' }, value: 1 });
  });

  test('a port that is taken: says so and leaves nothing running', async () => {
    const other = mkdtempSync(join(tmpdir(), 'loadline-prometheus-'));
    const port = Number(new URL(monitoring.url).port);
    await expect(
      startPrometheus(stackStateIn(other), { watched: { api: [], haproxy: [] }, port }),
    ).rejects.toMatchObject({ code: 'component-not-started' });
    expect(notedProcesses(other).map(({ pid }) => identify(pid))).toEqual([undefined]);
    rmSync(other, { recursive: true });
  });
});
