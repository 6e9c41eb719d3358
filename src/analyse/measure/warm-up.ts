import { effectiveSampleSize } from './interval.ts';

/**
 * Where a series settles: the number of leading values to leave out, at most half of them. MSER (White, Simulation 69,
 * 1997): the d that minimises Σᵢ₌d (xᵢ − mean)² / (n − d)², the squared half-width of the interval of the mean of what
 * is left. For MSER-5 the values are means of five bins.
 */
export function mser(values: readonly number[]): number {
  const n = values.length;
  let sum = 0;
  let squares = 0;
  let best = Number.POSITIVE_INFINITY;
  let cut = 0;
  const shift = values[n - 1] ?? 0;
  for (let d = n - 1; d >= 0; d -= 1) {
    const value = (values[d] ?? 0) - shift;
    sum += value;
    squares += value * value;
    const left = n - d;
    if (d > n / 2) continue;
    const statistic = Math.max(0, squares - (sum * sum) / left) / (left * left);
    if (statistic <= best) {
      best = statistic;
      cut = d;
    }
  }
  return cut;
}

/** Fewer seconds than this are not cut: three alike values in a row are chance. */
export const warmUpMinSeconds = 10;

/** What is cut must differ from the rest by this share (methods: "first and second half differ < 5 %") … */
export const warmUpMinDifference = 0.05;

/** … and by this many standard errors; otherwise MSER cut noise. */
const warmUpMinErrors = 3;

/** {@link mser}, unless what it would cut does not differ from what it would keep. */
export function warmUpLength(values: readonly number[]): number {
  if (values.length < warmUpMinSeconds) return 0;
  const cut = mser(values);
  if (cut === 0) return 0;
  const kept = moments(values.slice(cut));
  const left = moments(values.slice(0, cut));
  const difference = Math.abs(left.mean - kept.mean);
  // Neighbouring seconds are alike: a correlated series is worth fewer independent values than it has.
  const worth = effectiveSampleSize(values.slice(cut)) / (values.length - cut);
  const standardError = Math.sqrt((kept.variance * (1 / cut + 1 / (values.length - cut))) / worth);
  const differs =
    difference > warmUpMinDifference * Math.abs(kept.mean) && difference > warmUpMinErrors * standardError;
  return differs ? cut : 0;
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, variance };
}
