import { expect, test } from 'vitest';
import { faultsOfText, planKeys, planWith, request } from './testing/faults-of-text.ts';

const wrongPlans = [
  {
    name: 'a misspelt key of the plan',
    lines: { 1: 'taget: http://127.0.0.1:3000' },
    faults: [`1:1 taget: expected one of ${planKeys}, received "taget". Hint: did you mean "target"?`],
  },
  {
    name: 'no target',
    lines: { 1: 'name: x' },
    faults: [
      '1:1 target: expected a URL such as http://127.0.0.1:3000, received nothing. Hint: write target: http://127.0.0.1:3000',
    ],
  },
  {
    name: 'a target without scheme',
    lines: { 1: 'target: localhost:3000' },
    faults: [
      '1:9 target: expected a URL such as http://127.0.0.1:3000, received "localhost:3000". Hint: write "http://localhost:3000"',
    ],
  },
  {
    name: 'a target of another scheme',
    lines: { 1: 'target: ftp://example.com' },
    faults: [
      '1:9 target: expected a URL such as http://127.0.0.1:3000, received "ftp://example.com". Hint: write "http://example.com"',
    ],
  },
  {
    name: 'a target with a query',
    lines: { 1: 'target: http://h/?a=1' },
    faults: [
      '1:9 target: expected a URL without query and fragment, received "http://h/?a=1". Hint: write the query in each request: GET /posts?userId=1',
    ],
  },
  {
    name: 'a target with a password',
    lines: { 1: 'target: http://me:secret@h' },
    faults: [
      '1:9 target: expected a URL without user and password, received "http://…@h". Hint: write auth: { basic: { user: …, password: "${PASSWORD}" } }',
    ],
  },
  {
    name: 'a target that is a number',
    lines: { 1: 'target: 3000' },
    faults: ['1:9 target: expected a URL such as http://127.0.0.1:3000, received 3000.'],
  },
  {
    name: 'a repeated name',
    lines: { 3: '  - request: GET /posts\n    name: x\n  - request: GET /users\n    name: x' },
    faults: [
      '6:11 endpoints[1].name: expected a name of its own, received "x", as endpoints[0]. Hint: choose another name',
    ],
  },
  {
    name: 'a repeated key',
    lines: { 5: 'timeout: 1s\ntimeout: 2s' },
    faults: ['6:1 timeout: expected each key once, received "timeout". Hint: remove one of the two'],
  },
  {
    name: 'a variable in braces without quotes',
    lines: { 5: 'auth: { bearer: ${TOKEN} }' },
    faults: [
      '5:18: expected valid YAML, received unexpected flow-map-start at node end. Hint: inside { } and [ ], put a text with ${TOKEN} in quotes',
    ],
  },
  {
    name: 'tabs',
    lines: { 5: 'tls:\n\tverify: false' },
    faults: [
      '6:1: expected valid YAML, received tabs are not allowed as indentation. Hint: indent with spaces',
    ],
  },
  {
    name: 'an unclosed list',
    lines: { 4: 'load: { users: [10, 50 }' },
    faults: [
      '4:24: expected valid YAML, received flow sequence in block collection must be sufficiently indented and end with a ].',
    ],
  },
  {
    name: 'a colon in a text',
    lines: { 3: '  - request: GET /posts\n    name: posts: all' },
    faults: [
      '4:11: expected valid YAML, received nested mappings are not allowed in compact mappings. Hint: put a text with ": " in quotes',
    ],
  },
  {
    name: 'an unknown tag',
    lines: { 5: 'name: !secret x' },
    faults: ['5:7: expected valid YAML, received unresolved tag: !secret. Hint: remove the tag'],
  },
  {
    name: 'an alias without anchor',
    lines: { 5: 'name: *x' },
    faults: [
      '5:7 name: expected an alias of an anchor, received "*x". Hint: put &x before the value that it stands for, or write the text in quotes',
    ],
  },
  {
    name: 'a list that holds itself',
    lines: { 5: 'tls: &a { ca: *a }' },
    faults: ['5:9 tls.ca: expected plain data, received an object that contains itself.'],
  },
  {
    name: 'two documents',
    lines: { 5: '---\ntarget: http://h' },
    faults: [
      '5:1: expected valid YAML, received several documents (---). Hint: write each plan to its own file',
    ],
  },
  {
    name: 'a key that would change all objects',
    lines: { 5: '__proto__: { users: 1 }' },
    faults: ['5:1 __proto__: expected another name, received "__proto__".'],
  },
  {
    name: 'several faults at once',
    lines: {
      1: 'target: localhost',
      3: '  - GET posts\n  - request: GET /a/{id}\n    sla: 5',
      4: 'load: { users: 0, duration: 60 }',
      5: 'tiemout: 5s',
    },
    faults: [
      '1:9 target: expected a URL such as http://127.0.0.1:3000, received "localhost". Hint: write "http://localhost"',
      `3:5 endpoints[0]: expected ${request}, received "GET posts". Hint: write "GET /posts"`,
      '4:14 endpoints[1].request: expected data for {id}, received no data. Hint: write data: { id: 1..100 }',
      '5:10 endpoints[1].sla: expected a duration such as 300ms, or an object such as { p95: 300ms, errors: 0.1% }, received 5. Hint: write 5ms or 5s',
      '6:16 load.users: expected a whole number from 1 to 100000, received 0.',
      '6:29 load.duration: expected a duration such as 60s, or a list such as [30s, 60s], received 60. Hint: write 60s or 60ms',
      `7:1 tiemout: expected one of ${planKeys}, received "tiemout". Hint: did you mean "timeout"?`,
    ],
  },
];

test.each(wrongPlans)('$name', ({ lines, faults }) => {
  expect(faultsOfText(planWith(lines))).toEqual(faults);
});
