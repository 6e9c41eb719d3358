import { expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { parsePlan } from './parse-plan.ts';
import type { Plan } from './plan.ts';

function planOf(text: string): Plan {
  const outcome = parsePlan(`target: http://h\nload: { users: 1 }\n${text}`, { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(formatFaults(outcome.faults));
  return outcome.plan;
}

const requestStep = { kind: 'request', once: false, extract: {}, thinkTime: null };
const none = { otherwise: null };

test('a flow with everything in it', () => {
  const plan = planOf(`
endpoints: [GET /]
flows:
  - name: buy
    weight: 2
    data: { user: [ann, bob], password: [x] }
    steps:
      - request: POST /login
        once: true
        body: { user: "{user}", password: "{password}" }
        extract:
          token: json $.token
          csrf: header X-CSRF-Token
          sid: cookie session
          page: "regex id=(\\\\d+)"
          role: { json: $.role, default: none }
      - GET /posts
      - request: GET /posts/{page}
        name: one post
        headers: { authorization: "Bearer {token}" }
        sla: 300ms
        thinkTime: 1s..2s
      - think: 2s
      - repeat: 1..3
        steps: [GET /posts]
      - if: { role: [admin, 1.0], user: ann }
        then: [{ repeat: 2, steps: [{ think: { exponential: 1s } }] }]
      - chance: 30%
        then: [GET /a]
        else: [GET /b]
`);
  expect(plan.endpoints.map(({ name, flow, weight, group }) => [name, flow ?? null, weight, group])).toEqual([
    ['GET /', null, 1, '/'],
    ['POST /login', 'buy', 2, 'login'],
    ['buy: GET /posts', 'buy', 2, 'posts'],
    ['one post', 'buy', 2, 'posts'],
    ['buy: GET /posts (2)', 'buy', 2, 'posts'],
    ['GET /a', 'buy', 2, 'a'],
    ['GET /b', 'buy', 2, 'b'],
  ]);
  expect(plan.flows).toEqual([
    {
      name: 'buy',
      weight: 2,
      data: { user: { kind: 'list', values: ['ann', 'bob'] }, password: { kind: 'list', values: ['x'] } },
      steps: [
        {
          ...requestStep,
          endpoint: 1,
          once: true,
          extract: {
            token: { from: 'json', path: '$.token', ...none },
            csrf: { from: 'header', name: 'x-csrf-token', ...none },
            sid: { from: 'cookie', name: 'session', ...none },
            page: { from: 'regex', pattern: 'id=(\\d+)', ...none },
            role: { from: 'json', path: '$.role', otherwise: 'none' },
          },
        },
        { ...requestStep, endpoint: 2 },
        { ...requestStep, endpoint: 3, thinkTime: { kind: 'uniform', minMs: 1000, maxMs: 2000 } },
        { kind: 'think', thinkTime: { kind: 'uniform', minMs: 2000, maxMs: 2000 } },
        { kind: 'repeat', from: 1, to: 3, steps: [{ ...requestStep, endpoint: 4 }] },
        {
          kind: 'choose',
          when: { kind: 'values', values: { role: ['admin', '1.0'], user: ['ann'] } },
          steps: [
            {
              kind: 'repeat',
              from: 2,
              to: 2,
              steps: [{ kind: 'think', thinkTime: { kind: 'exponential', meanMs: 1000 } }],
            },
          ],
          otherwise: [],
        },
        {
          kind: 'choose',
          when: { kind: 'chance', share: 0.3 },
          steps: [{ ...requestStep, endpoint: 5 }],
          otherwise: [{ ...requestStep, endpoint: 6 }],
        },
      ],
    },
  ]);
});

test.each([
  ['once in the plan', 'flows: [{ steps: [GET /a] }]', ['GET /a']],
  ['in the mix too', 'endpoints: [GET /a]\nflows: [{ steps: [GET /a] }]', ['GET /a', 'flow 1: GET /a']],
  [
    'in two flows',
    'flows: [{ name: x, steps: [GET /a] }, { name: y, steps: [GET /a] }]',
    ['x: GET /a', 'y: GET /a'],
  ],
  ['twice in a flow', 'flows: [{ steps: [GET /a, get /a] }]', ['flow 1: GET /a', 'flow 1: GET /a (2)']],
  [
    'as a name that another chose',
    'flows: [{ steps: [{ request: GET /b, name: GET /a }, GET /a] }]',
    ['GET /a', 'flow 1: GET /a'],
  ],
])('a request line that stands %s', (_, text, names) => {
  expect(planOf(text).endpoints.map(({ name }) => name)).toEqual(names);
});

test('checks of an answer', () => {
  const plan = planOf(`
endpoints:
  - request: GET /
    expect:
      status: 200
      bodyContains: x
      json: { $.id: 1, $.name: [a, b], $.items: exists, $.list: [[1]], "$['a b']": null, $.o: { a: [] } }
      headers: { Content-Type: application/json, x-n: [1.0, 2], etag: exists }
      matches: <b>.*</b>
`);
  expect(plan.endpoints[0]?.expect).toEqual({
    status: [200],
    bodyContains: 'x',
    checks: [
      { place: { from: 'json', path: '$.id' }, equals: [1] },
      { place: { from: 'json', path: '$.name' }, equals: ['a', 'b'] },
      { place: { from: 'json', path: '$.items' }, equals: [] },
      { place: { from: 'json', path: '$.list' }, equals: [[1]] },
      { place: { from: 'json', path: "$['a b']" }, equals: [null] },
      { place: { from: 'json', path: '$.o' }, equals: [{ a: [] }] },
      { place: { from: 'header', name: 'content-type' }, equals: ['application/json'] },
      { place: { from: 'header', name: 'x-n' }, equals: ['1.0', '2'] },
      { place: { from: 'header', name: 'etag' }, equals: [] },
      { place: { from: 'regex', pattern: '<b>.*</b>' }, equals: [] },
    ],
  });
});

test('bodies of each kind', () => {
  const plan = planOf(`
endpoints:
  - { request: POST /1, form: { a: 1.0, b: "{id}" }, data: { id: 1..2 } }
  - request: POST /2
    multipart: { title: x, json: { text: "{}", type: application/json }, photo: { file: img/cat.png, type: image/png }, doc: { file: a, filename: b } }
  - { request: POST /3, bodyFile: payload.bin }
`);
  expect(plan.endpoints.map(({ body }) => body)).toEqual([
    { kind: 'form', fields: { a: '1.0', b: '{id}' } },
    {
      kind: 'multipart',
      parts: [
        { kind: 'text', name: 'title', contentType: null, value: 'x' },
        { kind: 'text', name: 'json', contentType: 'application/json', value: '{}' },
        { kind: 'file', name: 'photo', contentType: 'image/png', file: 'img/cat.png', fileName: 'cat.png' },
        { kind: 'file', name: 'doc', contentType: null, file: 'a', fileName: 'b' },
      ],
    },
    { kind: 'file', file: 'payload.bin' },
  ]);
});
