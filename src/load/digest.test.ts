import { expect, test } from 'vitest';
import { digestAuthorization, parseChallenge } from './digest.ts';

// RFC 7616 §3.9.1
const lines = [
  'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
  'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
];
const request = {
  user: 'Mufasa',
  password: 'Circle of Life',
  method: 'GET',
  uri: '/dir/index.html',
  count: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

test.each([
  ['the strongest of both', lines, '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  [
    'both in one line',
    [lines.join(', ')],
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  ],
  ['MD5 alone', lines.slice(1), '8ca523f5e9506fed4657c9700eebdbec'],
])('RFC 7616 §3.9.1: %s', (_, given, response) => {
  const challenge = parseChallenge(given);
  if (challenge === null) throw new Error('no challenge was found');
  expect(digestAuthorization(challenge, request)).toContain(`response="${response}"`);
  expect(digestAuthorization(challenge, request)).toContain('nc=00000001, qop=auth');
});

test('RFC 2617 §3.5, and RFC 2069 without qop', () => {
  const nonce = 'dcd98b7102dd2f0e8b11d0f600bfb0c093';
  const old = { ...request, password: 'Circle Of Life', cnonce: '0a4f113b' };
  const counted = parseChallenge([
    `Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="${nonce}"`,
  ]);
  const plain = parseChallenge([`Digest realm="testrealm@host.com", nonce="${nonce}"`]);
  if (counted === null || plain === null) throw new Error('no challenge was found');
  expect(digestAuthorization(counted, old)).toContain('response="6629fae49393a05397450978507c4ef1"');
  expect(digestAuthorization(plain, old)).toContain('response="670fd8c2df070c60b045671b8b24ff02"');
});

test.each([
  ['another scheme', ['Basic realm="x"']],
  ['no nonce', ['Digest realm="x"']],
  ['an algorithm that nobody knows', ['Digest realm="x", nonce="n", algorithm=SHA-3']],
  ['only auth-int', ['Digest realm="x", nonce="n", qop="auth-int"']],
  ['nothing', []],
])('no challenge that can be answered: %s', (_, given) => {
  expect(parseChallenge(given)).toBeNull();
});

test('quotes in names stay within their quotes', () => {
  const challenge = parseChallenge(['Digest realm="a \\"b\\"", nonce="n"']);
  if (challenge === null) throw new Error('no challenge was found');
  expect(challenge.realm).toBe('a "b"');
  expect(digestAuthorization(challenge, { ...request, user: 'x", y="' })).toContain(
    'username="x\\", y=\\"", realm="a \\"b\\""',
  );
});
