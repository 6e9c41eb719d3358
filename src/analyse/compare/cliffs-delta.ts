/**
 * Cliff's δ = P(after > before) − P(after < before), over all pairs: 1 if every value after is greater than every
 * value before, 0 if neither side tends to be greater. Null: a side is empty. (Cliff, Psychological Bulletin 114, 1993.)
 *
 * @example
 * cliffsDelta([1, 2, 3], [4, 5, 6]); // 1
 */
export function cliffsDelta(before: readonly number[], after: readonly number[]): number | null {
  if (before.length === 0 || after.length === 0) return null;
  let greater = 0;
  for (const a of after) {
    for (const b of before) greater += a > b ? 1 : a < b ? -1 : 0;
  }
  return greater / (before.length * after.length);
}

export type Magnitude = 'negligible' | 'small' | 'medium' | 'large';

/** |δ| in words: < 0.147 negligible, < 0.33 small, < 0.474 medium (Romano et al., FAIR 2006). */
export function magnitude(delta: number): Magnitude {
  const size = Math.abs(delta);
  return size < 0.147 ? 'negligible' : size < 0.33 ? 'small' : size < 0.474 ? 'medium' : 'large';
}
