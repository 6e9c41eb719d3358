/** A share of so many requests; fewer than were counted, and not whole, where failures come in bursts. */
export type Share = { readonly share: number; readonly worth: number };

/**
 * Interval of the difference `to − from` of two shares, from their Wilson intervals at `z` (Newcombe, Statistics in
 * Medicine 17, 1998, method 10).
 *
 * @example
 * newcombe({ share: 48 / 80, worth: 80 }, { share: 56 / 70, worth: 70 }, 1.96); // { low: 0.0524, high: 0.3339 }
 */
export function newcombe(from: Share, to: Share, z: number): { readonly low: number; readonly high: number } {
  const [a, b] = [wilson(from, z), wilson(to, z)];
  const difference = to.share - from.share;
  return {
    low: difference - Math.hypot(to.share - b.low, a.high - from.share),
    high: difference + Math.hypot(b.high - to.share, from.share - a.low),
  };
}

function wilson({ share, worth: n }: Share, z: number): { readonly low: number; readonly high: number } {
  if (!Number.isFinite(z)) return { low: 0, high: 1 };
  const z2 = z * z;
  const scale = 1 + z2 / n;
  const centre = (share + z2 / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return {
    low: share <= 0 ? 0 : Math.max(0, centre - half),
    high: share >= 1 ? 1 : Math.min(1, centre + half),
  };
}

/** The z at which the interval just reaches zero; at most 100. */
export function zReachingZero(from: Share, to: Share): number {
  const difference = to.share - from.share;
  if (difference === 0) return 0;
  let low = 0;
  let high = 100;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    const ends = newcombe(from, to, middle);
    if (difference > 0 ? ends.low > 0 : ends.high < 0) low = middle;
    else high = middle;
  }
  return low;
}
