import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { normalisePlan, type PlanOutcome, parsePlan } from './parse-plan.ts';

const folder = new URL('../../examples/', import.meta.url);

async function outcomeOf(file: string): Promise<PlanOutcome> {
  if (file.endsWith('.ts')) return normalisePlan(await defaultExportOf(file));
  const format = file.endsWith('.json') ? 'json' : 'yaml';
  return parsePlan(readFileSync(new URL(file, folder), 'utf8'), { file, format });
}

/** As Loadline itself reads it: in Node, not through the test runner. */
async function defaultExportOf(file: string): Promise<unknown> {
  const loader = new URL('./load-plan.ts', import.meta.url).href;
  const script = `
    const { importPlan } = await import(${JSON.stringify(loader)});
    console.log(JSON.stringify((await importPlan(${JSON.stringify(fileURLToPath(new URL(file, folder)))})).value));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

test.each(readdirSync(folder).filter((name) => /\.(?:ya?ml|json|ts)$/.test(name)))(
  '%s is a valid plan',
  async (file) => {
    const outcome = await outcomeOf(file);
    expect(outcome.state === 'faulty' ? formatFaults(outcome.faults) : '').toBe('');
  },
);

test('the reference: ten endpoints, eight of them with an SLA on the 95th percentile', async () => {
  const outcome = await outcomeOf('jsonplaceholder.yaml');
  const plan = outcome.state === 'valid' ? outcome.plan : null;
  expect(plan?.endpoints.map(({ name, sla, group }) => [name, sla?.times.p95 ?? null, group])).toEqual([
    ['GET /posts', 500, 'posts'],
    ['GET /posts/{id}', 300, 'posts'],
    ['GET /posts?userId={userId}', null, 'posts'],
    ['GET /comments', 400, 'comments'],
    ['GET /users', 500, 'users'],
    ['GET /users/{id}', 300, 'users'],
    ['GET /albums', 500, 'albums'],
    ['GET /photos?albumId={albumId}', null, 'photos'],
    ['POST /posts', 1000, 'posts'],
    ['PUT /posts/{id}', 800, 'posts'],
  ]);
  expect(plan?.load.stages).toEqual([
    { users: 10, spawnRate: 2, durationMs: 60_000 },
    { users: 50, spawnRate: 5, durationMs: 60_000 },
    { users: 100, spawnRate: 10, durationMs: 60_000 },
  ]);
});
