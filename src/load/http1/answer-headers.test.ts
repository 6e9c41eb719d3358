import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadMemo } from './head-memo.ts';
import { defaultReaderLimits, ResponseReader } from './response-reader.ts';

type Row = {
  name: string;
  bytes: string;
  /** The request asked for the head. */
  keepHead?: true;
  /** The body ends with the connection. */
  toClose?: true;
  setsCookies: boolean;
  /** What the reader says of each name. */
  headers: Record<string, string[]>;
};

const rows: Row[] = [
  {
    name: 'a plain 200 is not kept',
    bytes: 'HTTP/1.1 200 OK\r\nlocation: /a\r\ncontent-length: 2\r\n\r\nok',
    setsCookies: false,
    headers: { location: [], 'content-length': [] },
  },
  {
    name: 'a plain 200 is kept when asked for',
    bytes: 'HTTP/1.1 200 OK\r\nETag: "x"\r\ncontent-length: 2\r\nEmpty:\r\n\r\nok',
    keepHead: true,
    setsCookies: false,
    headers: { etag: ['"x"'], 'content-length': ['2'], empty: [''], etags: [], eta: [], http: [] },
  },
  {
    name: 'cookies, in their order, whatever the letter case',
    bytes:
      'HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nx: y\r\nset-cookie:b=2\r\nSET-COOKIE: \t c=\xe9 \t\r\ncontent-length: 0\r\n\r\n',
    setsCookies: true,
    headers: { 'set-cookie': ['a=1; Path=/', 'b=2', 'c=\xe9'], x: ['y'] },
  },
  {
    name: 'a header of the same length is no cookie',
    bytes:
      'HTTP/1.1 200 OK\r\nset-cookiE2: a\r\nsetxcookie: a\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n',
    setsCookies: false,
    headers: { setxcookie: [] },
  },
  {
    name: 'a redirect',
    bytes: 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/a: b\r\ncontent-length: 3\r\n\r\nabc',
    setsCookies: false,
    headers: { location: ['http://127.0.0.1/a: b'] },
  },
  {
    name: '304',
    bytes: 'HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n',
    setsCookies: false,
    headers: { etag: ['"a"'] },
  },
  {
    name: 'a challenge',
    bytes:
      'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="a, b"\r\nwww-authenticate: Basic\r\ncontent-length: 0\r\n\r\n',
    setsCookies: false,
    headers: { 'www-authenticate': ['Digest realm="a, b"', 'Basic'] },
  },
  {
    name: 'another refusal is not kept',
    bytes: 'HTTP/1.1 403 Forbidden\r\nlocation: /a\r\ncontent-length: 0\r\n\r\n',
    setsCookies: false,
    headers: { location: [] },
  },
  {
    name: 'the final head only: neither interim answers nor trailers',
    bytes:
      'HTTP/1.1 103 Early Hints\r\nset-cookie: early=1\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nx: final\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx: trailer\r\nset-cookie: late=1\r\n\r\n',
    keepHead: true,
    setsCookies: false,
    headers: { 'set-cookie': [], link: [], x: ['final'] },
  },
  {
    name: 'lines of a body are no headers',
    bytes: 'HTTP/1.1 200 OK\r\nset-cookie: a=1\r\n\r\nset-cookie: b=2\r\n',
    toClose: true,
    setsCookies: true,
    headers: { 'set-cookie': ['a=1'] },
  },
];

/** Reads the answer cut at the given places, as the engine does: each piece at the start of the one buffer. */
function read(reader: ResponseReader, buffer: Buffer, row: Row, cuts: readonly number[]): unknown {
  reader.begin(false, true, row.keepHead === true);
  const whole = Buffer.from(row.bytes, 'latin1');
  let state = 'more';
  let from = 0;
  for (const to of [...cuts, whole.length]) {
    if (to <= from || state !== 'more') continue;
    whole.copy(buffer, 0, from, to);
    state = reader.feed(buffer, to - from);
    buffer.fill('X');
    from = to;
  }
  if (row.toClose === true) state = reader.close();
  const headers = Object.fromEntries(Object.keys(row.headers).map((name) => [name, reader.headers(name)]));
  return { state, setsCookies: reader.setsCookies, headers };
}

const wanted = ({ setsCookies, headers }: Row): unknown => ({ state: 'done', setsCookies, headers });

describe("an answer's header lines", () => {
  it.each(rows)('$name, cut at every byte, by a new reader and by a used one', (row) => {
    const buffer = Buffer.from(new ArrayBuffer(1024));
    const used = new ResponseReader(defaultReaderLimits, new HeadMemo());
    for (let cut = 0; cut <= row.bytes.length; cut += 1) {
      const fresh = new ResponseReader(defaultReaderLimits, new HeadMemo());
      expect(read(fresh, buffer, row, [cut]), `new, cut at ${cut}`).toEqual(wanted(row));
      expect(read(used, buffer, row, [cut]), `used, cut at ${cut}`).toEqual(wanted(row));
    }
    expect(
      read(
        used,
        buffer,
        row,
        Array.from({ length: row.bytes.length }, (_, i) => i),
      ),
    ).toEqual(wanted(row));
  });

  it('are those of the last answer, in whatever order answers come, the memo being shared', () => {
    const buffer = Buffer.from(new ArrayBuffer(1024));
    const memo = new HeadMemo();
    const readers = [
      new ResponseReader(defaultReaderLimits, memo),
      new ResponseReader(defaultReaderLimits, memo),
    ];
    fc.assert(
      fc.property(
        fc.array(fc.record({ row: fc.constantFrom(...rows), reader: fc.nat(1) }), {
          minLength: 2,
          maxLength: 12,
        }),
        (answers) => {
          for (const { row, reader } of answers) {
            const by = readers[reader];
            if (by === undefined) throw new Error('there are two readers');
            expect(read(by, buffer, row, [])).toEqual(wanted(row));
          }
        },
      ),
    );
  });

  it('are forgotten when the next request begins', () => {
    const reader = new ResponseReader();
    const bytes = Buffer.from(
      'HTTP/1.1 302 Found\r\nset-cookie: a=1\r\nlocation: /\r\ncontent-length: 0\r\n\r\n',
    );
    reader.begin(false, false);
    expect(reader.feed(bytes, bytes.length)).toBe('done');
    expect([reader.setsCookies, reader.headers('location')]).toEqual([true, ['/']]);
    reader.begin(false, false);
    expect([reader.setsCookies, reader.headers('location')]).toEqual([false, []]);
  });
});
