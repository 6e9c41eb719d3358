/**
 * By how much the variance of a run's mean exceeds what its blocks show as if they were independent: neighbouring blocks
 * are alike where a queue remembers longer than a block lasts. Two estimates, all runs pooled; the greater counts.
 *
 * From the blocks: (1+ρ)/(1−ρ), ρ their lag-1 correlation, corrected for its bias −(1+3ρ)/n (Kendall 1954).
 *
 * From the seconds: with a correlation that falls off as e^(−t/τ), a mean over blocks of L seconds has
 * 1/(1 − (τ/L)(1 − e^(−L/τ))) times the variance that the blocks' spread shows. τ = −1.5/ln r, r the lag-1 correlation
 * of the seconds: a queue's slow modes live longer than its first second tells. The 1.5 was chosen by simulation, M/M/1
 * at utilisations 0.5 to 0.9 (bench/compare-accuracy.ts).
 */
export function likeness(
  blocks: readonly (readonly number[])[],
  seconds: readonly (readonly number[])[],
  blockSeconds: number,
): number {
  const ofBlocks = Math.min(0.8, Math.max(0, lag1(blocks)));
  const ofSeconds = Math.min(0.97, Math.max(0.01, lag1(seconds)));
  const share = -1.5 / Math.log(ofSeconds) / blockSeconds;
  return Math.max((1 + ofBlocks) / (1 - ofBlocks), 1 / (1 - share * -Math.expm1(-1 / share)));
}

/** Correlation of neighbours, in shares of each series' mean so that runs weigh alike; corrected for its bias. */
function lag1(series: readonly (readonly number[])[]): number {
  let variance = 0;
  let lagged = 0;
  let values = 0;
  for (const own of series) {
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    if (!(mean > 0)) continue;
    values += own.length;
    for (const [i, value] of own.entries()) {
      const deviation = value / mean - 1;
      variance += deviation * deviation;
      if (i > 0) lagged += deviation * ((own[i - 1] ?? 0) / mean - 1);
    }
  }
  if (variance <= 0 || values < 3) return 0;
  const raw = lagged / variance;
  return raw + ((1 + 3 * raw) * series.length) / values;
}
