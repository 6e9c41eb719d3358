import { describe, expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { parsePlan } from './parse-plan.ts';
import type { Plan } from './plan.ts';
import { faultsOfText, planWith } from './testing/faults-of-text.ts';

function planOf(line: string): Plan {
  const outcome = parsePlan(planWith({ 5: line }), { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(formatFaults(outcome.faults));
  return outcome.plan;
}

const usual = { http: 1, policy: { kind: 'per-user' }, to: null, proxy: null };

describe('connection', () => {
  test.each([
    ['connections: per-request', { ...usual, policy: { kind: 'per-request' } }],
    ['connections: { shared: 50 }', { ...usual, policy: { kind: 'shared', connections: 50 } }],
    ['http: 2', { ...usual, http: 2 }],
    ['http: "2"', { ...usual, http: 2 }],
    ['http: 2\nconnections: per-request', { ...usual, http: 2, policy: { kind: 'per-request' } }],
    ['connect: 127.0.0.1:8080', { ...usual, to: '127.0.0.1:8080' }],
    ['connect: "[::1]:8080"', { ...usual, to: '[::1]:8080' }],
    ['connect: api.internal:443', { ...usual, to: 'api.internal:443' }],
    ['connect: unix:/run/app.sock', { ...usual, to: 'unix:/run/app.sock' }],
    ['proxy: http://127.0.0.1:3128', { ...usual, proxy: 'http://127.0.0.1:3128' }],
    ['proxy: "http://me:${PASS}@proxy:3128/"', { ...usual, proxy: 'http://me:${PASS}@proxy:3128/' }],
  ])('%s', (line, connection) => {
    expect(planOf(line).connection).toStrictEqual(connection);
  });

  test.each([
    'http: 1',
    'http: 1.1',
    'http: "1.1"',
    'connections: per-user',
    'cookies: true',
    'redirects: 5',
    '',
  ])('nothing stands in the plan of what is as it always is: %s', (line) => {
    const plan = planOf(line);
    for (const key of ['connection', 'cookies', 'redirects']) expect(plan).not.toHaveProperty(key);
    expect(plan.tls).toStrictEqual({ verify: true, ca: null });
  });

  test('cookies and redirects', () => {
    expect(planOf('cookies: false')).toHaveProperty('cookies', false);
    expect(planOf('redirects: 0')).toHaveProperty('redirects', 0);
    expect(planOf('redirects: 20')).toHaveProperty('redirects', 20);
  });

  test('tls', () => {
    const line =
      'tls: { verify: false, ca: ca.pem, cert: c.pem, key: k.pem, passphrase: "${PASS}", resume: true }';
    expect(planOf(line).tls).toStrictEqual({
      verify: false,
      ca: 'ca.pem',
      cert: 'c.pem',
      key: 'k.pem',
      passphrase: '${PASS}',
      resume: true,
    });
    expect(planOf('tls: { resume: false }').tls).toStrictEqual({ verify: true, ca: null });
  });
});

const address = 'an address such as 127.0.0.1:8080 or unix:/run/app.sock';
const proxy = 'a proxy such as http://127.0.0.1:3128';

describe('what is wrong', () => {
  test.each([
    [
      'connections: per-usr',
      '5:14 connections: expected per-user, per-request, or { shared: 50 }, received "per-usr". Hint: did you mean "per-user"?',
    ],
    [
      'connections: 50',
      '5:14 connections: expected per-user, per-request, or { shared: 50 }, received 50. Hint: write { shared: 50 }',
    ],
    [
      'connections: { shared: 0 }',
      '5:24 connections.shared: expected a whole number from 1 to 10000, received 0.',
    ],
    ['http: 3', '5:7 http: expected 1 or 2, received 3.'],
    ['http: h2', '5:7 http: expected 1 or 2, received "h2". Hint: write 2'],
    ['connect: 127.0.0.1', `5:10 connect: expected ${address}, received "127.0.0.1". Hint: add a port`],
    [
      'connect: http://127.0.0.1:80',
      `5:10 connect: expected ${address}, received "http://127.0.0.1:80". Hint: write "127.0.0.1:80"`,
    ],
    [
      'connect: 127.0.0.1:65536',
      `5:10 connect: expected ${address}, received "127.0.0.1:65536". Hint: ports go from 1 to 65535`,
    ],
    ['connect: "::1:80"', `5:10 connect: expected ${address}, received "::1:80".`],
    [
      'connect: /run/app.sock',
      `5:10 connect: expected ${address}, received "/run/app.sock". Hint: write "unix:/run/app.sock"`,
    ],
    [
      'connect: unix:app.sock',
      `5:10 connect: expected ${address}, received "unix:app.sock". Hint: write the whole path: unix:/run/app.sock`,
    ],
    [
      `connect: unix:/${'x'.repeat(103)}`,
      '5:10 connect: expected a path of at most 103 bytes, received one of 104 bytes. Hint: link a shorter one to it',
    ],
    [
      'proxy: proxy:3128',
      `5:8 proxy: expected ${proxy}, received "proxy:3128". Hint: write "http://proxy:3128"`,
    ],
    [
      'proxy: https://me:secret@proxy:3128',
      `5:8 proxy: expected ${proxy}, received "https://…@proxy:3128". Hint: write http://: a proxy is spoken to without TLS, also for https targets`,
    ],
    ['proxy: http://proxy:0', `5:8 proxy: expected ${proxy}, received "http://proxy:0".`],
    [
      'proxy: http://proxy:3128/path',
      `5:8 proxy: expected ${proxy}, received "http://proxy:3128/path". Hint: write host and port only`,
    ],
    [
      'proxy: http://me:${PASS@proxy',
      '5:8 proxy: expected a variable such as ${API_TOKEN}, received "${PASS@proxy". Hint: write $${ for a literal ${',
    ],
    ['proxy: { url: secret }', `5:8 proxy: expected ${proxy}, received an object with url.`],
    [
      'proxy: http://proxy:3128\nhttp: 2',
      '5:1 proxy: expected no proxy beside http: 2, received one. Hint: write http: 1, or remove the proxy: HTTP/2 goes straight to the target only',
    ],
    [
      'proxy: http://proxy:3128\nconnect: unix:/run/app.sock',
      '6:1 connect: expected connect or proxy, received both. Hint: the proxy is what Loadline connects to, and it looks the target up itself: keep one of them',
    ],
    ['cookies: "no"', '5:10 cookies: expected true or false, received "no". Hint: write false'],
    ['redirects: 21', '5:12 redirects: expected a whole number from 0 to 20, received 21.'],
    [
      'tls: { cert: c.pem }',
      '5:8 tls.cert: expected cert and key together, received cert alone. Hint: add key: FILE (the same file if it holds both)',
    ],
    [
      'tls: { key: k.pem }',
      '5:8 tls.key: expected cert and key together, received key alone. Hint: add cert: FILE (the same file if it holds both)',
    ],
    [
      'tls: { passphrase: secret }',
      '5:8 tls.passphrase: expected a passphrase beside key, received no key. Hint: remove it',
    ],
    [
      'tls: { cert: c.pem, key: k.pem, passphrase: [secret] }',
      '5:45 tls.passphrase: expected a passphrase such as ${KEY_PASSPHRASE}, received a list of 1.',
    ],
  ])('%s', (line, fault) => {
    expect(faultsOfText(planWith({ 5: line }))).toEqual([fault]);
  });
});
