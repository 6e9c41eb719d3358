import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { systemProgram } from '../stack/system-program.ts';
import { describeWithPrograms } from '../test-programs.ts';
import { prometheusConfig, type Target, targetGroups } from './prometheus-config.ts';

const rules = fileURLToPath(new URL('../../monitoring/rules/', import.meta.url));

function promtool(args: readonly string[], cwd = rules): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(systemProgram('promtool', 'prometheus'), args, {
    cwd,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

describeWithPrograms({ promtool: 'prometheus' }, 'what Prometheus is given', () => {
  test('rules that it takes', () => {
    expect(promtool(['check', 'rules', 'recording.yml', 'alerts.yml'])).toEqual({
      status: 0,
      said: expect.stringMatching(/SUCCESS: 14 rules found[\s\S]*SUCCESS: 15 rules found/),
    });
  });

  test.each(['recording.test.yml', 'alerts.test.yml'])('%s holds', (file) => {
    expect(promtool(['test', 'rules', file])).toEqual({
      status: 0,
      said: expect.stringContaining('SUCCESS'),
    });
  });

  test('a configuration that it takes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'loadline-promtool-'));
    writeFileSync(join(folder, 'prometheus.yml'), prometheusConfig({ address: '127.0.0.1:9090' }));
    expect(promtool(['check', 'config', '--syntax-only', 'prometheus.yml'], folder)).toMatchObject({
      status: 0,
    });
    rmSync(folder, { recursive: true });
  });

  test('the one of the containers', () => {
    expect(promtool(['check', 'config', '--syntax-only', '../../deploy/prometheus.yml'])).toMatchObject({
      status: 0,
    });
  });
});

test.each<[string, Target[], unknown]>([
  ['none', [], []],
  [
    'each with its name, scheme and path',
    [
      { name: 'api-1', url: 'http://127.0.0.1:3000/metrics' },
      { name: 'b"\n', url: 'https://127.0.0.1/x' },
    ],
    [
      {
        targets: ['127.0.0.1:3000'],
        labels: { instance: 'api-1', __scheme__: 'http', __metrics_path__: '/metrics' },
      },
      { targets: ['127.0.0.1'], labels: { instance: 'b"\n', __scheme__: 'https', __metrics_path__: '/x' } },
    ],
  ],
])('targets: %s', (_, targets, groups) => {
  expect(JSON.parse(targetGroups(targets))).toEqual(groups);
});
