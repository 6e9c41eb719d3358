import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { type PlanOutcome, parsePlan } from './parse-plan.ts';

const folder = new URL('../../examples/', import.meta.url);

async function outcomeOf(file: string): Promise<PlanOutcome> {
  if (file.endsWith('.ts')) return await outcomeOfModule(file);
  const format = file.endsWith('.json') ? 'json' : 'yaml';
  return parsePlan(readFileSync(new URL(file, folder), 'utf8'), { file, format });
}

/** As Loadline itself reads it: in Node, not through the test runner. */
async function outcomeOfModule(file: string): Promise<PlanOutcome> {
  const url = (module: string) => JSON.stringify(new URL(module, import.meta.url).href);
  const script = `
    const { importPlan } = await import(${url('./load-plan.ts')});
    const { normalisePlan } = await import(${url('./parse-plan.ts')});
    const { value } = await importPlan(${JSON.stringify(fileURLToPath(new URL(file, folder)))});
    console.log(JSON.stringify(normalisePlan(value)));`;
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

/** Pieces of plans in the documents: what a piece leaves out is put beside it. */
const pieces = ['README.md', 'docs/plan.md'].flatMap((file) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  return [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, piece = '']) => [file, piece] as const);
});

test.each(pieces)('%s: a piece is a valid plan: %s', (file, piece) => {
  const text = [
    piece,
    ...(/^target:/m.test(piece) ? [] : ['target: http://127.0.0.1:1']),
    ...(/^(?:endpoints|flows):/m.test(piece) ? [] : ['endpoints: [GET /]']),
    ...(/^load:/m.test(piece) ? [] : ['load: { users: 1 }']),
  ].join('\n');
  const outcome = parsePlan(text, { file, format: 'yaml' });
  expect(outcome.state === 'faulty' ? formatFaults(outcome.faults) : '').toBe('');
});

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

test.each([
  [
    'flow.yaml',
    [
      ['GET /posts', null],
      ['GET /users/{userId}', 'read and write'],
      ['GET /posts?userId={userId}', 'read and write'],
      ['GET /posts/{id}', 'read and write'],
      ['POST /posts', 'read and write'],
      ['GET /posts/{created}', 'read and write'],
      ['GET /comments?postId={id}', 'read and write'],
    ],
  ],
  [
    'flow.ts',
    [
      ['GET /users/{userId}', 'read and write'],
      ['GET /posts?userId={userId}', 'read and write'],
      ['one post', 'read and write'],
      ['POST /posts', 'read and write'],
    ],
  ],
])('%s: its requests and their flow', async (file, requests) => {
  const outcome = await outcomeOf(file);
  const plan = outcome.state === 'valid' ? outcome.plan : null;
  expect(plan?.endpoints.map(({ name, flow }) => [name, flow ?? null])).toEqual(requests);
});
