import { randomIndex } from '../../record/random.ts';
import { percentileInterval } from '../measure/interval.ts';
import { type Figure, resamples } from './figure.ts';
import { twoSidedP, twoSidedT } from './student-t.ts';

/** A change of a metric from one set of runs to another, as natural logarithm of the ratio. */
export type Ratio = {
  readonly log: number;
  /** 95 % interval; null: nothing to make one from. */
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided, of "no change"; below 0.05 where the interval excludes 0. */
  readonly p: number | null;
  readonly degreesOfFreedom: number;
};

/** One side's runs, and the random numbers that draw from them. */
export type Drawn = { readonly figures: readonly Figure[]; readonly random: () => number };

/**
 * The ratio of the runs' geometric means. Its interval comes from a hierarchical bootstrap, runs first and blocks
 * within each run, stretched about the estimate until it is as wide as Student's t with the variance of a run
 *
 *   within  = (variance from resampled blocks) · n/(n−1) · likeness, the mean of the side's runs
 *   between = variance of the runs' logarithms, both sides pooled
 *   one run a side: within + runToRun²; several: the greater of the two
 *
 * The bootstrap of few, alike blocks is too narrow, that of few runs more so (Hesterberg 2015). Variation between runs
 * cannot be seen from within one (Kalibera & Jones, ISMM 2013; Treadmill, ISCA 2016).
 */
export function ratioOf(
  before: Drawn,
  after: Drawn,
  { likeness, runToRun }: { readonly likeness: number; readonly runToRun: number },
): Ratio {
  const sides = [sideOf(before.figures, likeness), sideOf(after.figures, likeness)] as const;
  const log = sides[1].mean - sides[0].mean;
  const spread = varianceOf(sides, runToRun);
  if (spread === null) return { log, low: null, high: null, p: null, degreesOfFreedom: 0 };
  const { variance, degreesOfFreedom } = spread;
  const t95 = twoSidedT(0.05, degreesOfFreedom);
  const { down, up } = reaches(drawsOf(before), drawsOf(after), log, t95 * Math.sqrt(variance));
  const towardsZero = log > 0 ? down : up;
  const t = log === 0 ? 0 : (Math.abs(log) / towardsZero) * t95;
  return {
    log,
    low: log - down,
    high: log + up,
    p: twoSidedP(t, degreesOfFreedom),
    degreesOfFreedom,
  };
}

/** How far the interval reaches down and up: the bootstrap's skew, and a mean reach as asked. */
function reaches(
  before: readonly number[] | null,
  after: readonly number[] | null,
  log: number,
  reach: number,
): { readonly down: number; readonly up: number } {
  if (before === null || after === null) return { down: reach, up: reach };
  const ends = percentileInterval(after.map((value, i) => value - (before[i] ?? 0)));
  const down = log - ends.low;
  const up = ends.high - log;
  if (!(down > 0 && up > 0)) return { down: reach, up: reach };
  const stretch = (2 * reach) / (down + up);
  return { down: down * stretch, up: up * stretch };
}

type Side = {
  readonly runs: number;
  readonly mean: number;
  /** Variance of one run's logarithm, from its blocks; null: some run holds none. */
  readonly within: number | null;
  readonly freedom: number;
  /** Σ (y − ȳ)² over the runs. */
  readonly squares: number;
};

function sideOf(figures: readonly Figure[], likeness: number): Side {
  const logs = figures.map(({ value }) => Math.log(value));
  const mean = meanOf(logs);
  const within = figures.map(
    ({ logs: drawn, perBlock: { length: n } }) => (sampleVariance(drawn) * n * likeness) / Math.max(1, n - 1),
  );
  return {
    runs: figures.length,
    mean,
    within: figures.every(({ logs: drawn }) => drawn.length > 1) ? meanOf(within) : null,
    // Blocks that are alike are worth fewer.
    freedom: figures.reduce((sum, { perBlock }) => sum + Math.max(1, perBlock.length / likeness - 1), 0),
    squares: logs.reduce((sum, y) => sum + (y - mean) ** 2, 0),
  };
}

function varianceOf(
  sides: readonly Side[],
  runToRun: number,
): { readonly variance: number; readonly degreesOfFreedom: number } | null {
  const freedom = sides.reduce((sum, side) => sum + side.runs - 1, 0);
  const between = freedom === 0 ? 0 : sides.reduce((sum, side) => sum + side.squares, 0) / freedom;
  const within = sides.flatMap((side) => side.within ?? []);
  const known = within.length === sides.length;
  if (!known || between > meanOf(within)) {
    // One degree of freedom says next to nothing, and without blocks there is nothing else.
    if (!known && freedom < 2) return null;
    return {
      variance: sides.reduce((sum, { runs }) => sum + between / runs, 0),
      degreesOfFreedom: freedom,
    };
  }
  const parts = sides.map((side) => (side.within ?? 0) / side.runs);
  const assumed = freedom === 0 ? sides.length * Math.log1p(runToRun) ** 2 : 0;
  const variance = parts.reduce((sum, part) => sum + part, assumed);
  // Welch and Satterthwaite; what is assumed counts as known.
  const doubt = parts.reduce((sum, part, i) => sum + part ** 2 / (sides[i]?.freedom ?? 1), 0);
  return { variance, degreesOfFreedom: doubt > 0 ? Math.min(1e6, variance ** 2 / doubt) : 1e6 };
}

/** Mean logarithms of runs drawn with replacement, each a resample of its blocks; null: a run holds none. */
function drawsOf({ figures, random }: Drawn): readonly number[] | null {
  if (figures.some(({ logs }) => logs.length === 0)) return null;
  return Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < figures.length; i += 1) {
      const logs = figures[randomIndex(random, figures.length)]?.logs ?? [];
      sum += logs[randomIndex(random, logs.length)] ?? 0;
    }
    return sum / figures.length;
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sampleVariance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
