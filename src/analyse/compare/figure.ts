import { mergeSnapshots, quantileUs } from '../../record/histogram.ts';
import { resampleBlocks } from '../measure/block-bootstrap.ts';
import type { Block, Measurement } from '../measure/measurement.ts';
import { leastBeyond, quantileOf, type RatioMetric } from './metric.ts';

/** One metric of one endpoint (or of all together) in one stage of one run. */
export type Figure = {
  /** Requests/s or ms; > 0. */
  readonly value: number;
  /** Natural logarithms of what resampled blocks gave; empty: the run holds no blocks. */
  readonly logs: readonly number[];
  /** The same metric of each block. */
  readonly perBlock: readonly number[];
};

export type Figures = Readonly<Record<RatioMetric, Figure | null>>;

export const resamples = 1000;

/** A run of fewer usable blocks gives no interval. */
export const leastBlocks = 3;

/** The figures of one run from its blocks of time, or from another tool's summary where there are none. */
export function figuresOf(blocks: readonly Block[], summary: Measurement, random: () => number): Figures {
  if (blocks.length === 0) return summarised(summary);
  const answered = blocks.map((block) => ({ ...block, count: block.count - block.failed }));
  const drawn = blocks.length < leastBlocks ? null : resampleBlocks(answered, resamples, random);
  const merged = mergeSnapshots(blocks.map((block) => block.histogram));
  const timed = blocks.filter((block) => block.histogram.count > 0);
  const means = timed.map(({ histogram }) => histogram.sumUs / histogram.count / 1000);
  const rates = answered.map((block) => block.count / block.seconds);
  const seconds = blocks.reduce((sum, block) => sum + block.seconds, 0);
  const at = (q: number) => (quantileUs(merged, q) ?? 0) / 1000;
  const quantile = (metric: 'p50' | 'p95' | 'p99', q: number): Figure | null =>
    merged.count * Math.min(q, 1 - q) < leastBeyond
      ? null
      : figure(
          at(q),
          drawn?.[metric] ?? [],
          timed.map(({ histogram }) => (quantileUs(histogram, q) ?? 0) / 1000),
        );
  return {
    throughput: figure(
      answered.reduce((sum, block) => sum + block.count, 0) / seconds,
      drawn?.rate ?? [],
      rates,
    ),
    avg:
      merged.count < 2 * leastBeyond
        ? null
        : figure(merged.sumUs / merged.count / 1000, drawn?.avg ?? [], means),
    p50: quantile('p50', 0.5),
    p95: quantile('p95', 0.95),
    p99: quantile('p99', 0.99),
  };
}

function figure(value: number, drawn: readonly number[], perBlock: readonly number[]): Figure | null {
  if (!(value > 0)) return null;
  const logs = drawn.filter((each) => each > 0).map(Math.log);
  return { value, logs: logs.length < drawn.length / 2 ? [] : logs, perBlock };
}

function summarised({ count, failed, rate, responseTime }: Measurement): Figures {
  const of = (value: number | null | undefined, metric: RatioMetric): Figure | null => {
    const q = quantileOf(metric);
    const enough = q === null || count * Math.min(q, 1 - q) >= leastBeyond;
    return value === null || value === undefined || !enough ? null : figure(value, [], []);
  };
  return {
    throughput: of(rate === null || count === 0 ? null : (rate * (count - failed)) / count, 'throughput'),
    avg: of(responseTime?.avg, 'avg'),
    p50: of(responseTime?.p50, 'p50'),
    p95: of(responseTime?.p95, 'p95'),
    p99: of(responseTime?.p99, 'p99'),
  };
}
