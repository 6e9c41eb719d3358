import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { loadPlan } from './load-plan.ts';
import { PlanError } from './plan.ts';
import { planWith } from './testing/faults-of-text.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'loadline-plan-'));
  mkdirSync(path.join(folder, 'sub'));
  mkdirSync(path.join(folder, 'folder.yaml'));
  const write = (name: string, text: string | Buffer) => writeFileSync(path.join(folder, name), text);
  write('good.yaml', planWith({}));
  write('sub/data.yaml', planWith({ 3: '  - { request: "GET /{id}", data: { id: ids.csv } }' }));
  write('sub/ids.csv', 'id\n7\n');
  write('pipe-data.yaml', planWith({ 3: '  - { request: "GET /{id}", data: { id: pipe.csv } }' }));
  write('utf16.yaml', Buffer.from(`\ufeff${planWith({})}`, 'utf16le'));
  write('plan.txt', planWith({}));
  write('plan.json', '{"target":"http://h","endpoints":["GET /"],"load":{"rate":5}}');
  write('env.yaml', planWith({ 1: `target: "\${BASE}"` }));
  write(
    'typed.ts',
    "import { definePlan } from 'loadline';\nexport default definePlan({ target: 'http://h', endpoints: ['GET /'], load: { users: 3 as number } });\n",
  );
  write('wrong.ts', "export default { target: 'http://h', endpoints: ['GET /'], load: { users: 0 } };\n");
  write('no-default.mjs', 'export const plan = {};\n');
  write('throws.mjs', "throw new Error('not today');\n");
  write('huge.yaml', '');
  truncateSync(path.join(folder, 'huge.yaml'), 5_000_000);
  execFileSync('sh', [
    '-c',
    'mkfifo "$@"',
    'sh',
    path.join(folder, 'pipe.csv'),
    path.join(folder, 'pipe.yaml'),
  ]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function faultsOf(file: string, env = {}): Promise<string> {
  try {
    await loadPlan(file, { env, cwd: folder });
    return '';
  } catch (error) {
    if (error instanceof PlanError) return formatFaults(error.faults);
    throw error;
  }
}

test('a plan and its data beside it', async () => {
  const plan = await loadPlan('sub/data.yaml', { env: {}, cwd: folder });
  expect(plan.plan.name).toBe('data');
  expect(plan.endpoints[0]?.tables).toEqual([{ kind: 'rows', names: ['id'], rows: [['7']] }]);
});

test('a plan in JSON', async () => {
  const { plan } = await loadPlan(path.join(folder, 'plan.json'), { env: {}, cwd: '/' });
  expect(plan.load).toEqual({
    kind: 'open',
    arrivals: 'poisson',
    stages: [{ ratePerSecond: 5, durationMs: 60_000 }],
  });
});

test('the command line goes before the environment', async () => {
  expect(await faultsOf('env.yaml')).toContain('expected the environment variable BASE');
  const plan = await loadPlan('env.yaml', {
    env: {},
    cwd: folder,
    overrides: { target: 'http://other', users: [5] },
  });
  expect(plan.target).toBe('http://other');
  expect(plan.plan.load.stages).toMatchObject([{ users: 5 }]);
});

test.each([
  [
    'none.yaml',
    'none.yaml: expected a plan file, received no such file. Hint: "loadline init" writes a plan to start from',
  ],
  ['goood.yaml', 'goood.yaml: expected a plan file, received no such file. Hint: did you mean "good.yaml"?'],
  ['folder.yaml', 'folder.yaml: expected a plan file, received a folder. Hint: name a file in it'],
  ['pipe.yaml', 'pipe.yaml: expected a plan file, received not a regular file.'],
  [
    'huge.yaml',
    'huge.yaml: expected a plan file of at most 4194304 bytes, received a larger file. Hint: make it smaller: a sample of its data serves as well',
  ],
  [
    'plan.txt',
    'plan.txt: expected a file that ends in .yaml, .yml, .json or .ts, received "plan.txt". Hint: rename it',
  ],
  ['utf16.yaml', 'utf16.yaml: expected a file in UTF-8, received another encoding. Hint: save it as UTF-8'],
  [
    'pipe-data.yaml',
    'pipe-data.yaml:3:41 endpoints[0].data.id: expected a data file, received "pipe.csv": not a regular file.',
  ],
  [
    'no-default.mjs',
    'no-default.mjs: expected a module with export default definePlan({ … }), received no default export. Hint: write export default definePlan({ … })',
  ],
  ['throws.mjs', 'throws.mjs: expected a module with export default definePlan({ … }), received not today.'],
])('%s is refused', async (file, faults) => {
  expect(await faultsOf(file)).toBe(faults);
});

test('a plan in TypeScript, wherever it lies, may import loadline', async () => {
  const module = new URL('./load-plan.ts', import.meta.url).href;
  const script = `
    const { loadPlan } = await import(${JSON.stringify(module)});
    const cwd = ${JSON.stringify(folder)};
    const { plan } = await loadPlan('typed.ts', { env: {}, cwd });
    const faults = await loadPlan('wrong.ts', { env: {}, cwd }).catch((error) => error.faults);
    console.log(JSON.stringify([plan.name, plan.load.stages[0].users, faults]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect(JSON.parse(stdout)).toEqual([
    'typed',
    3,
    [
      {
        path: 'load.users',
        file: 'wrong.ts',
        line: null,
        column: null,
        expected: 'a whole number from 1 to 100000',
        received: '0',
        hint: null,
      },
    ],
  ]);
});
