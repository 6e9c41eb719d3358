import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalisePlan, parsePlan } from './parse-plan.ts';
import type { Endpoint, Plan } from './plan.ts';
import { faultsOfText, planWith } from './testing/faults-of-text.ts';

function planOf(text: string, format: 'yaml' | 'json' = 'yaml'): Plan {
  const outcome = parsePlan(text, { file: 'plans/my api.yaml', format });
  if (outcome.state === 'faulty') throw new Error(JSON.stringify(outcome.faults));
  return outcome.plan;
}

function endpointOf(yaml: string): Endpoint | undefined {
  return planOf(planWith({ 3: yaml })).endpoints[0];
}

const defaults = {
  query: {},
  headers: {},
  body: null,
  weight: 1,
  data: {},
  sla: null,
  expect: { status: [], bodyContains: null },
  group: 'posts',
  timeoutMs: 30_000,
};

test('a plan with every usual part', () => {
  const text = `
target: http://127.0.0.1:3000
endpoints:
  - GET /posts                              # short form: weight 1, no SLA
  - request: GET /posts/{id}                # {id} is filled from data
    name: one post
    weight: 3
    data: { id: 1..100 }                    # a range, a list, or a CSV/JSON file
    sla: 300ms                              # short for { p95: 300ms }
  - request: POST /posts
    headers: { content-type: application/json }
    body: { title: "a title", userId: 1 }
    sla: { avg: 400ms, p95: 1000ms, errors: 0.1% }
    expect: { status: 201 }
load:                                       # closed model: concurrent users
  users: [10, 50, 100]
  spawnRate: [2, 5, 10]                     # users started per second
  duration: 60s                             # of each stage
  thinkTime: 1s..3s                         # uniform; 0 for none
# load: { rate: [50, 100, 200], arrivals: poisson, duration: 60s }   # open model: requests per second
readiness: { users: 200, slaCompliance: 95%, errors: 0.1%, avgAt: { users: 100, max: 300ms } }
`;
  expect(planOf(text)).toEqual({
    kind: 'plan',
    name: 'my api',
    target: 'http://127.0.0.1:3000',
    endpoints: [
      { ...defaults, name: 'GET /posts', method: 'GET', path: '/posts' },
      {
        ...defaults,
        name: 'one post',
        method: 'GET',
        path: '/posts/{id}',
        weight: 3,
        data: { id: { kind: 'range', from: 1, to: 100 } },
        sla: { times: { p95: 300 }, errors: null },
      },
      {
        ...defaults,
        name: 'POST /posts',
        method: 'POST',
        path: '/posts',
        headers: { 'content-type': 'application/json' },
        body: { kind: 'json', value: { title: 'a title', userId: 1 } },
        sla: { times: { avg: 400, p95: 1000 }, errors: 0.001 },
        expect: { status: [201], bodyContains: null },
      },
    ],
    load: {
      kind: 'closed',
      stages: [
        { users: 10, spawnRate: 2, durationMs: 60_000 },
        { users: 50, spawnRate: 5, durationMs: 60_000 },
        { users: 100, spawnRate: 10, durationMs: 60_000 },
      ],
      thinkTime: { kind: 'uniform', minMs: 1000, maxMs: 3000 },
    },
    readiness: {
      users: 200,
      slaCompliance: 0.95,
      errors: 0.001,
      avgAt: { users: 100, maxMs: 300 },
      linearThroughput: false,
      declared: {},
    },
    tls: { verify: true, ca: null },
    headers: {},
    auth: null,
    timeoutMs: 30_000,
  });
});

test.each([
  [
    '{ rate: [50, 100], duration: [1m, 30s] }',
    {
      kind: 'open',
      arrivals: 'poisson',
      stages: [
        { ratePerSecond: 50, durationMs: 60_000 },
        { ratePerSecond: 100, durationMs: 30_000 },
      ],
    },
  ],
  [
    '{ users: [1, 100], duration: 20s, thinkTime: 500ms }',
    {
      kind: 'closed',
      thinkTime: { kind: 'uniform', minMs: 500, maxMs: 500 },
      // A tenth of 20 s, at least 1 user/s.
      stages: [
        { users: 1, spawnRate: 1, durationMs: 20_000 },
        { users: 100, spawnRate: 50, durationMs: 20_000 },
      ],
    },
  ],
])('load: %s', (load, expected) => {
  expect(planOf(planWith({ 4: `load: ${load}` })).load).toEqual(expected);
});

test.each([
  ['1..9', { kind: 'range', from: 1, to: 9 }],
  ['[1, a]', { kind: 'list', values: [1, 'a'] }],
  ['[007, 1.0, 12345678901234567890]', { kind: 'list', values: ['007', '1.0', '12345678901234567890'] }],
  ['users.csv', { kind: 'file', format: 'csv', file: 'users.csv', column: 'id' }],
  ['a/users.csv:user id', { kind: 'file', format: 'csv', file: 'a/users.csv', column: 'user id' }],
  ['{ file: x.json, column: key }', { kind: 'file', format: 'json', file: 'x.json', column: 'key' }],
])('data: { id: %s }', (data, source) => {
  expect(endpointOf(`  - request: GET /posts/{id}\n    data: { id: ${data} }`)?.data.id).toEqual(source);
});

test.each([
  ['get /posts', { method: 'GET', path: '/posts', group: 'posts' }],
  ['GET /', { path: '/', group: '/' }],
  ['DELETE /albums/1/photos?a=1', { method: 'DELETE', path: '/albums/1/photos?a=1', group: 'albums' }],
  ['HEAD /a%20b', { path: '/a%20b', group: 'a%20b' }],
])('request %s', (line, expected) => {
  expect(endpointOf(`  - ${line}`)).toMatchObject(expected);
});

test('a header or query value is sent as it was written', () => {
  const endpoint = endpointOf(
    '  - request: GET /posts\n    headers: { Api-Version: 1.0, x-flag: true, x-id: 007 }\n    query: { a: 1e3 }',
  );
  expect(endpoint?.headers).toEqual({ 'api-version': '1.0', 'x-flag': 'true', 'x-id': '007' });
  expect(endpoint?.query).toEqual({ a: '1e3' });
});

test('variables stay unexpanded', () => {
  const plan = planOf(
    planWith({ 1: `target: "\${BASE_URL}/"`, 5: `auth: { basic: { user: me, password: "\${PASSWORD}" } }` }),
  );
  expect(plan.target).toBe(`\${BASE_URL}`);
  expect(plan.auth).toEqual({ kind: 'basic', user: 'me', password: `\${PASSWORD}` });
});

test.each([
  ['http://EXAMPLE.com:80/v1/', 'http://example.com/v1'],
  ['https://[::1]:8443', 'https://[::1]:8443'],
])('target %s', (written, target) => {
  expect(planOf(planWith({ 1: `target: ${written}` })).target).toBe(target);
});

test('anchors and merge keys serve for what is repeated, and faults stand where they were written', () => {
  const text = planWith({
    2: 'endpoints:\n  - { request: GET /a, name: a, expect: &e { status: 200 } }',
    3: '  - { request: GET /b, expect: { <<: *e, bodyContains: b } }',
  });
  expect(planOf(text).endpoints[1]?.expect).toEqual({ status: [200], bodyContains: 'b' });
  expect(faultsOfText(text.replace('200', '20'))).toEqual([
    '3:54 endpoints[0].expect.status: expected a whole number from 100 to 599, received 20.',
    '3:54 endpoints[1].expect.status: expected a whole number from 100 to 599, received 20.',
  ]);
});

test("an endpoint's own authentication, and none", () => {
  const text = planWith({
    3: `  - { request: GET /login, auth: none }\n  - { request: GET /me, auth: { bearer: "{token}" }, data: { token: [a, b] } }`,
    5: 'auth: { bearer: x }',
  });
  const [login, me] = planOf(text).endpoints;
  expect(login?.auth).toBe(null);
  expect(me?.auth).toEqual({ kind: 'bearer', token: '{token}' });
});

const json = { target: 'http://127.0.0.1:3000', endpoints: ['GET /posts'], load: { users: 10 } };

test('JSON means what YAML means', () => {
  expect(planOf(JSON.stringify(json, null, '\t'), 'json')).toEqual(planOf(planWith({})));
});

test.each([
  [
    '{\n  "target": 1,\n}',
    [
      '3:1: expected valid JSON, received expected double-quoted property name. Hint: remove the comma before it',
    ],
  ],
  [
    '{\n  // a comment\n}',
    ["2:3: expected valid JSON, received expected property name or '}'. Hint: JSON has no comments"],
  ],
  [
    '{ "target": "http://h", "target": "http://i" }',
    ['1:25 target: expected each key once, received "target". Hint: remove one of the two'],
  ],
  [
    JSON.stringify({ ...json, load: { users: '10' } }, null, 2),
    [
      '7:14 load.users: expected a number of users such as 10, or a list such as [10, 50, 100], received "10". Hint: write 10 without quotes',
    ],
  ],
])('faulty JSON %j', (text, faults) => {
  expect(faultsOfText(text, 'json')).toEqual(faults);
});

test.each([
  [
    'nothing',
    '',
    '1:1: expected valid YAML, received an empty file. Hint: "loadline init" writes a plan to start from',
  ],
  ['a text', 'hello', '1:1: expected a plan with target, endpoints and load, received "hello".'],
  [
    'a bomb of aliases',
    bomb(),
    '1:1: expected valid YAML, received Excessive alias count indicates a resource exhaustion attack. Hint: use fewer aliases, each after its anchor',
  ],
  [
    'brackets without end',
    '['.repeat(5_000),
    '1:1: expected valid YAML, received lists or objects nested too deeply. Hint: use fewer levels',
  ],
  [
    'five megabytes',
    `name: ${'x'.repeat(5_000_000)}`,
    ' expected a plan of at most 4194304 bytes, received a longer one. Hint: move its data to a CSV or JSON file',
  ],
])('%s is no plan', (_, text, fault) => {
  expect(faultsOfText(text).map((one) => one.replace(/^1:\d+:/, '1:1:'))).toEqual([fault]);
});

function bomb(): string {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
  for (const [one, next] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'])
    lines.push(`${next}: &${next} [${`*${one},`.repeat(9)}]`);
  return lines.join('\n');
}

test.each([
  ['a function', { ...json, name: () => 'x' }, ['name', 'plain data', 'a function']],
  [
    'a date',
    { ...json, headers: { date: new Date(0) } },
    ['headers.date', 'plain data', 'an instance of Date'],
  ],
  ['NaN', { ...json, load: { users: Number.NaN } }, ['load.users', 'a finite number', 'NaN']],
  [
    'a getter',
    {
      ...json,
      get name() {
        throw new Error('never called');
      },
    },
    ['name', 'plain data', 'a getter'],
  ],
  ['nothing', undefined, ['', 'a plan with target, endpoints and load', 'nothing']],
])('a value with %s is no plan', (_, value, [path, expected, received]) => {
  const outcome = normalisePlan(value);
  expect(outcome).toMatchObject({ state: 'faulty' });
  expect(outcome.state === 'faulty' && outcome.faults[0]).toEqual({
    path,
    expected,
    received,
    file: '',
    line: null,
    column: null,
    hint: null,
  });
});

test('any text is answered, never thrown at', () => {
  const fragments = [
    'target: http://h\n',
    'endpoints:\n',
    '  - GET /',
    '{id}',
    'load: { users: ',
    '[',
    '{',
    '}',
    '&a',
    '*a',
    '<<: ',
    '- ',
    '\t',
    '"',
    ': ',
    '\n',
    '${',
    '!!',
    '---',
    '__proto__',
  ];
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 3 })), { maxLength: 30 })
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, fc.constantFrom('yaml', 'json'), (given, format) => {
      const outcome = parsePlan(given, { file: 'p', format });
      if (outcome.state === 'faulty') expect(outcome.faults.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

test('any value is answered, never thrown at', () => {
  const part = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });
  const almost = fc.record({
    target: part,
    endpoints: fc.oneof(part, fc.array(part)),
    load: part,
    headers: part,
    auth: part,
  });
  fc.assert(
    fc.property(fc.oneof(part, almost), (value) => normalisePlan(value).state === 'faulty'),
    { numRuns: 200 },
  );
});
