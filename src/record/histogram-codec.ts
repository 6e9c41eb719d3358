import { bucketCount, bucketOf, emptySnapshot, type HistogramSnapshot } from './histogram.ts';

/**
 * A histogram as bytes, as it stands in the run file. All integers are varints: 7 bits a byte, lowest first,
 * the high bit set on every byte but the last.
 *
 * ```text
 * empty histogram            no bytes at all
 * else  tag                  1: sum, min and max are varints · 2: they are float64, little endian
 *       sum min max          µs
 *       n                    number of buckets in use, ≥ 1
 *       n × (gap, count)     gap: bucket − previous bucket − 1 (the first: the bucket itself); count ≥ 1
 * ```
 *
 * The number of samples is the sum of the counts. A second's histogram of 1,000 samples takes 100 to 300 bytes.
 */
export function encodeHistogram(snapshot: HistogramSnapshot): Uint8Array {
  if (snapshot.count === 0) return new Uint8Array(0);
  const { sumUs, minUs, maxUs, buckets, counts } = snapshot;
  const whole = [sumUs, minUs, maxUs].every((value) => Number.isSafeInteger(value) && value >= 0);
  const bytes = new Uint8Array(1 + 3 * 8 + 5 + buckets.length * (2 + 5));
  const view = new DataView(bytes.buffer);
  bytes[0] = whole ? 1 : 2;
  let at = 1;
  for (const value of [sumUs, minUs, maxUs]) {
    if (whole) {
      at = putVarint(bytes, at, value);
    } else {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  at = putVarint(bytes, at, buckets.length);
  let previous = -1;
  for (let i = 0; i < buckets.length; i += 1) {
    const bucket = buckets[i] ?? 0;
    at = putVarint(bytes, at, bucket - previous - 1);
    at = putVarint(bytes, at, counts[i] ?? 0);
    previous = bucket;
  }
  return bytes.slice(0, at);
}

/** Reads what {@link encodeHistogram} wrote. Anything else is a RangeError that says what is wrong. */
export function decodeHistogram(bytes: Uint8Array): HistogramSnapshot {
  if (bytes.length === 0) return emptySnapshot;
  const tag = bytes[0];
  if (tag !== 1 && tag !== 2) throw new RangeError(`a histogram begins with 1 or 2, not with ${tag}`);
  const cursor = { bytes, at: 1 };
  const [sumUs, minUs, maxUs] =
    tag === 1
      ? [takeVarint(cursor), takeVarint(cursor), takeVarint(cursor)]
      : [takeFloat(cursor), takeFloat(cursor), takeFloat(cursor)];
  const used = takeVarint(cursor);
  // Each bucket takes two bytes at least: checked before anything is allocated.
  if (used < 1 || used > bucketCount || used * 2 > bytes.length - cursor.at) {
    throw new RangeError(`a histogram of ${bytes.length} bytes can't hold ${used} buckets`);
  }
  const buckets = new Uint16Array(used);
  const counts = new Uint32Array(used);
  let bucket = -1;
  let count = 0;
  for (let i = 0; i < used; i += 1) {
    bucket += takeVarint(cursor) + 1;
    const inBucket = takeVarint(cursor);
    if (bucket >= bucketCount) throw new RangeError(`a histogram has no bucket ${bucket}`);
    if (inBucket < 1 || inBucket > 4294967295)
      throw new RangeError(`a bucket can't hold ${inBucket} samples`);
    buckets[i] = bucket;
    counts[i] = inBucket;
    count += inBucket;
  }
  if (cursor.at !== bytes.length) throw new RangeError('a histogram has bytes left over');
  if (bucketOf(minUs) !== buckets[0] || bucketOf(maxUs) !== bucket || minUs > maxUs) {
    throw new RangeError('the minimum and maximum of a histogram are not those of its buckets');
  }
  return { count, sumUs, minUs, maxUs, buckets, counts };
}

// By division, since sums go beyond the 32 bits of the bit operators.
function putVarint(bytes: Uint8Array, from: number, value: number): number {
  let at = from;
  let rest = value;
  while (rest >= 128) {
    bytes[at] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}

type Cursor = { readonly bytes: Uint8Array; at: number };

function takeVarint(cursor: Cursor): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw new RangeError('a histogram ends in the middle of a number');
    cursor.at += 1;
    value += (byte & 127) * scale;
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a number in a histogram is beyond 2^53');
    if (byte < 128) return value;
    scale *= 128;
    if (scale > 2 ** 53) throw new RangeError('a number in a histogram is beyond 2^53');
  }
}

function takeFloat(cursor: Cursor): number {
  const { bytes, at } = cursor;
  if (at + 8 > bytes.length) throw new RangeError('a histogram ends in the middle of a number');
  const value = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0, true);
  cursor.at += 8;
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`a histogram can't hold a time of ${value}`);
  return value;
}
