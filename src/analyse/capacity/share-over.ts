import { bucketLowUs, bucketWidthUs, type HistogramSnapshot } from '../../record/histogram.ts';

/** How many samples are longer than the limit; of the bucket that holds it, the part beyond it. */
export function countOver({ buckets, counts }: HistogramSnapshot, limitMs: number): number {
  const limitUs = limitMs * 1000;
  let over = 0;
  for (let i = buckets.length - 1; i >= 0; i -= 1) {
    const bucket = buckets[i] ?? 0;
    const low = bucketLowUs(bucket);
    const width = bucketWidthUs(bucket);
    if (low + width <= limitUs) break;
    over += (counts[i] ?? 0) * Math.min(1, (low + width - limitUs) / width);
  }
  return over;
}
