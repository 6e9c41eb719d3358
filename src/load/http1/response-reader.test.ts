import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultReaderLimits, type ReadState, ResponseReader } from './response-reader.ts';

type Legal = {
  name: string;
  bytes: string;
  status: number;
  body: string;
  keepAlive?: boolean;
  toClose?: boolean;
  head?: boolean;
};

const legal: Legal[] = [
  {
    name: 'a length',
    bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    status: 200,
    body: 'hello',
  },
  { name: 'a length of zero', bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', status: 200, body: '' },
  {
    name: 'blanks around the length',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length: \t 2 \t\r\n\r\nok',
    status: 200,
    body: 'ok',
  },
  { name: 'no reason phrase', bytes: 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', status: 200, body: '' },
  {
    name: 'an empty reason phrase',
    bytes: 'HTTP/1.1 404 \r\ncontent-length: 2\r\n\r\n{}',
    status: 404,
    body: '{}',
  },
  {
    name: 'an empty header value',
    bytes: 'HTTP/1.1 200 OK\r\nx-empty:\r\ncontent-length: 1\r\n\r\na',
    status: 200,
    body: 'a',
  },
  {
    name: 'bytes above ASCII in a value',
    bytes: 'HTTP/1.1 200 OK\r\nx: \xe9\xff\r\ncontent-length: 1\r\n\r\na',
    status: 200,
    body: 'a',
  },
  {
    name: 'chunks',
    bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\nA\r\n, chunked!\r\n0\r\n\r\n',
    status: 200,
    body: 'hello, chunked!',
  },
  {
    name: 'chunks with extensions and trailers',
    bytes:
      'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n3;a=b\r\nabc\r\n00;last\r\nx-sum: 1\r\ny:\r\n\r\n',
    status: 200,
    body: 'abc',
  },
  {
    name: 'chunk extensions with and without values, quoted ones too',
    bytes:
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a;b=c;d="e \\" ;\xe9";f\r\na\r\n0;x=y\r\n\r\n',
    status: 200,
    body: 'a',
  },
  { name: '204 without a body', bytes: 'HTTP/1.1 204 No Content\r\n\r\n', status: 204, body: '' },
  {
    name: '304 with the length of what it did not send',
    bytes: 'HTTP/1.1 304 Not Modified\r\ncontent-length: 99\r\n\r\n',
    status: 304,
    body: '',
  },
  {
    name: 'an answer to HEAD',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n',
    status: 200,
    body: '',
    head: true,
  },
  {
    name: 'interim answers first',
    bytes:
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok',
    status: 201,
    body: 'ok',
  },
  {
    name: 'connection: close',
    bytes: 'HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 1\r\n\r\na',
    status: 200,
    body: 'a',
    keepAlive: false,
  },
  {
    name: 'HTTP/1.0',
    bytes: 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na',
    status: 200,
    body: 'a',
    keepAlive: false,
  },
  {
    name: 'HTTP/1.0 kept alive',
    bytes: 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\na',
    status: 200,
    body: 'a',
  },
  {
    name: 'to the close',
    bytes: 'HTTP/1.1 200 OK\r\n\r\nall of it',
    status: 200,
    body: 'all of it',
    keepAlive: false,
    toClose: true,
  },
];

/** Feeds the bytes cut at the given places, each piece at the start of one reused buffer as the engine does it. */
function read(
  bytes: string,
  cuts: readonly number[],
  options: { head?: boolean; close?: boolean } = {},
): { state: ReadState; reader: ResponseReader } {
  const reader = new ResponseReader();
  reader.begin(options.head === true, true);
  const buffer = Buffer.alloc(4096, 'X');
  const whole = Buffer.from(bytes, 'latin1');
  let state: ReadState = 'more';
  let from = 0;
  for (const to of [...cuts, whole.length]) {
    if (to <= from) continue;
    whole.copy(buffer, 0, from, to);
    state = reader.feed(buffer, to - from);
    buffer.fill('X');
    from = to;
    if (state !== 'more') break;
  }
  if (state === 'more' && options.close === true) state = reader.close();
  return { state, reader };
}

describe('every legal framing', () => {
  for (const row of legal) {
    it(`${row.name}, cut at every byte and at every two`, () => {
      const options = { head: row.head === true, close: row.toClose === true };
      const length = Buffer.from(row.bytes, 'latin1').length;
      const cuts: number[][] = [[], Array.from({ length }, (_, i) => i + 1)];
      for (let i = 1; i < length; i += 1) {
        cuts.push([i]);
        for (let j = i + 1; j < length; j += 1) cuts.push([i, j]);
      }
      for (const cut of cuts) {
        const { state, reader } = read(row.bytes, cut, options);
        const seen = {
          state,
          status: reader.status,
          body: reader.body().toString('latin1'),
          bytes: reader.bodyBytes,
          keepAlive: reader.keepAlive,
        };
        const wanted = {
          state: 'done',
          status: row.status,
          body: row.body,
          bytes: row.body.length,
          keepAlive: row.keepAlive ?? true,
        };
        if (JSON.stringify(seen) !== JSON.stringify(wanted))
          expect({ cut, ...seen }).toEqual({ cut, ...wanted });
      }
    });
  }
});

describe('answers that would have to be guessed are malformed', () => {
  const rows: [string, string][] = [
    ['not HTTP', 'hello world, this is no HTTP'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/0.9 and 2', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['lower-case http', 'http/1.1 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['two spaces before the status', 'HTTP/1.1  200 OK\r\n\r\n'],
    ['a bare line feed after the status', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
    ['a bare line feed in a header', 'HTTP/1.1 200 OK\r\na: b\ncontent-length: 0\r\n\r\n'],
    ['a bare carriage return', 'HTTP/1.1 200 OK\r\na: b\rc: d\r\n\r\n'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\na: b\0\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: b\r\n\r\n'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['two lengths that differ', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['two lengths that agree', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na'],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\na'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['a signed length', 'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\na'],
    ['a hexadecimal length', 'HTTP/1.1 200 OK\r\ncontent-length: 0x1\r\n\r\na'],
    ['an empty length', 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n'],
    ['a length beyond exact numbers', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n'],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'chunks beside a length',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n',
    ],
    [
      'two transfer codings headers',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['chunked twice', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
    ['chunked before gzip', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a chunk size that is no number', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    ['an empty chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n'],
    ['a signed chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n+1\r\na\r\n'],
    ['an endless chunk size', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'0'.repeat(40)}`],
    [
      'a chunk longer than its size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n',
    ],
    [
      'a chunk that ends in a bare line feed',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n',
    ],
    [
      'a chunk size that ends in a bare line feed',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n',
    ],
    [
      'a blank after a chunk size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n',
    ],
    [
      'a chunk extension without a name',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;=b\r\na\r\n0\r\n\r\n',
    ],
    [
      'a chunk extension without a value',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a=\r\na\r\n0\r\n\r\n',
    ],
    [
      'a chunk extension whose quotes do not end',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a="b\r\na\r\n0\r\n\r\n',
    ],
    [
      'bytes after a quoted chunk extension',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a="b"c\r\na\r\n0\r\n\r\n',
    ],
    [
      'a trailer without a colon',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nnonsense\r\n\r\n',
    ],
    [
      "a blank before a trailer's colon",
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\na : b\r\n\r\n',
    ],
    [
      'a length among the trailers',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n',
    ],
    [
      'a transfer coding among the trailers',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\ntransfer-encoding: chunked\r\n\r\n',
    ],
    ['a transfer coding without a name', 'HTTP/1.1 200 OK\r\ntransfer-encoding:\r\n\r\n'],
    ['a tab after chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\t\r\n\r\n0\r\n\r\n'],
    [
      'an interim answer that closes',
      'HTTP/1.1 100 Continue\r\nconnection: close\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
    ],
    ['a folded trailer', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n folded\r\n\r\n'],
    ['bytes after a length', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab'],
    ['bytes after chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nmore'],
    ['a body after 204', 'HTTP/1.1 204 No Content\r\n\r\nbody'],
    ['an unasked switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n'],
  ];
  for (const [name, bytes] of rows) {
    it(name, () => {
      const { state, reader } = read(bytes, []);
      expect({ state, keepAlive: reader.keepAlive, explained: reader.problem !== '' }).toEqual({
        state: 'malformed',
        keepAlive: false,
        explained: true,
      });
    });
  }
});

describe('bounds', () => {
  it('gives up an endless header at its limit, however small the pieces', () => {
    const reader = new ResponseReader();
    reader.begin(false, false);
    const start = Buffer.from('HTTP/1.1 200 OK\r\nx: ');
    let state = reader.feed(start, start.length);
    const piece = Buffer.alloc(1000, 'a');
    let fed = start.length;
    while (state === 'more' && fed < 1_000_000) {
      state = reader.feed(piece, piece.length);
      fed += piece.length;
    }
    expect(state).toBe('malformed');
    expect(fed).toBeLessThanOrEqual(defaultReaderLimits.headBytes + 2000);
  });

  it('refuses a body that says it is too long before it comes', () => {
    const { state, reader } = read('HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n', []);
    expect({ state, problem: reader.problem }).toEqual({
      state: 'oversized',
      problem: 'the body is 1073741824 bytes long',
    });
  });

  it('refuses a chunk that says it is too long before it comes', () => {
    expect(read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40000000\r\n', []).state).toBe(
      'oversized',
    );
  });

  it('cuts off a body without an end, and keeps only its start', () => {
    const reader = new ResponseReader({ headBytes: 1000, bodyBytes: 100_000, keptBytes: 1500 });
    reader.begin(false, true);
    const head = Buffer.from('HTTP/1.1 200 OK\r\n\r\n');
    let state = reader.feed(head, head.length);
    const piece = Buffer.alloc(1000, 'a');
    let pieces = 0;
    while (state === 'more' && pieces < 1000) {
      state = reader.feed(piece, piece.length);
      pieces += 1;
    }
    expect({ state, pieces, kept: reader.body().length }).toEqual({
      state: 'oversized',
      pieces: 101,
      kept: 1500,
    });
  });
});

describe('a reader is used again', () => {
  it('forgets the answer before, whatever became of it', () => {
    const reader = new ResponseReader();
    for (const bytes of [
      'HTTP/1.1 500 Oops\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc',
      'nonsense',
      'HTTP/1.1 200 OK\r\ncontent-le',
    ]) {
      reader.begin(false, true);
      reader.feed(Buffer.from(bytes), bytes.length);
    }
    reader.begin(false, true);
    const good = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    expect([
      reader.feed(good, good.length),
      reader.status,
      reader.keepAlive,
      reader.body().toString(),
    ]).toEqual(['done', 200, true, 'ok']);
  });
});

describe('whatever comes', () => {
  it('the state does not depend on where the bytes are cut', () => {
    const piece = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'content-length: 3\r\n',
      'transfer-encoding: chunked\r\n',
      '\r\n',
      'abc',
      '3\r\n',
      '0\r\n',
      'connection: close\r\n',
      '\n',
      '\0',
      ' ',
      'HTTP/1.1 100 C\r\n\r\n',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(120), { maxLength: 6 }),
        (pieces, cuts) => {
          const bytes = pieces.join('');
          const whole = read(bytes, [], { close: true });
          const cut = read(
            bytes,
            cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b),
            { close: true },
          );
          // Bytes after the end are seen only if they come in the same read: a later read finds the connection idle.
          if (whole.reader.problem.includes('after the end')) return;
          expect([cut.state, cut.reader.status, cut.reader.bodyBytes]).toEqual([
            whole.state,
            whole.reader.status,
            whole.reader.bodyBytes,
          ]);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
