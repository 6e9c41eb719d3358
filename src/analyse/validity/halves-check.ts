import { quantileUs } from '../../record/histogram.ts';
import { studentT } from '../measure/interval.ts';
import type { Block, Measurement } from '../measure/measurement.ts';
import { change, rate, share } from '../words.ts';
import { type JudgedCheck, notChecked, passOrFail } from './check.ts';
import { halvesLimit } from './validity-limits.ts';

const title = 'Steady state';

/** Of the 95 % interval of the difference: a check of every stage must seldom be wrong. */
const noiseFactor = 1.5;

/** A difference of logarithms, and its standard error. */
type Difference = { readonly value: number; readonly error: number };

/**
 * Throughput and medians of the first half against the second: what still changes has not settled, or drifts. Medians
 * are compared endpoint by endpoint (weighted by their counts), or the mix of fast and slow endpoints would be compared.
 * The noise comes from the spread of the blocks within each half, so that a trend does not excuse itself. A failure
 * says something about the target: the stage stays usable.
 */
export function halvesCheck(total: Measurement, endpoints: readonly (Measurement | null)[]): JudgedCheck {
  const throughput = differenceOf(total.blocks, (block) => block.count / block.seconds);
  if (throughput === null) {
    return notChecked('warm-up', title, 'The steady part is too short, or too empty, to compare its halves.');
  }
  const half = Math.floor(total.blocks.length / 2);
  const t = studentT(2 * half - 2) * noiseFactor;
  const limitOf = ({ error }: Difference) => halvesLimit + Math.expm1(Math.min(3, t * error));
  const medians = medianDifference(endpoints);
  const judged = [
    { what: 'throughput', ...throughput },
    ...(medians === null ? [] : [{ what: 'medians', ...medians }]),
  ].map((difference) => ({
    change: Math.expm1(difference.value),
    limit: limitOf(difference),
  }));
  const holds = judged.every(({ change: value, limit }) => Math.abs(value) <= limit);
  const [ofThroughput, ofMedians] = judged;
  const worst = judged.reduce((a, b) =>
    Math.abs(b.change) / b.limit > Math.abs(a.change) / a.limit ? b : a,
  );
  const said = (part: { change: number; limit: number } | undefined) =>
    part === undefined
      ? ''
      : `${change(part.change)} (± ${share(Math.round(part.limit * 1000) / 1000)} allowed)`;
  const first = rate(meanRate(total.blocks.slice(0, half)));
  const second = rate(meanRate(total.blocks.slice(-half)));
  return passOrFail(holds, 'none', {
    check: 'warm-up',
    title,
    value: worst.change,
    threshold: worst.limit,
    unit: 'share',
    statement: `From the first to the second half of the steady part throughput changed by ${said(ofThroughput)}, ${first} → ${second}${ofMedians === undefined ? '' : `; the medians of the endpoints by ${said(ofMedians)}`}.`,
  });
}

function meanRate(blocks: readonly Block[]): number {
  const seconds = blocks.reduce((sum, block) => sum + block.seconds, 0);
  return blocks.reduce((sum, block) => sum + block.count, 0) / seconds;
}

/**
 * Mean over the endpoints, weighted by count; null: none has a median in every block. They share queues, so that their
 * errors are alike and add up: the weighted mean of the standard errors is the most that the mean's can be.
 */
function medianDifference(endpoints: readonly (Measurement | null)[]): Difference | null {
  let weights = 0;
  let value = 0;
  let error = 0;
  for (const measurement of endpoints) {
    if (measurement === null) continue;
    const difference = differenceOf(measurement.blocks, ({ histogram }) => quantileUs(histogram, 0.5) ?? 0);
    if (difference === null) continue;
    weights += measurement.count;
    value += measurement.count * difference.value;
    error += measurement.count * difference.error;
  }
  return weights === 0 ? null : { value: value / weights, error: error / weights };
}

/** Of the second half of the blocks to the first; the middle one of an odd number is left out. Null: a figure is 0. */
function differenceOf(blocks: readonly Block[], figure: (block: Block) => number): Difference | null {
  const half = Math.floor(blocks.length / 2);
  const logs = blocks.map((block) => Math.log(figure(block)));
  if (half < 2 || !logs.every(Number.isFinite)) return null;
  const first = moments(logs.slice(0, half));
  const second = moments(logs.slice(-half));
  return {
    value: second.mean - first.mean,
    error: Math.sqrt((first.variance + second.variance) / half),
  };
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1) };
}
