import { createServer, type IncomingMessage } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Place } from '../plan/plan.ts';
import { compileTemplate, type Escape, fillTemplate } from '../plan/template.ts';
import { compileExtractions, compilePlace, valueLengthLimit } from './extraction.ts';
import { answerView } from './testing/answer-view.ts';

const json = (path: string): Place => ({ from: 'json', path });
const regex = (pattern: string): Place => ({ from: 'regex', pattern });

describe('where a value stands', () => {
  const body = '\ufeff{"user":{"id":7,"name":"Zoë \\"Z\\"","tags":["a",1],"on":true,"no":null,"empty":""}}';
  const answer = answerView(
    body,
    { etag: ['"v1"', '"v2"'], location: ['/posts/12?draft=1'] },
    { session: 'abc=' },
  );
  test.each<[Place, string | null]>([
    [json('$.user.id'), '7'],
    [json('$.user.name'), 'Zoë "Z"'],
    [json('$.user.tags'), '["a",1]'],
    [json('$.user.tags[*]'), 'a'],
    [json('$.user.on'), 'true'],
    [json('$.user.no'), 'null'],
    [json('$.user.empty'), ''],
    [json('$.user.none'), null],
    [json('$.user.toString'), null],
    [{ from: 'header', name: 'ETag' }, '"v1"'],
    [{ from: 'header', name: 'x-none' }, null],
    [regex('"id":(\\d+)'), '7'],
    [regex('"id":\\d+'), '"id":7'],
    [regex('"id":(x)?\\d'), null],
    [regex('Zo.'), 'Zoë'],
    [regex('^\\{"user"'), '{"user"'],
    [regex('nowhere'), null],
    [{ from: 'cookie', name: 'session' }, 'abc='],
    [{ from: 'cookie', name: 'none' }, null],
  ])('%j: %j', (place, value) => {
    expect(compilePlace(place)(answer)).toBe(value);
  });
});

describe('a hostile answer', () => {
  test.each([
    ['no JSON', 'hello'],
    ['half a JSON', '{"a":'],
    ['nothing', ''],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
    ['a thousand kilobytes of brackets', '['.repeat(1_000_000)],
  ])('%s holds no value', (_name, body) => {
    expect(compilePlace(json('$.a'))(answerView(body))).toBeNull();
  });

  test('JSON 400,000 levels deep has what lies near its root, and no text', () => {
    const answer = answerView(`{"id":1,"deep":${'['.repeat(400_000)}${']'.repeat(400_000)}}`);
    expect(compilePlace(json('$.id'))(answer)).toBe('1');
    expect(compilePlace(json('$.deep'))(answer)).toBeNull();
    expect(compilePlace(json('$..id'))(answer)).toBeNull();
  });

  test.each<[Place, (value: string) => ReturnType<typeof answerView>]>([
    [json('$.v'), (value) => answerView(JSON.stringify({ v: value }))],
    [regex('v=(.*)'), (value) => answerView(`v=${value}`)],
    [{ from: 'header', name: 'v' }, (value) => answerView('', { v: [value] })],
    [{ from: 'cookie', name: 'v' }, (value) => answerView('', {}, { v: value })],
  ])('%j: a value has at most 8,192 characters', (place, holding) => {
    const longest = 'x'.repeat(valueLengthLimit);
    expect(compilePlace(place)(holding(longest))).toBe(longest);
    expect(compilePlace(place)(holding(`${longest}x`))).toBeNull();
  });

  test('a pattern of exponential time gives up its way, and goes on', () => {
    const read = compilePlace(regex('(a+)+$'));
    // Going back, 2^200 steps.
    expect(read(answerView(`${'a'.repeat(200)}!`))).toBeNull();
    expect(read(answerView('!aaa'))).toBe('aaa');
  });
});

test('values are written when all are there', () => {
  const read = compileExtractions({
    id: { from: 'json', path: '$.id', otherwise: null },
    tag: { from: 'header', name: 'etag', otherwise: 'none' },
  });
  const values: Record<string, string> = { id: 'old', other: 'kept' };
  expect(read(answerView('{}', { etag: ['"v2"'] }), values)).toBe(false);
  expect(values).toEqual({ id: 'old', other: 'kept' });
  expect(read(answerView('{"id":3}'), values)).toBe(true);
  expect(values).toEqual({ id: '3', tag: 'none', other: 'kept' });
});

describe('an extracted value cannot leave its place in a request', () => {
  const splitting = [
    'a\r\nx-evil: 1',
    'a\r\n\r\nGET /evil HTTP/1.1\r\nhost: x\r\n\r\n',
    'a\nx-evil: 1',
    'a\rx-evil: 1',
    'a\u0000b',
    'a HTTP/1.1\r\nx-evil: 1\r\n\r\n',
    // Cut to Latin-1 by who forgets to look, U+010D and U+010A are a line break.
    'a\u010d\u010ax-evil: 1',
    'a\u0085b\u2028x-evil: 1',
    '../../evil?x=1#',
  ];

  test.each(splitting)('%j is one request to a real server', async (value) => {
    const seen: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      seen.push(request);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const token = compilePlace(json('$.token'))(answerView(JSON.stringify({ token: value }))) ?? '';
      const fill = (text: string, into: Escape): string =>
        fillTemplate(compileTemplate(text, into), () => token);
      const socket = net.connect(port, '127.0.0.1');
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.end(
        Buffer.from(
          `GET /posts/${fill('{token}', 'path')}/x HTTP/1.1\r\nhost: a\r\nx-token: ${fill('{token}', 'header')}\r\n\r\n`,
          'latin1',
        ),
      );
      socket.resume();
      await closed;
      expect(seen.map(({ url }) => url)).toEqual([`/posts/${encodeURIComponent(value)}/x`]);
      expect(seen[0]?.headers['x-evil']).toBeUndefined();
    } finally {
      server.close();
    }
  });

  test('whatever it is, a line stays a line, and JSON stays JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (value) => {
        const read = compilePlace(json('$.v'))(answerView(JSON.stringify({ v: value })));
        expect(read).toBe(value);
        const fill = (into: Escape): string => fillTemplate(compileTemplate('{v}', into), () => read ?? '');
        expect(fill('header')).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
        expect(fill('path')).toMatch(/^[A-Za-z0-9\-._~!'()*%]*$/);
        expect(JSON.parse(`"${fill('json')}"`)).toBe(value);
      }),
    );
  });
});
