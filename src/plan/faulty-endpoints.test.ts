import { expect, test } from 'vitest';
import { dataSource, endpointKeys, faultsOfText, planWith, request } from './testing/faults-of-text.ts';

const wrongPlans = [
  {
    name: 'a key of the plan in an endpoint',
    lines: { 3: '  - request: GET /posts\n    tls: { verify: false }' },
    faults: [
      `4:5 endpoints[0].tls: expected one of ${endpointKeys}, received "tls". Hint: tls belongs to the plan itself, not to endpoints`,
    ],
  },
  {
    name: 'no endpoints',
    lines: { 2: 'name: x', 3: '' },
    faults: [
      '1:1 endpoints: expected a list of requests such as [GET /posts], received nothing. Hint: write endpoints: [GET /], or flows',
    ],
  },
  {
    name: 'an empty list of endpoints',
    lines: { 2: 'endpoints: []', 3: '' },
    faults: [
      '2:12 endpoints: expected at least one request, received an empty list. Hint: start each request with "- ", such as "- GET /posts"',
    ],
  },
  {
    name: 'endpoints as an object',
    lines: { 3: '  posts: GET /posts' },
    faults: [
      '3:3 endpoints: expected a list of requests such as [GET /posts], received an object with posts. Hint: start each request with "- ", such as "- GET /posts"',
    ],
  },
  {
    name: 'a request without method',
    lines: { 3: '  - /posts' },
    faults: [`3:5 endpoints[0]: expected ${request}, received "/posts". Hint: write "GET /posts"`],
  },
  {
    name: 'a request without slash',
    lines: { 3: '  - GET posts' },
    faults: [`3:5 endpoints[0]: expected ${request}, received "GET posts". Hint: write "GET /posts"`],
  },
  {
    name: 'an absolute request',
    lines: { 3: '  - GET http://127.0.0.1:3000/posts' },
    faults: [
      `3:5 endpoints[0]: expected ${request}, received "GET http://127.0.0.1:3000/posts". Hint: write "GET /posts"; the host stands in target`,
    ],
  },
  {
    name: 'a request with the HTTP version',
    lines: { 3: '  - GET /posts HTTP/1.1' },
    faults: [
      `3:5 endpoints[0]: expected ${request}, received "GET /posts HTTP/1.1". Hint: write "GET /posts"`,
    ],
  },
  {
    name: 'an unknown method',
    lines: { 3: '  - GTE /posts' },
    faults: [`3:5 endpoints[0]: expected ${request}, received "GTE /posts". Hint: did you mean "GET"?`],
  },
  {
    name: 'a space in the path',
    lines: { 3: '  - GET /posts and more' },
    faults: [
      `3:5 endpoints[0]: expected ${request}, received "GET /posts and more". Hint: write a space in the path as %20`,
    ],
  },
  {
    name: 'a fragment',
    lines: { 3: '  - GET /posts#top' },
    faults: [
      '3:5 endpoints[0]: expected a path without a fragment, received "/posts#top". Hint: write # as %23',
    ],
  },
  {
    name: 'an endpoint without request',
    lines: { 3: '  - name: posts' },
    faults: [
      `3:5 endpoints[0].request: expected ${request}, received nothing. Hint: write request: GET /posts`,
    ],
  },
  {
    name: 'a placeholder without data',
    lines: { 3: '  - GET /posts/{id}' },
    faults: [
      '3:5 endpoints[0]: expected data for {id}, received no data. Hint: write request: GET /posts/{id} and below it data: { id: 1..100 }',
    ],
  },
  {
    name: 'a misspelt placeholder',
    lines: { 3: '  - request: GET /posts/{postid}\n    data: { postId: 1..9 }' },
    faults: [
      '3:14 endpoints[0].request: expected data for {postid}, received data for postId. Hint: did you mean "{postId}"?',
      '4:13 endpoints[0].data.postId: expected {postId} in path, query, headers or body, received none. Hint: write {postId} where it belongs, or remove it',
    ],
  },
  {
    name: 'a placeholder that is no name',
    lines: { 3: '  - request: GET /posts/{post id}' },
    faults: [
      `3:14 endpoints[0].request: expected ${request}, received "GET /posts/{post id}". Hint: write a space in the path as %20`,
    ],
  },
  {
    name: 'a placeholder that is no name, without space',
    lines: { 3: '  - GET /posts/{1}' },
    faults: [
      '3:5 endpoints[0]: expected a placeholder such as {id}, received "{1}". Hint: a name has letters, digits, - and _; write a literal { as %7B',
    ],
  },
  {
    name: 'unused data',
    lines: { 3: '  - request: GET /posts\n    data: { id: 1..9 }' },
    faults: [
      '4:13 endpoints[0].data.id: expected {id} in path, query, headers or body, received none. Hint: write {id} where it belongs, or remove it',
    ],
  },
  {
    name: 'a range that runs backwards',
    lines: { 3: '  - request: GET /posts/{id}\n    data: { id: 9..1 }' },
    faults: [
      '4:17 endpoints[0].data.id: expected a range whose first number is not above its last, received "9..1". Hint: write 1..9',
    ],
  },
  {
    name: 'a range with a dash',
    lines: { 3: '  - request: GET /posts/{id}\n    data: { id: 1-9 }' },
    faults: [`4:17 endpoints[0].data.id: expected ${dataSource}, received "1-9". Hint: write 1..9`],
  },
  {
    name: 'data of an unknown file kind',
    lines: { 3: '  - request: GET /posts/{id}\n    data: { id: users.xlsx }' },
    faults: [
      `4:17 endpoints[0].data.id: expected ${dataSource}, received "users.xlsx". Hint: files end in .csv or .json`,
    ],
  },
  {
    name: 'an empty list of data',
    lines: { 3: '  - request: GET /posts/{id}\n    data: { id: [] }' },
    faults: ['4:17 endpoints[0].data.id: expected a list of at least one value, received an empty list.'],
  },
  {
    name: 'a list in a list of data',
    lines: { 3: '  - request: GET /posts/{id}\n    data: { id: [1, [2]] }' },
    faults: ['4:21 endpoints[0].data.id[1]: expected a text or a number, received a list of 1.'],
  },
  {
    name: 'a repeated request',
    lines: { 3: '  - GET /posts\n  - GET /posts' },
    faults: [
      '4:5 endpoints[1]: expected a name of its own, received "GET /posts", as endpoints[0]. Hint: give one of them a name: name: …',
    ],
  },
  {
    name: 'a weight of zero',
    lines: { 3: '  - request: GET /posts\n    weight: 0' },
    faults: ['4:13 endpoints[0].weight: expected a number above 0, at most 1000000, received 0.'],
  },
  {
    name: 'an SLA without unit',
    lines: { 3: '  - request: GET /posts\n    sla: 300' },
    faults: [
      '4:10 endpoints[0].sla: expected a duration such as 300ms, or an object such as { p95: 300ms, errors: 0.1% }, received 300. Hint: write 300ms or 300s',
    ],
  },
  {
    name: 'an SLA with a unit in words',
    lines: { 3: '  - request: GET /posts\n    sla: 2 seconds' },
    faults: [
      '4:10 endpoints[0].sla: expected a duration such as 300ms, received "2 seconds". Hint: write 2s',
    ],
  },
  {
    name: 'an SLA of an unknown statistic',
    lines: { 3: '  - request: GET /posts\n    sla: { p95: 300ms, p98: 1s }' },
    faults: [
      '4:24 endpoints[0].sla.p98: expected one of avg, p50, p90, p95, p99, p999, max, errors, received "p98".',
    ],
  },
  {
    name: 'an empty SLA',
    lines: { 3: '  - request: GET /posts\n    sla: {}' },
    faults: [
      '4:10 endpoints[0].sla: expected at least one bound, received an empty object. Hint: write sla: 300ms, or remove the key',
    ],
  },
  {
    name: 'an SLA share over one',
    lines: { 3: '  - request: GET /posts\n    sla: { errors: 5 }' },
    faults: [
      '4:20 endpoints[0].sla.errors: expected a share such as 0.1% (or 0.001), received 5. Hint: write 5%',
    ],
  },
  {
    name: 'an SLA share over 100 %',
    lines: { 3: '  - request: GET /posts\n    sla: { errors: 101% }' },
    faults: ['4:20 endpoints[0].sla.errors: expected a share from 0% to 100%, received "101%".'],
  },
  {
    name: 'a status that does not exist',
    lines: { 3: '  - request: GET /posts\n    expect: { status: 20 }' },
    faults: ['4:23 endpoints[0].expect.status: expected a whole number from 100 to 599, received 20.'],
  },
  {
    name: 'a status in quotes',
    lines: { 3: '  - request: GET /posts\n    expect: { status: "200" }' },
    faults: [
      '4:23 endpoints[0].expect.status: expected a status such as 201, or a list such as [200, 404], received "200". Hint: write 200 without quotes',
    ],
  },
  {
    name: 'a header line in a value',
    lines: { 3: '  - request: GET /posts\n    headers: { x-a: "1\\r\\nhost: evil" }' },
    faults: [
      '4:21 endpoints[0].headers.x-a: expected a text on one line, received a line break. Hint: a value cannot start another header',
    ],
  },
  {
    name: 'a header name with a space',
    lines: { 3: '  - request: GET /posts\n    headers: { "x a": 1 }' },
    faults: [
      '4:16 endpoints[0].headers["x a"]: expected a header name such as x-request-id, received "x a".',
    ],
  },
  {
    name: 'content-length',
    lines: { 3: '  - request: GET /posts\n    headers: { Content-Length: 5 }' },
    faults: [
      '4:16 endpoints[0].headers.Content-Length: expected a header that Loadline does not write itself, received "Content-Length". Hint: it is computed from the body: remove it',
    ],
  },
  {
    name: 'a placeholder without quotes in a body',
    lines: { 3: '  - request: POST /posts/{id}\n    data: { id: 1..9 }\n    body: { id: {id} }' },
    faults: [
      '5:17 endpoints[0].body.id: expected a value, received an object with id. Hint: put quotes around the placeholder: "{id}"',
    ],
  },
  {
    name: 'a number too long for JSON',
    lines: { 3: '  - request: POST /posts\n    body: { id: 12345678901234567890 }' },
    faults: [
      '4:17 endpoints[0].body.id: expected a whole number up to 9007199254740991, received 12345678901234567890. Hint: put longer ones in quotes',
    ],
  },
  {
    name: 'an empty body',
    lines: { 3: '  - request: POST /posts\n    body:' },
    faults: [
      '4:5 endpoints[0].body: expected a body, received nothing (null). Hint: remove the key, or write {} for an empty object',
    ],
  },
  {
    name: 'a list of endpoints that is a text',
    lines: { 2: 'endpoints: GET /posts', 3: '' },
    faults: [
      '2:12 endpoints: expected a list of requests such as [GET /posts], received "GET /posts". Hint: start each request with "- ", such as "- GET /posts"',
    ],
  },
  {
    name: 'a list in a query',
    lines: { 3: '  - request: GET /posts\n    query: { tag: [a, b] }' },
    faults: [
      '4:19 endpoints[0].query.tag: expected a text, a number, or true or false, received a list of 2.',
    ],
  },
];

test.each(wrongPlans)('$name', ({ lines, faults }) => {
  expect(faultsOfText(planWith(lines))).toEqual(faults);
});
