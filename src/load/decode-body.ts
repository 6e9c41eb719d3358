import zlib from 'node:zlib';
import { defaultReaderLimits } from './http1/response-reader.ts';

/** Longest body that is unpacked. */
const decodedBytes = 16 * 2 ** 20;
/** Each one may cost as much as a body of the greatest length; nobody applies more than two. */
const mostCodings = 4;

/** `isCut`: the end of the body is not there, and what can be unpacked without it is enough. */
type Decoder = (body: Buffer, isCut: boolean) => Buffer;

const { Z_FINISH, Z_SYNC_FLUSH, BROTLI_OPERATION_FINISH, BROTLI_OPERATION_FLUSH, ZSTD_e_end, ZSTD_e_flush } =
  zlib.constants;
const deflated = (isCut: boolean) =>
  ({ maxOutputLength: decodedBytes, finishFlush: isCut ? Z_SYNC_FLUSH : Z_FINISH }) as const;

const gzip: Decoder = (body, isCut) => zlib.gunzipSync(body, deflated(isCut));

const decoders: Readonly<Record<string, Decoder>> = {
  identity: (body) => body,
  gzip,
  'x-gzip': gzip,
  // RFC 9110 §8.4.1.2: some senders leave out the zlib wrapper.
  deflate: (body, isCut) =>
    isZlib(body) ? zlib.inflateSync(body, deflated(isCut)) : zlib.inflateRawSync(body, deflated(isCut)),
  br: (body, isCut) =>
    zlib.brotliDecompressSync(body, {
      maxOutputLength: decodedBytes,
      finishFlush: isCut ? BROTLI_OPERATION_FLUSH : BROTLI_OPERATION_FINISH,
    }),
  zstd: (body, isCut) =>
    zlib.zstdDecompressSync(body, {
      maxOutputLength: decodedBytes,
      finishFlush: isCut ? ZSTD_e_flush : ZSTD_e_end,
    }),
};

/** RFC 1950 §2.2: the method is 8 and the first two bytes are a multiple of 31. Raw deflate hardly ever begins so. */
function isZlib(body: Buffer): boolean {
  const [method = 0, flags = 0] = body;
  return (method & 15) === 8 && (method * 256 + flags) % 31 === 0;
}

/**
 * A body without its compression: gzip, deflate, br, zstd, up to four of them, given in the order in which they were
 * applied (`Content-Encoding`). Of a body of which an engine kept the start only (1 MiB), what can be unpacked of it.
 * Null: unknown, broken, cut off by the server, or longer than 16 MiB when unpacked.
 */
export function decodeBody(body: Buffer, contentEncoding: readonly string[]): Buffer | null {
  const codings = contentEncoding
    .flatMap((line) => line.split(','))
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== '');
  if (codings.length > mostCodings) return null;
  const isCut = body.length >= defaultReaderLimits.keptBytes;
  let decoded = body;
  try {
    for (const coding of codings.reverse()) {
      const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
      if (decode === undefined) return null;
      if (decoded.length > 0) decoded = decode(decoded, isCut);
    }
    return decoded;
  } catch {
    return null;
  }
}
