/**
 * A log-linear histogram of microseconds: exponent and 7 bits of mantissa, so a bucket is at most 1/128 of its
 * value wide and its midpoint at most 0.4 % off. Mergeable bucket by bucket. Values from 0 to 2³²−1 µs (71 minutes).
 *
 * bucket(v) = v for v < 256; else (e−7)·128 + (v >> (e−7)) with e = ⌊log₂ v⌋.
 */
export const bucketCount = (31 - 7) * 128 + 256;

/** The largest value that is told apart; larger ones are recorded as this one. */
export const largestUs = 2 ** 32 - 1;

/** Bucket of a value in µs. Values beyond the range are clamped to its ends. */
export function bucketOf(valueUs: number): number {
  const v = valueUs >= largestUs ? largestUs : valueUs > 0 ? valueUs >>> 0 : 0;
  if (v < 256) return v;
  const shift = 24 - Math.clz32(v);
  return shift * 128 + (v >>> shift);
}

/** Lowest value in µs that falls into the bucket. */
export function bucketLowUs(bucket: number): number {
  if (bucket < 256) return bucket;
  const shift = Math.floor(bucket / 128) - 1;
  return (bucket - shift * 128) * 2 ** shift;
}

/** Width of the bucket in µs. */
export function bucketWidthUs(bucket: number): number {
  return bucket < 256 ? 1 : 2 ** (Math.floor(bucket / 128) - 1);
}

/** Representative value of a bucket: its midpoint (exact below 256 µs). */
export function bucketMidUs(bucket: number): number {
  return bucket < 256 ? bucket : bucketLowUs(bucket) + bucketWidthUs(bucket) / 2;
}

/** An immutable sparse histogram: what is stored, sent between threads, and analysed. */
export type HistogramSnapshot = {
  readonly count: number;
  readonly sumUs: number;
  /** Exact; 0 when count is 0. */
  readonly minUs: number;
  readonly maxUs: number;
  /** Ascending bucket numbers and their counts, of equal length. */
  readonly buckets: Uint16Array;
  readonly counts: Uint32Array;
};

export const emptySnapshot: HistogramSnapshot = Object.freeze({
  count: 0,
  sumUs: 0,
  minUs: 0,
  maxUs: 0,
  buckets: new Uint16Array(0),
  counts: new Uint32Array(0),
});

/** A growing histogram. `record` is the hot path: no allocation once its range was seen. */
export class Histogram {
  count = 0;
  sumUs = 0;
  minUs = Number.POSITIVE_INFINITY;
  maxUs = 0;
  #counts = new Uint32Array(1024);

  record(valueUs: number): void {
    const value = valueUs > 0 ? Math.min(valueUs, largestUs) : 0;
    const bucket = bucketOf(value);
    if (bucket >= this.#counts.length) this.#grow(bucket);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.count += 1;
    this.sumUs += value;
    if (value < this.minUs) this.minUs = value;
    if (value > this.maxUs) this.maxUs = value;
  }

  merge(other: HistogramSnapshot): void {
    if (other.count === 0) return;
    const last = other.buckets[other.buckets.length - 1] ?? 0;
    if (last >= this.#counts.length) this.#grow(last);
    for (let i = 0; i < other.buckets.length; i += 1) {
      const bucket = other.buckets[i] ?? 0;
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + (other.counts[i] ?? 0);
    }
    this.count += other.count;
    this.sumUs += other.sumUs;
    if (other.minUs < this.minUs) this.minUs = other.minUs;
    if (other.maxUs > this.maxUs) this.maxUs = other.maxUs;
  }

  reset(): void {
    if (this.count === 0) return;
    this.#counts.fill(0);
    this.count = 0;
    this.sumUs = 0;
    this.minUs = Number.POSITIVE_INFINITY;
    this.maxUs = 0;
  }

  snapshot(): HistogramSnapshot {
    if (this.count === 0) return emptySnapshot;
    const from = bucketOf(this.minUs);
    const to = bucketOf(this.maxUs);
    let used = 0;
    for (let i = from; i <= to; i += 1) if (this.#counts[i]) used += 1;
    const buckets = new Uint16Array(used);
    const counts = new Uint32Array(used);
    let at = 0;
    for (let i = from; i <= to; i += 1) {
      const count = this.#counts[i] ?? 0;
      if (count === 0) continue;
      buckets[at] = i;
      counts[at] = count;
      at += 1;
    }
    return { count: this.count, sumUs: this.sumUs, minUs: this.minUs, maxUs: this.maxUs, buckets, counts };
  }

  #grow(bucket: number): void {
    const grown = new Uint32Array(Math.min(bucketCount, Math.max(bucket + 1, this.#counts.length * 2)));
    grown.set(this.#counts);
    this.#counts = grown;
  }
}

/** All snapshots as one; their order does not matter. */
export function mergeSnapshots(snapshots: Iterable<HistogramSnapshot>): HistogramSnapshot {
  const merged = new Histogram();
  for (const snapshot of snapshots) merged.merge(snapshot);
  return merged.snapshot();
}

/**
 * The value in µs below or at which the share q (0..1) of the samples lies: the smallest bucket whose cumulative
 * count reaches ⌈q·n⌉, its midpoint, held within the exact minimum and maximum. Null for no samples.
 */
export function quantileUs(snapshot: HistogramSnapshot, q: number): number | null {
  if (snapshot.count === 0) return null;
  const rank = Math.max(1, Math.ceil(q * snapshot.count));
  let seen = 0;
  for (let i = 0; i < snapshot.buckets.length; i += 1) {
    seen += snapshot.counts[i] ?? 0;
    if (seen >= rank) {
      const value = bucketMidUs(snapshot.buckets[i] ?? 0);
      return Math.min(snapshot.maxUs, Math.max(snapshot.minUs, value));
    }
  }
  return snapshot.maxUs;
}
