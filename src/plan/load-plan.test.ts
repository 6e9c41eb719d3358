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
  write(
    'flows.ts',
    `import { definePlan, flow, type FlowUser } from 'loadline';
async function browse(user: FlowUser): Promise<void> { await user.get('/posts'); }
export default definePlan({
  target: 'http://h',
  endpoints: ['GET /posts'],
  flows: [
    { name: 'steps', steps: ['GET /a'] },
    flow(browse),
    flow(async (user) => { await user.think(1); }),
    flow(
      { name: 'buy', weight: 2, data: { user: ['ann'] }, requests: ['GET /posts', { request: 'GET /posts/{id}?u={user}', headers: { 'x-token': '{token}' }, body: '{no}', sla: '300ms' }] },
      async (user) => { await user.get('/posts/{id}?u={user}', { values: { id: 1, token: 'x' } }); },
    ),
  ],
  load: { users: 3 },
});
`,
  );
  write(
    'functions.ts',
    `import { flow } from 'loadline';
export default {
  target: () => 'http://h',
  flows: [
    flow({ name: 'x', steps: ['GET /'], weight: 0 } as object, async () => {}),
    { name: 'y', $script: 'flow(…)' },
    { name: 'z', steps: [{ request: 'GET /', check: () => true }] },
  ],
  load: { users: 1 },
};
`,
  );
  write(
    'no-function.ts',
    "import { flow } from 'loadline';\nexport default { flows: [flow({ name: 'x' } as never)] };\n",
  );
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

/** What a script prints as JSON: plans in TypeScript are read by Node itself, not through the test runner. */
async function inNode(body: string): Promise<unknown> {
  const module = new URL('./load-plan.ts', import.meta.url).href;
  const script = `
    const { loadPlan } = await import(${JSON.stringify(module)});
    const { formatFaults } = await import(${JSON.stringify(new URL('./format-faults.ts', import.meta.url).href)});
    const { flowFunction } = await import(${JSON.stringify(new URL('./flow-script.ts', import.meta.url).href)});
    const cwd = ${JSON.stringify(folder)};
    const load = (file) => loadPlan(file, { env: {}, cwd });
    const faults = (file) => load(file).then(() => '', (error) => formatFaults(error.faults));
    ${body}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

test('flows of a plan in TypeScript are steps or functions', async () => {
  const found = await inNode(`
    const { plan, flows, endpoints } = await load('flows.ts');
    const module = await import(cwd + '/flows.ts');
    console.log(JSON.stringify({
      endpoints: plan.endpoints.map(({ name, flow, weight }) => [name, flow ?? null, weight]),
      flows: plan.flows,
      scripts: flows.map(({ script }) => script),
      names: endpoints.map(({ flowNames }) => flowNames ?? null),
      functions: flows.map(({ script }) => script && typeof flowFunction(module.default.flows[script.index])),
    }));`);
  const file = path.join(folder, 'flows.ts');
  const list = { kind: 'list', values: ['ann'] };
  const step = { kind: 'request', endpoint: 1, once: false, extract: {}, thinkTime: null };
  expect(found).toEqual({
    endpoints: [
      ['GET /posts', null, 1],
      ['GET /a', 'steps', 1],
      ['buy: GET /posts', 'buy', 2],
      ['GET /posts/{id}?u={user}', 'buy', 2],
    ],
    flows: [
      { name: 'steps', weight: 1, data: {}, steps: [step] },
      { name: 'browse', weight: 1, data: {}, steps: [] },
      { name: 'flow 3', weight: 1, data: {}, steps: [] },
      { name: 'buy', weight: 2, data: { user: list }, steps: [] },
    ],
    scripts: [null, { file, index: 1 }, { file, index: 2 }, { file, index: 3 }],
    names: [null, null, ['user'], ['user', 'id', 'token']],
    functions: [null, 'function', 'function', 'function'],
  });
});

test('functions elsewhere, and flows that are none, are faults', async () => {
  const found = await inNode(`
    console.log(JSON.stringify([await faults('functions.ts'), await faults('no-function.ts')]));`);
  const stepKeys =
    'request, name, data, sla, headers, query, body, form, multipart, bodyFile, expect, group, timeout, auth, once, extract, thinkTime';
  expect(found).toEqual([
    [
      'functions.ts target: expected plain data, received a function.',
      'functions.ts flows[2].steps[0].check: expected plain data, received a function.',
      'functions.ts flows[1].$script: expected a flow of steps, or flow(async (user) => { … }), received neither.',
      'functions.ts target: expected a URL such as http://127.0.0.1:3000, received nothing. Hint: write target: http://127.0.0.1:3000',
      'functions.ts flows[0].weight: expected a number above 0, at most 1000000, received 0.',
      'functions.ts flows[0].steps: expected one of name, weight, data, requests, received "steps".',
      `functions.ts flows[2].steps[0].check: expected one of ${stepKeys}, received "check".`,
    ].join('\n'),
    'no-function.ts: expected a module with export default definePlan({ … }), received flow needs a function: flow(async (user) => { … }).',
  ]);
});
