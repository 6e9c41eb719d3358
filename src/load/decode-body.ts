import zlib from 'node:zlib';

/** Longest body that is unpacked. */
const decodedBytes = 16 * 2 ** 20;

type Decoder = (body: Buffer) => Buffer;

const bounded = { maxOutputLength: decodedBytes } as const;

const decoders: Readonly<Record<string, Decoder>> = {
  identity: (body) => body,
  gzip: (body) => zlib.gunzipSync(body, bounded),
  'x-gzip': (body) => zlib.gunzipSync(body, bounded),
  // RFC 9110 §8.4.1.2: some senders leave out the zlib wrapper.
  deflate: (body) =>
    ((body[0] ?? 0) & 15) === 8 ? zlib.inflateSync(body, bounded) : zlib.inflateRawSync(body, bounded),
  br: (body) => zlib.brotliDecompressSync(body, bounded),
  zstd: (body) => zlib.zstdDecompressSync(body, bounded),
};

/**
 * A body without its compression: gzip, deflate, br, zstd, also several, given in the order in which they were applied
 * (`Content-Encoding`). Null: unknown, broken, cut off, or longer than 16 MiB when unpacked.
 */
export function decodeBody(body: Buffer, contentEncoding: readonly string[]): Buffer | null {
  const codings = contentEncoding.flatMap((line) => line.split(',')).map((one) => one.trim().toLowerCase());
  let decoded = body;
  try {
    for (const coding of codings.reverse()) {
      if (coding === '' || decoded.length === 0) continue;
      const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
      if (decode === undefined) return null;
      decoded = decode(decoded);
    }
    return decoded;
  } catch {
    return null;
  }
}
