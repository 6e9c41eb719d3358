import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRun } from '../../src/record/run-file.ts';
import { telemetryFailures, telemetryOf } from '../../src/record/telemetry.ts';
import { folder, loadline, runFiles } from './loadline.ts';

let dir = folder();
const target = createServer((request, response) => {
  if (request.url !== '/metrics') response.setHeader('server-timing', 'db;dur=1.5, app;dur=2').end('ok');
  else {
    const { user, system } = process.cpuUsage();
    response.end(`process_cpu_seconds_total ${(user + system) / 1e6}\nmy_used{pool="main"} 3\n`);
  }
});
let origin = '';
beforeEach(async () => {
  dir = folder();
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
});
afterEach(async () => {
  dir.remove();
  target.closeAllConnections();
  await new Promise((resolve) => target.close(resolve));
});

const plan = (observe: string): void =>
  writeFileSync(
    path.join(dir.path, 'plan.yaml'),
    `target: ${origin}\nendpoints: [GET /]\nload: { users: 2, duration: 3s, thinkTime: 20ms }\nobserve: ${observe}\n`,
  );

it('what the target tells of itself stands in the run file, within the run', async () => {
  plan(
    `{ prometheus: [{ url: '${origin}/metrics', metrics: { poolInUse: 'my_used{pool="main"}' } }, '${origin}/nothing'], process: ${process.pid}, serverTiming: true }`,
  );
  const { code, stderr } = await loadline(['run', 'plan.yaml', '--json', 'analysis.json'], dir.path);
  expect(stderr).not.toContain('Error');
  expect([0, 3]).toContain(code);
  const [file = ''] = runFiles(dir.path);
  const run = readRun(file);
  const told = telemetryOf(run);
  const pages = told.filter(({ source }) => source.kind === 'prometheus');
  expect(pages.length).toBeGreaterThanOrEqual(3);
  expect(pages.every(({ readings }) => readings.poolInUse === 3)).toBe(true);
  const seconds = pages.map(({ readings }) => readings.cpuSeconds ?? 0);
  expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
  expect(told.some(({ source, readings }) => source.kind === 'process' && (readings.rssBytes ?? 0) > 0)).toBe(
    process.platform === 'linux',
  );
  const timings = told.flatMap(({ serverTiming = {} }) => [serverTiming]).filter((one) => 'db' in one);
  expect(timings.length).toBeGreaterThanOrEqual(2);
  expect(timings[0]).toEqual({ db: 1.5, app: 2 });
  const [stage] = run.stages;
  expect(told.every(({ atMs }) => atMs >= 0 && atMs <= (stage?.endMs ?? 0) + 1000)).toBe(true);
  expect(telemetryFailures(run)).toEqual([
    { source: { kind: 'prometheus', index: 1 }, because: 'it holds no metric that Loadline knows' },
  ]);
  expect(run.plan.observe?.prometheus[1]?.url).toBe(`${origin}/nothing`);
}, 60_000);

it('metrics of another machine are asked only if the plan allows it', async () => {
  plan("{ prometheus: 'http://192.0.2.1:9100/metrics' }");
  const { code, stderr } = await loadline(['run', 'plan.yaml', '--quiet'], dir.path);
  expect(code).not.toBe(0);
  expect(stderr).toContain('http://192.0.2.1:9100 is not on this machine');
  expect(() => runFiles(dir.path)).toThrow();
}, 60_000);
