import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../record/random.ts';
import { decodeBody } from './decode-body.ts';
import { createHttp1Engine } from './http1/http1-engine.ts';
import { contractRequest } from './testing/contract-server.ts';

const encoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  identity: (body) => body,
  gzip: (body) => zlib.gzipSync(body),
  'x-gzip': (body) => zlib.gzipSync(body),
  deflate: (body) => zlib.deflateSync(body),
  br: (body) => zlib.brotliCompressSync(body, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: (body) => zlib.zstdCompressSync(body),
};
const coding = fc.constantFrom(...Object.keys(encoders));
const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array));

const encoded = (body: Buffer, codings: readonly string[]): Buffer =>
  codings.reduce((packed, one) => encoders[one]?.(packed) ?? packed, body);

/** Text that compresses by half or so, not to nothing. */
function textOf(length: number): Buffer {
  const random = randomFrom(7);
  const text = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) text[i] = 97 + Math.floor(random() * 16);
  return text;
}

describe('what was packed is unpacked', () => {
  it('by whatever codings, in whatever lines and letters', () => {
    fc.assert(
      fc.property(
        bytes,
        fc.array(coding, { maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        (body, codings, oneLine, upper) => {
          const names = codings.map((one) => (upper ? one.toUpperCase() : one));
          const lines = oneLine ? [names.join(' , ')] : names;
          expect(decodeBody(encoded(body, codings), lines)?.equals(body)).toBe(true);
        },
      ),
    );
  });

  it('also deflate without its wrapper, at every level', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 9 }), (body, level) => {
        expect(decodeBody(zlib.deflateRawSync(body, { level }), ['deflate'])?.equals(body)).toBe(true);
        expect(decodeBody(zlib.deflateSync(body, { level }), ['deflate'])?.equals(body)).toBe(true);
      }),
    );
  });

  it('nothing is nothing, whatever it was packed by', () => {
    expect(decodeBody(Buffer.alloc(0), ['gzip, br'])).toHaveLength(0);
  });

  it('several members of gzip', () => {
    const packed = Buffer.concat([zlib.gzipSync('one, '), zlib.gzipSync('two')]);
    expect(decodeBody(packed, ['gzip'])?.toString()).toBe('one, two');
  });
});

describe('what cannot be unpacked', () => {
  const packed = zlib.gzipSync('some text');
  const rows: [string, Buffer, string[]][] = [
    ['an unknown coding', packed, ['compress']],
    ['an unknown coding beside a known one', packed, ['sdch, gzip']],
    ['a name that objects have', packed, ['constructor']],
    ['bytes that are none of it', Buffer.from('not packed at all'), ['gzip']],
    ['other codings than named', packed, ['br']],
    ['the wrong order', zlib.brotliCompressSync(packed), ['br, gzip']],
    ['more than four codings', encoded(Buffer.from('a'), Array(5).fill('gzip')), Array(5).fill('gzip')],
  ];
  it.each(rows)('%s', (_name, body, codings) => {
    expect(decodeBody(body, codings)).toBeNull();
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('%s that the server cut off, wherever', (name) => {
    const body = encoded(textOf(300), [name]);
    for (let length = 1; length < body.length; length += 1)
      expect(decodeBody(body.subarray(0, length), [name]), `${length} bytes`).toBeNull();
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('%s that grows beyond 16 MiB', (name) => {
    const most = 16 * 2 ** 20;
    expect(decodeBody(encoded(Buffer.alloc(most), [name]), [name])).toHaveLength(most);
    expect(decodeBody(encoded(Buffer.alloc(most + 1), [name]), [name])).toBeNull();
  });

  it('whatever comes: null or bytes, no error', () => {
    fc.assert(
      fc.property(bytes, fc.array(coding, { maxLength: 4 }), (body, codings) => {
        const decoded = decodeBody(body, codings);
        expect(decoded === null || Buffer.isBuffer(decoded)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a body of which only the first MiB was kept', () => {
  it.each(['gzip', 'deflate', 'br', 'zstd'])('%s: its start', (name) => {
    const text = textOf(6 * 2 ** 20);
    const packed = encoded(text, [name]);
    expect(packed.length).toBeGreaterThan(2 ** 20);
    const start = decodeBody(packed.subarray(0, 2 ** 20), [name]);
    expect(start?.length).toBeGreaterThan(2 ** 20);
    expect(start?.equals(text.subarray(0, start.length))).toBe(true);
  });
});

describe('over the wire', () => {
  it.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, br'])('%s from a real server', async (codings) => {
    const text = textOf(200_000);
    const server = createServer((_request, response) => {
      response.setHeader('content-encoding', codings).end(encoded(text, codings.split(', ')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has such an address.
    const { port } = server.address() as AddressInfo;
    const engine = createHttp1Engine(
      { to: { kind: 'tcp', host: '127.0.0.1', port }, proxy: null, tls: null },
      () => performance.now(),
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    const client = engine.client(resolve);
    client.send(contractRequest(1, {}, { keepBody: true, keepHead: true }));
    await promise;
    expect(decodeBody(client.body(), client.headers('content-encoding'))?.equals(text)).toBe(true);
    client.close();
    server.close();
  });
});
