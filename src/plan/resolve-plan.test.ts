import { expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { parsePlanText } from './parse-plan.ts';
import type { ResolvedPlan } from './plan.ts';
import { resolvePlan } from './resolve-plan.ts';
import { planWith } from './testing/faults-of-text.ts';
import { version } from './version.ts';

const files: Readonly<Record<string, string>> = {
  'users.csv': '\ufeffid,name\n1,Ann\n2,"Bob, the ""elder"""\n\n',
  'short.csv': 'id,name\n1\n',
  'header.csv': 'id,name\n',
  'line.csv': 'id\n"a\nb"\n',
  'latin.csv': 'id\n\u00e9',
  'items.json': '[{"id":5,"tag":"x"},{"id":6,"tag":"y"}]',
  'words.json': '["a","b"]',
  'object.json': '{"id":5}',
  'nested.json': '[{"id":{"a":1}}]',
  'broken.json': '[1,',
  'ca.pem': '-----BEGIN CERTIFICATE-----\n',
};

async function readFile(file: string): Promise<Uint8Array> {
  const text = files[file];
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return Buffer.from(text, file === 'latin.csv' ? 'latin1' : 'utf8');
}

async function resolve(text: string, env: Readonly<Record<string, string>>) {
  const { outcome, origin } = parsePlanText(text, { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(formatFaults(outcome.faults));
  return await resolvePlan(outcome.plan, { env, readFile, origin });
}

async function resolved(lines: Readonly<Record<number, string>>, env = {}): Promise<ResolvedPlan> {
  const resolution = await resolve(planWith(lines), env);
  if (resolution.state === 'faulty') throw new Error(formatFaults(resolution.faults));
  return resolution.resolved;
}

const manifold = {
  1: `target: "\${BASE}/v1/"`,
  3: [
    '  - request: POST /posts/{id}?a=bü&d=%20{name}',
    '    data: { id: items.json, name: users.csv, n: 1..3 }',
    `    query: { "q q": "{name}&\${TOKEN}" }`,
    '    headers: { X-Name: "n {n}" }',
    `    body: { id: "{id}", text: "no. {id}", name: "{name}", other: "{other}", token: "\${TOKEN}" }`,
    '    timeout: 5s',
  ].join('\n'),
  5: `headers: { x-api: 1.0 }\nauth: { bearer: "\${TOKEN}" }\ntls: { ca: ca.pem }`,
};

test('a variable in a header may not look like a placeholder', async () => {
  const resolution = await resolve(planWith(manifold), { BASE: 'https://h', TOKEN: 'to/{id}' });
  const faults = resolution.state === 'faulty' ? formatFaults(resolution.faults) : '';
  expect(faults).toBe(
    'p:11:7 auth: expected a variable whose value has no {name} of data, received one that has. Hint: rename the data',
  );
});

test('everything that the engine needs', async () => {
  const good = await resolved(manifold, { BASE: 'https://api.example:8443', TOKEN: 'to/{x}"' });
  expect(good.target).toBe('https://api.example:8443');
  expect(good.plan.target).toBe(`\${BASE}/v1`);
  expect(good.ca).toBe(files['ca.pem']);
  expect(good.endpoints).toEqual([
    {
      method: 'POST',
      path: '/v1/posts/{id}?a=b%C3%BC&d=%20{name}&q%20q={name}%26to%2F%7Bx%7D%22',
      headers: {
        accept: '*/*',
        'user-agent': `loadline/${version}`,
        'content-type': 'application/json',
        authorization: 'Bearer to/{x}"',
        'x-api': '1.0',
        'x-name': 'n {n}',
      },
      body: '{"id":{id},"text":"no. {id}","name":"{name}","other":"{other}","token":"to/\\u007bx}\\""}',
      bodyIsJson: true,
      weight: 1,
      timeoutMs: 5_000,
      expect: { status: [], bodyContains: null },
      tables: [
        { kind: 'range', name: 'n', from: 1, to: 3 },
        { kind: 'rows', names: ['id'], rows: [['5'], ['6']] },
        { kind: 'rows', names: ['name'], rows: [['Ann'], ['Bob, the "elder"']] },
      ],
    },
  ]);
});

test('no variable stands in the plan that is stored', async () => {
  const { plan } = await resolved(
    { 1: `target: "\${BASE}"`, 5: `auth: { basic: { user: me, password: "\${PASSWORD}" } }` },
    { BASE: 'http://h', PASSWORD: 'very secret' },
  );
  expect(JSON.stringify(plan)).not.toContain('very secret');
});

test.each([
  ['auth: { basic: { user: me, password: "p:w" } }', { authorization: `Basic ${btoa('me:p:w')}` }],
  ['headers: { accept: text/html, user-agent: me }', { accept: 'text/html', 'user-agent': 'me' }],
])('headers: %s', async (line, expected) => {
  const plan = await resolved({ 5: line });
  expect(plan.endpoints[0]?.headers).toMatchObject(expected);
});

test("an endpoint's own authentication wins, none sends none", async () => {
  const plan = await resolved({
    3: '  - { request: GET /a, auth: none }\n  - { request: GET /b, auth: { bearer: b } }\n  - GET /c',
    5: 'auth: { bearer: all }',
  });
  expect(plan.endpoints.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    'Bearer b',
    'Bearer all',
  ]);
});

test.each([
  ['the whole plan', '  - GET /a', 'auth: { digest: { user: me, password: "${PASSWORD}" } }'],
  ['one endpoint', '  - { request: GET /a, auth: { digest: { user: me, password: "${PASSWORD}" } } }', ''],
  [
    'one endpoint, in place of a header of the plan',
    '  - { request: GET /a, auth: { digest: { user: me, password: "${PASSWORD}" } } }',
    'headers: { authorization: Custom }',
  ],
])('digest authentication of %s sends nothing by itself', async (_, endpoint, line) => {
  const { endpoints, plan } = await resolved({ 3: endpoint, 5: line }, { PASSWORD: 'very: secret' });
  expect(endpoints[0]?.digest).toEqual({ user: 'me', password: 'very: secret' });
  expect(endpoints[0]?.headers).not.toHaveProperty('authorization');
  expect(JSON.stringify(plan)).not.toContain('very');
});

test("an endpoint's own authorization header is sent instead of the plan's digest", async () => {
  const { endpoints } = await resolved({
    3: '  - { request: GET /a, headers: { authorization: Custom } }\n  - { request: GET /b, auth: none }',
    5: 'auth: { digest: { user: me, password: x } }',
  });
  expect(endpoints.map(({ digest, headers }) => [digest, headers.authorization])).toEqual([
    [undefined, 'Custom'],
    [undefined, undefined],
  ]);
});

test('placeholders of one file take one table', async () => {
  const plan = await resolved({
    3: '  - { request: "GET /{id}/{who}", data: { id: users.csv, who: "users.csv:name" } }',
  });
  expect(plan.endpoints[0]?.tables).toEqual([
    {
      kind: 'rows',
      names: ['id', 'who'],
      rows: [
        ['1', 'Ann'],
        ['2', 'Bob, the "elder"'],
      ],
    },
  ]);
});

test.each([
  ['a range', '1..3', '{"v":{v}}'],
  ['a list of numbers', '[1, 2]', '{"v":{v}}'],
  ['a list of texts', '[1, a]', '{"v":"{v}"}'],
  ['a CSV file', 'users.csv:id', '{"v":"{v}"}'],
  ['a JSON file of numbers', 'items.json:id', '{"v":{v}}'],
  ['a JSON list of texts', 'words.json', '{"v":"{v}"}'],
])('a body whose string is just the placeholder of %s', async (_, data, body) => {
  const plan = await resolved({ 3: `  - { request: POST /x, data: { v: ${data} }, body: { v: "{v}" } }` });
  expect(plan.endpoints[0]?.body).toBe(body);
});

test.each([
  ['plain text', 'body: "a {v}"', { body: 'a {v}', bodyIsJson: false }, 'text/plain; charset=utf-8'],
  [
    'JSON written by hand',
    `body: '{"v":{v}}'\n    headers: { content-type: application/json }`,
    { body: '{"v":{v}}', bodyIsJson: true },
    'application/json',
  ],
])('a body of %s', async (_, lines, expected, type) => {
  const plan = await resolved({ 3: `  - request: POST /x\n    data: { v: 1..3 }\n    ${lines}` });
  expect(plan.endpoints[0]).toMatchObject({ ...expected, headers: { 'content-type': type } });
});

const withData = (data: string) => ({ 3: `  - request: GET /posts/{id}\n    data: { id: ${data} }` });

test.each([
  [
    'a missing variable',
    { 1: `target: "\${BASE}"` },
    [
      '1:9 target: expected the environment variable BASE, received no such variable. Hint: run it with BASE=… in front',
    ],
  ],
  [
    'missing variables, all at their places',
    { 5: `headers: { X-A: "\${A}", X-B: "\${TOKN}" }` },
    [
      '5:17 headers.x-a: expected the environment variable A, received no such variable. Hint: run it with A=… in front',
      `5:30 headers.x-b: expected the environment variable TOKN, received no such variable. Hint: did you mean "\${TOKEN}"?`,
    ],
  ],
  [
    'an empty variable',
    { 5: `auth: { bearer: "\${EMPTY}" }` },
    [
      '5:17 auth.bearer: expected the environment variable EMPTY, received an empty one. Hint: run it with EMPTY=… in front',
    ],
  ],
  [
    'a variable that is no URL',
    { 1: `target: "\${TOKEN}"` },
    [`1:9 target: expected a URL such as http://127.0.0.1:3000, received the value of "\${TOKEN}".`],
  ],
  [
    'a variable with a line break in a header',
    { 5: `headers: { x-a: "\${LINES}" }` },
    [
      '5:17 headers.x-a: expected printable Latin-1 characters on one line, received a variable with others. Hint: look for a line break at its end',
    ],
  ],
  [
    'a missing data file',
    withData('none.csv'),
    [
      '4:17 endpoints[0].data.id: expected a data file, received "none.csv": no such file. Hint: a file is looked for beside the plan\'s file',
    ],
  ],
  [
    'a missing column',
    withData('users.csv:nmae'),
    [
      '4:17 endpoints[0].data.id: expected a column "nmae" in users.csv, received columns id, name. Hint: did you mean "name"?',
    ],
  ],
  [
    'a CSV file with a short line',
    withData('short.csv'),
    [
      '4:17 endpoints[0].data.id: expected a CSV file with a header line in short.csv, received invalid Record Length: expect 2, got 1 on line 2. Hint: each line needs as many cells as the first',
    ],
  ],
  [
    'a CSV file without rows',
    withData('header.csv'),
    ['4:17 endpoints[0].data.id: expected at least one row in header.csv, received none.'],
  ],
  [
    'a file that is not UTF-8',
    withData('latin.csv'),
    [
      '4:17 endpoints[0].data.id: expected a file in UTF-8 in latin.csv, received another encoding. Hint: save it as UTF-8',
    ],
  ],
  [
    'a JSON file that is no list',
    withData('object.json'),
    ['4:17 endpoints[0].data.id: expected a JSON list in object.json, received an object with id.'],
  ],
  [
    'a JSON file of objects in objects',
    withData('nested.json'),
    [
      '4:17 endpoints[0].data.id: expected a text or number "id" in item 1 in nested.json, received an object with a. Hint: each item is a text, a number, or an object with that key',
    ],
  ],
  [
    'a broken JSON file',
    withData('broken.json'),
    [
      '4:17 endpoints[0].data.id: expected a JSON list in broken.json, received unexpected end of JSON input.',
    ],
  ],
  [
    'data that would start another header',
    { 3: '  - { request: GET /posts, data: { id: line.csv }, headers: { x-a: "{id}" } }' },
    [
      '3:68 endpoints[0].headers.x-a: expected printable Latin-1 characters for {id} in header x-a, received others in row 1 of its data.',
    ],
  ],
  [
    'certificates that are none',
    { 5: 'tls: { ca: users.csv }' },
    [
      '5:12 tls.ca: expected a file of PEM certificates, received "users.csv" without any. Hint: PEM starts with -----BEGIN CERTIFICATE-----',
    ],
  ],
])('%s', async (_, lines, faults) => {
  const resolution = await resolve(planWith(lines), { TOKEN: 'secret token', EMPTY: '', LINES: 'a\nb' });
  const found = resolution.state === 'faulty' ? formatFaults(resolution.faults).split('\n') : [];
  expect(found.map((line) => line.replace(/^p:/, ''))).toEqual(faults);
  expect(found.join()).not.toContain('secret token');
});
