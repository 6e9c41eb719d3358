/** What is compared of a stage and of its endpoints. */
export const metrics = ['throughput', 'avg', 'p50', 'p95', 'p99', 'errors'] as const;
export type Metric = (typeof metrics)[number];
/** Metrics that are compared as ratios. */
export type RatioMetric = Exclude<Metric, 'errors'>;

export type MetricRule = {
  readonly better: 'higher' | 'lower';
  /** The smallest change that matters, for the worse: a share of the value before; of errors a difference of shares. */
  readonly margin: number;
  /**
   * Standard deviation between runs of one and the same system, as a share, that is assumed where a single run a side
   * cannot show it.
   */
  readonly runToRun: number;
};

/**
 * Margins of throughput and p95 are those of docs/methods.md; the average and the median take that of the p95, the p99
 * twice as much, since it varies more from run to run (Treadmill, ISCA 2016). Errors: half a percentage point.
 * What runs of the same system are assumed to differ by is 0.3 of the margin: with a fifth, a service
 * demand that differs by 2 % between runs gave 8 % false alarms (bench/compare-accuracy.ts).
 */
export const metricRules: Readonly<Record<Metric, MetricRule>> = {
  throughput: { better: 'higher', margin: 0.05, runToRun: 0.015 },
  avg: { better: 'lower', margin: 0.1, runToRun: 0.03 },
  p50: { better: 'lower', margin: 0.1, runToRun: 0.03 },
  p95: { better: 'lower', margin: 0.1, runToRun: 0.03 },
  p99: { better: 'lower', margin: 0.2, runToRun: 0.06 },
  errors: { better: 'lower', margin: 0.005, runToRun: 0 },
};

/**
 * The margin as a distance of logarithms. It is exact for the worse (−5 %, +10 %) and mirrored for the better, so that
 * a comparison the other way round gives the opposite verdict.
 */
export function logMargin(metric: RatioMetric): number {
  const { better, margin } = metricRules[metric];
  return better === 'higher' ? -Math.log1p(-margin) : Math.log1p(margin);
}

/** So many samples of each run must lie on either side of a quantile that is compared. */
export const leastBeyond = 10;

/** The share of samples below it; null: no quantile. */
export function quantileOf(metric: Metric): number | null {
  return metric === 'p50' ? 0.5 : metric === 'p95' ? 0.95 : metric === 'p99' ? 0.99 : null;
}
