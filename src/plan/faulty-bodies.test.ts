import { expect, test } from 'vitest';
import { faultsOfText, planWith } from './testing/faults-of-text.ts';

const what = 'one of body, form, multipart and bodyFile';
const part = 'a text, or an object with file or text';

test.each([
  [
    'body: x, form: { a: 1 }',
    [`3:38 endpoints[0].form: expected ${what}, received body and form. Hint: keep one of them`],
  ],
  [
    'bodyFile: x, multipart: { a: 1 }, form: { a: 1 }',
    [
      `3:42 endpoints[0].multipart: expected ${what}, received form and multipart and bodyFile. Hint: keep one of them`,
    ],
  ],
  [
    'form: {}',
    [
      '3:35 endpoints[0].form: expected at least one field, received an empty object. Hint: write a field, or remove the key',
    ],
  ],
  ['form: a=1', ['3:35 endpoints[0].form: expected a form such as { user: ann, page: 1 }, received "a=1".']],
  [
    'form: { a: [1] }',
    ['3:40 endpoints[0].form.a: expected a text, a number, or true or false, received a list of 1.'],
  ],
  [
    `form: { a: "\${1}" }`,
    [
      `3:40 endpoints[0].form.a: expected a variable such as \${API_TOKEN}, received "\${1}". Hint: write $\${ for a literal \${`,
    ],
  ],
  [
    'multipart: { a: { fil: x } }',
    [
      '3:47 endpoints[0].multipart.a.fil: expected one of file, text, type, filename, received "fil". Hint: did you mean "file"?',
    ],
  ],
  [
    'multipart: { a: { type: x/y } }',
    ['3:45 endpoints[0].multipart.a: expected file or text, received neither.'],
  ],
  [
    'multipart: { a: { file: x, text: y } }',
    ['3:45 endpoints[0].multipart.a: expected file or text, received both.'],
  ],
  [
    'multipart: { a: { text: y, filename: z } }',
    ['3:56 endpoints[0].multipart.a.filename: expected file beside filename, received text. Hint: remove it'],
  ],
  [
    'multipart: { a: { file: y, type: "a\\nb: c" } }',
    ['3:62 endpoints[0].multipart.a.type: expected a content type such as image/png, received "a\\nb: c".'],
  ],
  ['multipart: { a: [1] }', [`3:45 endpoints[0].multipart.a: expected ${part}, received a list of 1.`]],
  [
    'multipart: { a: 1 }, headers: { Content-Type: x }',
    [
      '3:61 endpoints[0].headers.Content-Type: expected no content-type beside multipart, received "Content-Type". Hint: it is written with the boundary: remove it',
    ],
  ],
  ['bodyFile: [a]', ['3:39 endpoints[0].bodyFile: expected a file such as cat.png, received a list of 1.']],
  [
    'multipart: { a: "{id}" }, data: { id: 1..2, x: 1..2 }',
    [
      '3:73 endpoints[0].data.x: expected {x} in path, query, headers or body, received none. Hint: write {x} where it belongs, or remove it',
    ],
  ],
])('a body: %s', (text, faults) => {
  expect(faultsOfText(planWith({ 3: `  - { request: POST /posts, ${text} }` }))).toEqual(faults);
});

test.each([
  [
    'json: { id: 1 }',
    [
      "3:46 endpoints[0].expect.json.id: expected a JSON path such as $.items[0].id, received expected '$', found 'i', at character 1. Hint: write $.id",
    ],
  ],
  [
    'json: { $.a: [] }',
    [
      '3:51 endpoints[0].expect.json["$.a"]: expected at least one accepted value, received an empty list. Hint: write [[]] for a list that is empty',
    ],
  ],
  [
    'json: { $.a: 12345678901234567890 }',
    [
      '3:51 endpoints[0].expect.json["$.a"]: expected a whole number up to 9007199254740991, received 12345678901234567890. Hint: put longer ones in quotes',
    ],
  ],
  [
    'headers: { a b: c }',
    ['3:49 endpoints[0].expect.headers["a b"]: expected a header name such as x-request-id, received "a b".'],
  ],
  [
    'matches: "a("',
    [
      "3:47 endpoints[0].expect.matches: expected a regular expression, received unterminated group. Hint: JavaScript's syntax, without slashes around it",
    ],
  ],
  [
    'matchs: a',
    [
      '3:38 endpoints[0].expect.matchs: expected one of status, bodyContains, json, headers, matches, received "matchs". Hint: did you mean "matches"?',
    ],
  ],
])('an expectation: %s', (text, faults) => {
  expect(faultsOfText(planWith({ 3: `  - { request: GET /posts, expect: { ${text} } }` }))).toEqual(faults);
});
