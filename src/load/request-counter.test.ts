import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { RequestCounter } from './request-counter.ts';

const get = 'GET /a HTTP/1.1\r\nhost: x\r\n\r\n';
const post = (body: string): string =>
  `POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

function counted(...parts: string[]): (number | null)[] {
  const counter = new RequestCounter();
  return parts.map((part) => counter.feed(Buffer.from(part, 'latin1')));
}

describe('requests that end', () => {
  const rows: { name: string; parts: string[]; ended: (number | null)[] }[] = [
    { name: 'one', parts: [get], ended: [1] },
    { name: 'three at once', parts: [get + get + get], ended: [3] },
    { name: 'a head in two parts', parts: [get.slice(0, 12), get.slice(12)], ended: [0, 1] },
    { name: 'an end of head in two parts', parts: [get.slice(0, -2), get.slice(-2)], ended: [0, 1] },
    { name: 'a body that holds the end of a head', parts: [post('\r\n\r\n\r\n\r\n'), get], ended: [1, 1] },
    { name: 'a body in parts', parts: [`${post('12345').slice(0, -3)}`, '34', `5${get}`], ended: [0, 0, 2] },
    { name: 'a body of no bytes', parts: [post('')], ended: [1] },
    { name: 'a POST without a length', parts: ['POST / HTTP/1.1\r\n\r\n'], ended: [1] },
    { name: 'a head without end', parts: ['x'.repeat(70_000)], ended: [null] },
  ];
  test.each(rows)('$name', ({ parts, ended }) => {
    expect(counted(...parts)).toEqual(ended);
  });

  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.stringMatching(/^[\r\n a-z]{0,20}$/), { nil: null }), { maxLength: 6 }),
        fc.array(fc.nat(200), { maxLength: 12 }),
        (bodies, cuts) => {
          const all = bodies.map((body) => (body === null ? get : post(body))).join('');
          const counter = new RequestCounter();
          let at = 0;
          let ended = 0;
          for (const length of [...cuts, all.length]) {
            ended += counter.feed(Buffer.from(all.slice(at, at + length), 'latin1')) ?? Number.NaN;
            at += length;
          }
          expect(ended).toBe(bodies.length);
        },
      ),
    );
  });
});
