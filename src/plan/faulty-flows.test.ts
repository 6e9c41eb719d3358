import { expect, test } from 'vitest';
import {
  faultsOfFlows,
  faultsOfSteps,
  faultsOfText,
  listOfSteps,
  request,
} from './testing/faults-of-text.ts';

const id = '{ request: POST /posts, extract: { id: json $.id } }';

test.each([
  [
    'unknown',
    ['- GET /posts/{id}'],
    [
      '5:7 flows[0].steps[0]: expected data for {id}, received no data. Hint: write request: GET /posts/{id} and below it data: { id: 1..100 }',
    ],
  ],
  [
    'extracted by a later step',
    ['- GET /posts/{id}', `- ${id}`],
    [
      '5:7 flows[0].steps[0]: expected data for {id}, received no data. Hint: flows[0].steps[1] extracts it too late: move that step before this one',
    ],
  ],
  [
    'extracted by the step itself',
    ['- request: GET /posts/{id}', '  extract: { id: json $.id }'],
    [
      '5:16 flows[0].steps[0].request: expected data for {id}, received no data. Hint: it is there from the next step on',
    ],
  ],
  [
    'extracted in one branch',
    ['- chance: 50%', `  then: [${id}]`, '- GET /posts/{id}'],
    [
      '7:7 flows[0].steps[1]: expected data for {id}, received no data. Hint: flows[0].steps[0].then[0] extracts it, but not on every way to here: extract it before, or on each way',
    ],
  ],
  [
    'extracted in a repeat that may be none',
    [`- { repeat: 0..2, steps: [${id}] }`, '- GET /posts/{id}'],
    [
      '6:7 flows[0].steps[1]: expected data for {id}, received no data. Hint: flows[0].steps[0].steps[0] extracts it, but not on every way to here: extract it before, or on each way',
    ],
  ],
  [
    'too late for a header',
    ['- { request: GET /, headers: { x-id: "{id}" } }', `- ${id}`],
    [
      '5:42 flows[0].steps[0].headers.x-id: expected a value for {id}, received none at this step. Hint: flows[0].steps[1] extracts it too late: move that step before this one',
    ],
  ],
  [
    'too late for a body',
    ['- { request: POST /, form: { id: "{id}" } }', `- ${id}`],
    [
      '5:32 flows[0].steps[0].form: expected a value for {id}, received none at this step. Hint: flows[0].steps[1] extracts it too late: move that step before this one',
    ],
  ],
  [
    'misspelt',
    [`- ${id}`, '- { request: "GET /{Id}" }'],
    [
      '6:18 flows[0].steps[1].request: expected data for {Id}, received data for id. Hint: did you mean "{id}"?',
    ],
  ],
  [
    'unknown to a condition',
    ['- { if: { role: admin }, then: [GET /] }'],
    [
      '5:15 flows[0].steps[0].if.role: expected a value of {role}, received no values. Hint: extract it from an earlier answer, or write it into data of the flow',
    ],
  ],
  [
    'extracted in both branches',
    ['- chance: 50%', `  then: [${id}]`, `  else: [${id}]`, '- GET /posts/{id}'],
    [],
  ],
  ['extracted in a repeat', [`- { repeat: 1..2, steps: [${id}] }`, '- GET /posts/{id}'], []],
  ['extracted before the branch too', [`- ${id}`, `- { chance: 1%, then: [${id}] }`, '- GET /{id}'], []],
])('a value: %s', (_, steps, faults) => {
  expect(faultsOfSteps(...steps)).toEqual(faults);
});

const place = 'a place such as json $.token, header x-token, cookie session, or regex id=(\\d+)';

test.each([
  ['a: $.token', [`5:39 flows[0].steps[0].extract.a: expected ${place}, received "$.token".`]],
  ['a: json', [`5:39 flows[0].steps[0].extract.a: expected ${place}, received "json".`]],
  [
    'a: json token',
    [
      "5:39 flows[0].steps[0].extract.a: expected a JSON path such as $.items[0].id, received expected '$', found 't', at character 1. Hint: write $.token",
    ],
  ],
  [
    'a: { json: "$[" }',
    [
      '5:47 flows[0].steps[0].extract.a.json: expected a JSON path such as $.items[0].id, received unclosed bracketed selection, at character 3.',
    ],
  ],
  [
    'a: regex id=(',
    [
      "5:39 flows[0].steps[0].extract.a: expected a regular expression, received unterminated group. Hint: JavaScript's syntax, without slashes around it",
    ],
  ],
  [
    'a: header x y',
    ['5:39 flows[0].steps[0].extract.a: expected a header name such as x-request-id, received "x y".'],
  ],
  [
    'a: { jsn: $.token }',
    [
      '5:41 flows[0].steps[0].extract.a.jsn: expected one of json, header, cookie, regex, default, received "jsn". Hint: did you mean "json"?',
    ],
  ],
  [
    'a: { json: $.a, header: b }',
    [
      '5:39 flows[0].steps[0].extract.a: expected one of json, header, cookie and regex, received json and header.',
    ],
  ],
  [
    'a: { default: x }',
    [
      '5:39 flows[0].steps[0].extract.a: expected one of json, header, cookie and regex, received none of them.',
    ],
  ],
  [
    '"a b": json $.a',
    ['5:36 flows[0].steps[0].extract["a b"]: expected a name of letters, digits, - and _, received "a b".'],
  ],
])('an extraction: %s', (text, faults) => {
  expect(faultsOfSteps(`- { request: GET /, extract: { ${text} } }`)).toEqual(faults);
});

test.each([
  ['no steps', ['  - name: buy'], [`4:5 flows[0].steps: expected ${listOfSteps}, received nothing.`]],
  [
    'a request in place of a flow',
    ['  - GET /posts'],
    ['4:5 flows[0]: expected an object with steps, received "GET /posts".'],
  ],
  [
    'an object',
    ['  buy: { steps: [GET /] }'],
    [
      '4:3 flows: expected a list of flows such as [{ name: buy, steps: [GET /posts] }], received an object with buy.',
    ],
  ],
  [
    'two of a name',
    ['  - { name: a, steps: [GET /] }', '  - { name: a, steps: [GET /x] }'],
    ['5:13 flows[1].name: expected a name of its own, received "a", as flows[0]. Hint: choose another name'],
  ],
  [
    'two requests of a name',
    ['  - steps: [{ request: GET /a, name: x }, { request: GET /b, name: x }]'],
    [
      '4:68 flows[0].steps[1].name: expected a name of its own, received "x", as flows[0].steps[0]. Hint: choose another name',
    ],
  ],
  [
    'unused data',
    ['  - data: { id: 1..9 }', '    steps: [GET /]'],
    [
      '4:13 flows[0].data.id: expected {id} in one of the steps, received none. Hint: write {id} where it belongs, or remove it',
    ],
  ],
  [
    'data that a step extracts',
    ['  - data: { id: 1..9 }', '    steps:', `      - { request: "GET /{id}", extract: { id: json $.id } }`],
    [
      '6:44 flows[0].steps[0].extract.id: expected a name that the flow\'s data hasn\'t, received "id". Hint: a pass begins with the data again: choose another name',
    ],
  ],
  [
    'a function in a text',
    ['  - { name: x, $script: flow(…), steps: [GET /] }'],
    ['4:16 flows[0].$script: expected one of name, weight, data, steps, received "$script".'],
  ],
])('a flow: %s', (_, lines, faults) => {
  expect(faultsOfFlows(...lines)).toEqual(faults);
});

test('a request of a flow may not take the name of one of the mix', () => {
  const text =
    'target: http://h\nload: { users: 1 }\nendpoints: [GET /a]\nflows:\n  - steps: [{ request: GET /b, name: GET /a }]\n';
  expect(faultsOfText(text)).toEqual([
    '5:38 flows[0].steps[0].name: expected a name of its own, received "GET /a", as endpoints[0]. Hint: choose another name',
  ]);
});

test('faults of one flow do not hide those of another', () => {
  expect(faultsOfFlows('  - steps: [5]', '  - steps: [GTE /]', '  - steps: ["GET /{id}"]')).toEqual([
    '4:13 flows[0].steps[0]: expected a request such as GET /posts, or an object with request, think, repeat, if or chance, received 5.',
    `5:13 flows[1].steps[0]: expected ${request}, received "GTE /". Hint: did you mean "GET"?`,
    '6:13 flows[2].steps[0]: expected data for {id}, received no data. Hint: write request: GET /{id} and below it data: { id: 1..100 }',
  ]);
});
