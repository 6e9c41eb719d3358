import { expect, test } from 'vitest';
import { faultsOfText, loadKeys, planKeys, planWith } from './testing/faults-of-text.ts';

const wrongPlans = [
  {
    name: 'a misspelt key of the load',
    lines: { 4: 'load: { users: 10, spwanRate: 2 }' },
    faults: [
      `4:20 load.spwanRate: expected one of ${loadKeys}, received "spwanRate". Hint: did you mean "spawnRate"?`,
    ],
  },
  {
    name: "another tool's word for users",
    lines: { 4: 'load: { vus: 10 }' },
    faults: [`4:9 load.vus: expected one of ${loadKeys}, received "vus". Hint: did you mean "users"?`],
  },
  {
    name: 'a key at the wrong place',
    lines: { 5: 'thinkTime: 1s' },
    faults: [
      `5:1 thinkTime: expected one of ${planKeys}, received "thinkTime". Hint: write it inside load: load: { thinkTime: … }`,
    ],
  },
  {
    name: 'no load',
    lines: { 4: '' },
    faults: [
      '1:1 load: expected an object with users (closed model) or rate (open model), received nothing. Hint: write load: { users: [10, 50, 100], duration: 60s }',
    ],
  },
  {
    name: 'an empty key',
    lines: { 5: 'headers:' },
    faults: [
      '5:1 headers: expected headers such as { accept: application/json }, received nothing (null). Hint: write a value, or remove the key',
    ],
  },
  {
    name: 'transfer-encoding',
    lines: { 5: 'headers: { transfer-encoding: chunked }' },
    faults: [
      '5:12 headers.transfer-encoding: expected a header that Loadline does not write itself, received "transfer-encoding". Hint: bodies are sent with their content-length: remove it',
    ],
  },
  {
    name: 'connection',
    lines: { 5: 'headers: { connection: close }' },
    faults: [
      '5:12 headers.connection: expected a header that Loadline does not write itself, received "connection". Hint: what becomes of connections stands in connections: per-user, per-request or { shared: 50 }',
    ],
  },
  {
    name: 'a header twice',
    lines: { 5: 'headers: { Accept: a, accept: b }' },
    faults: [
      '5:23 headers.accept: expected each header once, received "accept". Hint: upper and lower case make no difference',
    ],
  },
  {
    name: 'a header outside of Latin-1',
    lines: { 5: 'headers: { x-name: "日本" }' },
    faults: [
      '5:20 headers.x-name: expected printable Latin-1 characters, received "日本". Hint: percent-encode other characters',
    ],
  },
  {
    name: 'a variable without end',
    lines: { 5: 'headers: { x-a: "${TOKEN" }' },
    faults: [
      '5:17 headers.x-a: expected a variable such as ${API_TOKEN}, received "${TOKEN". Hint: write $${ for a literal ${',
    ],
  },
  {
    name: 'a variable with a default',
    lines: { 5: 'headers: { x-a: "${TOKEN:-x}" }' },
    faults: [
      '5:17 headers.x-a: expected a variable such as ${API_TOKEN}, received "${TOKEN:-x}". Hint: write $${ for a literal ${',
    ],
  },
  {
    name: 'neither users nor rate',
    lines: { 4: 'load: { duration: 60s }' },
    faults: ['4:7 load: expected users or rate, received neither. Hint: write users: [10, 50, 100]'],
  },
  {
    name: 'users and rate',
    lines: { 4: 'load: { users: 10, rate: 5 }' },
    faults: [
      '4:7 load: expected users or rate, received both. Hint: keep users (closed model) or rate (open model)',
    ],
  },
  {
    name: 'users of zero',
    lines: { 4: 'load: { users: [10, 0] }' },
    faults: ['4:21 load.users[1]: expected a whole number from 1 to 100000, received 0.'],
  },
  {
    name: 'half a user',
    lines: { 4: 'load: { users: 1.5 }' },
    faults: [
      '4:16 load.users: expected a number of users such as 10, or a list such as [10, 50, 100], received 1.5.',
    ],
  },
  {
    name: 'users in one text',
    lines: { 4: 'load: { users: "10, 50" }' },
    faults: [
      '4:16 load.users: expected a number of users such as 10, or a list such as [10, 50, 100], received "10, 50". Hint: write [10, 50]',
    ],
  },
  {
    name: 'too many users',
    lines: { 4: 'load: { users: 1000000 }' },
    faults: ['4:16 load.users: expected a whole number from 1 to 100000, received 1000000.'],
  },
  {
    name: 'fewer spawn rates than stages',
    lines: { 4: 'load: { users: [10, 50, 100], spawnRate: [2, 5] }' },
    faults: [
      '4:42 load.spawnRate: expected one value, or one for each of the 3 stages, received a list of 2.',
    ],
  },
  {
    name: 'more durations than stages',
    lines: { 4: 'load: { users: [10, 50], duration: [1s, 2s, 3s] }' },
    faults: [
      '4:36 load.duration: expected one value, or one for each of the 2 stages, received a list of 3.',
    ],
  },
  {
    name: 'a duration without unit',
    lines: { 4: 'load: { users: 10, duration: 60 }' },
    faults: [
      '4:30 load.duration: expected a duration such as 60s, or a list such as [30s, 60s], received 60. Hint: write 60s or 60ms',
    ],
  },
  {
    name: 'a duration beyond a day',
    lines: { 4: 'load: { users: 10, duration: 25h }' },
    faults: ['4:30 load.duration: expected a duration from 100ms to 24h, received "25h".'],
  },
  {
    name: 'a think time without units',
    lines: { 4: 'load: { users: 10, thinkTime: 1..3 }' },
    faults: [
      '4:31 load.thinkTime: expected a range of durations such as 1s..3s, one duration, or 0, received "1..3". Hint: write 1s..3s',
    ],
  },
  {
    name: 'a think time that runs backwards',
    lines: { 4: 'load: { users: 10, thinkTime: 3s..1s }' },
    faults: [
      '4:31 load.thinkTime: expected a range of durations whose first is not above its last, at most 24h, received "3s..1s". Hint: write 1s..3s',
    ],
  },
  {
    name: 'think time in the open model',
    lines: { 4: 'load: { rate: 10, thinkTime: 1s }' },
    faults: [
      '4:19 load.thinkTime: expected no thinkTime in the open model (rate), received "1s". Hint: remove it',
    ],
  },
  {
    name: 'arrivals in the closed model',
    lines: { 4: 'load: { users: 10, arrivals: poisson }' },
    faults: [
      '4:20 load.arrivals: expected no arrivals in the closed model (users), received "poisson". Hint: remove it',
    ],
  },
  {
    name: 'misspelt arrivals',
    lines: { 4: 'load: { rate: 10, arrivals: possion }' },
    faults: [
      '4:29 load.arrivals: expected poisson or uniform, received "possion". Hint: did you mean "poisson"?',
    ],
  },
  {
    name: 'readiness in percent without sign',
    lines: { 5: 'readiness: { slaCompliance: 95 }' },
    faults: [
      '5:29 readiness.slaCompliance: expected a share such as 0.1% (or 0.001), received 95. Hint: write 95%',
    ],
  },
  {
    name: 'a readiness bound without users',
    lines: { 5: 'readiness: { avgAt: { max: 300ms } }' },
    faults: ['5:21 readiness.avgAt.users: expected a whole number from 1 to 10000000, received nothing.'],
  },
  {
    name: 'something declared with a word',
    lines: { 5: 'readiness: { declared: { caching: "yes" } }' },
    faults: ['5:35 readiness.declared.caching: expected true or false, received "yes". Hint: write true'],
  },
  {
    name: 'no authentication',
    lines: { 5: 'auth: {}' },
    faults: ['5:7 auth: expected one of bearer, basic and digest, received none.'],
  },
  {
    name: 'two authentications',
    lines: { 5: 'auth: { bearer: x, basic: { user: a, password: b } }' },
    faults: ['5:7 auth: expected one of bearer, basic and digest, received bearer and basic.'],
  },
  {
    name: 'a token that is an object',
    lines: { 5: 'auth: { bearer: { token: very-secret } }' },
    faults: ['5:17 auth.bearer: expected a token such as ${API_TOKEN}, received an object with token.'],
  },
  {
    name: 'a token with a space, not repeated',
    lines: { 5: 'auth: { bearer: "very secret" }' },
    faults: [
      '5:17 auth.bearer: expected a token of printable ASCII characters, received others. Hint: remove spaces and line breaks',
    ],
  },
  {
    name: 'auth and an authorization header',
    lines: { 5: 'auth: { bearer: x }\nheaders: { Authorization: y }' },
    faults: ['5:7 auth: expected auth or an authorization header, received both. Hint: keep one of them'],
  },
  {
    name: 'verify in words',
    lines: { 5: 'tls: { verify: "no" }' },
    faults: ['5:16 tls.verify: expected true or false, received "no". Hint: write false'],
  },
  {
    name: 'a timeout of zero',
    lines: { 5: 'timeout: 0s' },
    faults: ['5:10 timeout: expected a duration from 1ms to 24h, received "0s".'],
  },
  {
    name: 'a control character in a name',
    lines: { 5: 'name: "a\\u0007b"' },
    faults: ['5:7 name: expected a name without control characters, received "a\\u0007b".'],
  },
  {
    name: 'an own file of certificates that is empty',
    lines: { 5: 'tls: { ca: "" }' },
    faults: ['5:12 tls.ca: expected a file of PEM certificates, received "".'],
  },
  {
    name: 'a header that is an object',
    lines: { 5: 'headers: { x-a: { b: c } }' },
    faults: ['5:17 headers.x-a: expected a text, a number, or true or false, received an object with b.'],
  },
];

test.each(wrongPlans)('$name', ({ lines, faults }) => {
  expect(faultsOfText(planWith(lines))).toEqual(faults);
});
