import { expect, test } from 'vitest';
import type { WireRequest } from './engine.ts';
import { redirected, redirectOf, targetOf, withHeaders } from './rewrite-request.ts';

function http1(text: string): WireRequest {
  return {
    data: text,
    headEnd: text.indexOf('\r\n\r\n') + 2,
    bytes: text.length,
    head: false,
    keepBody: false,
    keepHead: false,
    message: null,
  };
}
const post = http1(
  'POST /a?b=1 HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nhi',
);
const postInBytes = { ...post, data: Buffer.from(`${post.data}`) };
const http2: WireRequest = {
  ...post,
  data: '',
  headEnd: 0,
  message: {
    method: 'POST',
    authority: 'x',
    path: '/a?b=1',
    headers: { 'content-type': 'text/plain', accept: '*/*' },
    body: Buffer.from('hi'),
  },
};

test.each([
  ['text', post],
  ['bytes', postInBytes],
])('further headers come last in the head: %s', (_, request) => {
  const more = withHeaders(request, [['cookie', 'a=b']]);
  const text =
    'POST /a?b=1 HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 2\r\ncookie: a=b\r\n\r\nhi';
  expect(more.data.toString()).toBe(text);
  expect(more.bytes).toBe(text.length);
  expect(text.slice(more.headEnd)).toBe('\r\nhi');
});

test('further headers of HTTP/2', () => {
  expect(withHeaders(http2, [['cookie', 'a=b']]).message?.headers).toEqual({
    'content-type': 'text/plain',
    accept: '*/*',
    cookie: 'a=b',
  });
});

test.each([
  ['text', post, { method: 'POST', path: '/a?b=1' }],
  ['bytes', postInBytes, { method: 'POST', path: '/a?b=1' }],
  ['to a proxy', http1('GET http://h:1/p HTTP/1.1\r\nhost: h\r\n\r\n'), { method: 'GET', path: '/p' }],
  ['HTTP/2', http2, { method: 'POST', path: '/a?b=1' }],
])('method and path of %s', (_, request, expected) => {
  expect(targetOf(request)).toEqual(expected);
});

const from = { origin: 'http://127.0.0.1:3000', method: 'POST', path: '/a/b?c' };
test.each([
  ['302 after POST', 302, ['/x'], from, { path: '/x', asGet: true }],
  ['relative', 307, ['d?e#f'], from, { path: '/a/d?e', asGet: false }],
  ['308 keeps the method', 308, ['/x'], from, { path: '/x', asGet: false }],
  ['303 after PUT', 303, ['/x'], { ...from, method: 'PUT' }, { path: '/x', asGet: true }],
  ['302 after PUT', 302, ['/x'], { ...from, method: 'PUT' }, { path: '/x', asGet: false }],
  ['303 after HEAD', 303, ['/x'], { ...from, method: 'HEAD' }, { path: '/x', asGet: false }],
  ['absolute, the same origin', 301, ['http://127.0.0.1:3000/y'], from, { path: '/y', asGet: true }],
  ['another port', 301, ['http://127.0.0.1:3001/y'], from, 'elsewhere'],
  ['another host without scheme', 301, ['//example.org/y'], from, 'elsewhere'],
  ['another scheme', 301, ['https://127.0.0.1:3000/y'], from, 'elsewhere'],
  ['not a URL of a server', 301, ['javascript:alert(1)'], from, 'elsewhere'],
  ['not a URL', 301, ['http://['], from, null],
  ['no location', 301, [], from, null],
  ['two locations', 301, ['/x', '/y'], from, null],
  ['not modified', 304, ['/x'], from, null],
] as const)('where a redirect leads: %s', (_, status, locations, at, expected) => {
  expect(redirectOf(status, locations, at)).toEqual(expected);
});

test.each([
  ['text', post],
  ['bytes', postInBytes],
])('a redirected request, with and without its body: %s', (_, request) => {
  expect(redirected(request, '/x', false).data.toString()).toBe(
    'POST /x HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nhi',
  );
  const get = redirected(request, '/x', true);
  expect(get.data.toString()).toBe('GET /x HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(get.headEnd).toBe('GET /x HTTP/1.1\r\nhost: x\r\n'.length);
});

test('redirected over HTTP/2 and through a proxy', () => {
  expect(redirected(http2, '/x', true).message).toEqual({
    method: 'GET',
    authority: 'x',
    path: '/x',
    headers: { accept: '*/*' },
    body: null,
  });
  const proxied = http1('GET http://h:1/p HTTP/1.1\r\nhost: h\r\n\r\n');
  expect(redirected(proxied, '/q', false).data).toBe('GET http://h:1/q HTTP/1.1\r\nhost: h\r\n\r\n');
});
