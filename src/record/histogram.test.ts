import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bucketCount,
  bucketLowUs,
  bucketMidUs,
  bucketOf,
  bucketWidthUs,
  emptySnapshot,
  Histogram,
  type HistogramSnapshot,
  largestUs,
  mergeSnapshots,
  quantileUs,
} from './histogram.ts';
import { decodeHistogram, encodeHistogram } from './histogram-codec.ts';

const anyUs = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 100_000 }),
  fc.integer({ min: 0, max: largestUs }),
  fc.double({ min: 0, max: 1e9, noNaN: true }),
);
const samples = fc.array(anyUs, { maxLength: 200 });

function histogramOf(values: readonly number[]): HistogramSnapshot {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram.snapshot();
}

/** The slow oracle: the ⌈q·n⌉-th of the sorted samples. */
function sortedQuantile(values: readonly number[], q: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1];
}

describe('buckets', () => {
  test.each([
    { valueUs: 0, bucket: 0, lowUs: 0, widthUs: 1, midUs: 0 },
    { valueUs: 255, bucket: 255, lowUs: 255, widthUs: 1, midUs: 255 },
    { valueUs: 256, bucket: 256, lowUs: 256, widthUs: 2, midUs: 257 },
    { valueUs: 257, bucket: 256, lowUs: 256, widthUs: 2, midUs: 257 },
    { valueUs: 511, bucket: 383, lowUs: 510, widthUs: 2, midUs: 511 },
    { valueUs: 512, bucket: 384, lowUs: 512, widthUs: 4, midUs: 514 },
    { valueUs: 1_000_000, bucket: 1780, lowUs: 999_424, widthUs: 4096, midUs: 1_001_472 },
    { valueUs: largestUs, bucket: 3327, lowUs: 4_278_190_080, widthUs: 16_777_216, midUs: 4_286_578_688 },
  ])('$valueUs µs', ({ valueUs, bucket, lowUs, widthUs, midUs }) => {
    expect(bucketOf(valueUs)).toBe(bucket);
    expect(bucketLowUs(bucket)).toBe(lowUs);
    expect(bucketWidthUs(bucket)).toBe(widthUs);
    expect(bucketMidUs(bucket)).toBe(midUs);
  });

  test('follow each other without gap or overlap', () => {
    for (let bucket = 0; bucket + 1 < bucketCount; bucket += 1) {
      expect(bucketLowUs(bucket) + bucketWidthUs(bucket)).toBe(bucketLowUs(bucket + 1));
      expect(bucketOf(bucketLowUs(bucket))).toBe(bucket);
      expect(bucketOf(bucketLowUs(bucket + 1) - 1)).toBe(bucket);
    }
    expect(bucketLowUs(bucketCount - 1) + bucketWidthUs(bucketCount - 1)).toBe(2 ** 32);
  });

  test('a midpoint is at most 1/256 off', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: largestUs }), (value) => {
        expect(Math.abs(bucketMidUs(bucketOf(value)) - value) / value).toBeLessThanOrEqual(1 / 256);
      }),
    );
  });

  test.each([
    { what: 'below', valueUs: -5, recorded: 0 },
    { what: 'not a number', valueUs: Number.NaN, recorded: 0 },
    { what: 'above', valueUs: 1e12, recorded: largestUs },
    { what: 'infinite', valueUs: Number.POSITIVE_INFINITY, recorded: largestUs },
  ])('a value beyond the range is recorded as its end: $what', ({ valueUs, recorded }) => {
    const { count, sumUs, minUs, maxUs } = histogramOf([valueUs]);
    expect({ count, sumUs, minUs, maxUs }).toEqual({
      count: 1,
      sumUs: recorded,
      minUs: recorded,
      maxUs: recorded,
    });
  });
});

describe('a histogram', () => {
  test('of 1..1000 ms has the quantiles of 1..1000 ms, within half a bucket', () => {
    const histogram = histogramOf(Array.from({ length: 1000 }, (_, i) => (i + 1) * 1000));
    expect(histogram).toMatchObject({ count: 1000, sumUs: 500_500_000, minUs: 1000, maxUs: 1_000_000 });
    const quantiles = [0, 0.5, 0.95, 0.99, 1].map((q) => quantileUs(histogram, q));
    expect(quantiles).toEqual([1002, 500_736, 948_224, 989_184, 1_000_000]);
  });

  test('of nothing is empty', () => {
    expect(histogramOf([])).toBe(emptySnapshot);
    expect(quantileUs(emptySnapshot, 0.5)).toBeNull();
    expect(mergeSnapshots([])).toBe(emptySnapshot);
  });

  test('keeps count, sum and extremes exactly, and no sample is lost', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const histogram = histogramOf(values);
        expect(histogram.count).toBe(values.length);
        expect(histogram.sumUs).toBe(values.reduce((sum, value) => sum + value, 0));
        expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        if (values.length === 0) return;
        expect(histogram.minUs).toBe(Math.min(...values));
        expect(histogram.maxUs).toBe(Math.max(...values));
      }),
    );
  });

  test('gives every quantile of the sorted samples within 1/256', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const exact = sortedQuantile(values, q);
        const estimate = quantileUs(histogramOf(values), q);
        if (exact === undefined) {
          expect(estimate).toBeNull();
          return;
        }
        // Below 256 µs a bucket is 1 µs wide: fractions are cut off.
        expect(Math.abs((estimate ?? Number.NaN) - exact)).toBeLessThanOrEqual(Math.max(1, exact / 256));
      }),
      { numRuns: 500 },
    );
  });

  test('merges to what it would have been in one', () => {
    fc.assert(
      fc.property(fc.array(samples, { maxLength: 6 }), (parts) => {
        const merged = mergeSnapshots(parts.map(histogramOf));
        const inOne = histogramOf(parts.flat());
        expect({ ...merged, sumUs: 0 }).toEqual({ ...inOne, sumUs: 0 });
        expect(merged.sumUs).toBeCloseTo(inOne.sumUs, 0);
        expect({ ...mergeSnapshots(parts.map(histogramOf).reverse()), sumUs: 0 }).toEqual({
          ...merged,
          sumUs: 0,
        });
      }),
    );
  });

  test('starts anew after a reset', () => {
    const histogram = new Histogram();
    histogram.record(5_000_000);
    histogram.reset();
    histogram.record(7);
    expect(histogram.snapshot()).toEqual(histogramOf([7]));
  });
});

describe('a histogram as bytes', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const snapshot = histogramOf(values);
        expect(decodeHistogram(encodeHistogram(snapshot))).toEqual(snapshot);
      }),
      { numRuns: 500 },
    );
  });

  test('has the layout that is documented', () => {
    expect([...encodeHistogram(histogramOf([3, 3, 300]))]).toEqual([
      // tag, sum 306, min 3, max 300, two buckets
      ...[1, 178, 2, 3, 172, 2, 2],
      // bucket 3 twice; bucket 278, which is 274 further on, once
      ...[3, 2, 146, 2, 1],
    ]);
    expect(encodeHistogram(emptySnapshot)).toHaveLength(0);
  });

  test.each([
    { what: 'an unknown tag', bytes: [3, 1, 1, 1, 1, 1, 1], says: 'begins with 1 or 2' },
    { what: 'an end within a number', bytes: [1, 200], says: 'middle of a number' },
    { what: 'an end within a fraction', bytes: [2, 0, 0], says: 'middle of a number' },
    { what: 'more buckets than bytes', bytes: [1, 1, 1, 1, 9, 1, 1], says: "can't hold 9 buckets" },
    { what: 'no bucket', bytes: [1, 1, 1, 1, 0], says: "can't hold 0 buckets" },
    { what: 'a bucket beyond the range', bytes: [1, 1, 1, 1, 1, 128, 128, 1, 1], says: 'no bucket 16384' },
    { what: 'an empty bucket', bytes: [1, 1, 1, 1, 1, 1, 0], says: "can't hold 0 samples" },
    { what: 'a minimum of another bucket', bytes: [1, 1, 0, 1, 1, 1, 1], says: 'not those of its buckets' },
    { what: 'bytes left over', bytes: [1, 1, 1, 1, 1, 1, 1, 0], says: 'left over' },
    { what: 'an endless number', bytes: [1, ...Array(60).fill(255)], says: 'beyond 2^53' },
    {
      what: 'a sum that is no number',
      bytes: [2, 0, 0, 0, 0, 0, 0, 248, 127, ...Array(16).fill(0), 1, 0, 1],
      says: 'NaN',
    },
  ])('is refused with $what', ({ bytes, says }) => {
    expect(() => decodeHistogram(Uint8Array.from(bytes))).toThrow(says);
    expect(() => decodeHistogram(Uint8Array.from(bytes))).toThrow(RangeError);
  });

  test('is refused or valid, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const snapshot = decodeHistogram(bytes);
          expect(snapshot.counts.reduce((sum, count) => sum + count, 0)).toBe(snapshot.count);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
