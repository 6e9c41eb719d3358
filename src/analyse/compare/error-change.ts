import type { Block } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import { likeness } from './likeness.ts';
import { newcombe, type Share, zReachingZero } from './newcombe.ts';
import type { SubjectSample } from './stage-sample.ts';
import { twoSidedP, twoSidedT } from './student-t.ts';

/** Change of the share of failed requests, as a difference. */
export type ErrorChange = {
  readonly before: number;
  readonly after: number;
  /** 95 % interval of the difference; null: nothing to make one from. */
  readonly low: number | null;
  readonly high: number | null;
  readonly p: number | null;
  readonly degreesOfFreedom: number;
  /** Share of each block that reached the target, before and after. */
  readonly perBlock: readonly [readonly number[], readonly number[]];
};

/**
 * Difference of two shares after Newcombe (Statistics in Medicine 17, 1998, method 10), with an effective number of
 * requests: failures come in bursts, so their count is divided by the design effect, the variance between blocks (or
 * runs, if that is greater) over that of independent requests (Kish 1965). The z of the Wilson intervals becomes
 * Student's t with the number of blocks. The generator's own failures are no requests of these.
 */
export function errorChange(
  before: readonly SubjectSample[],
  after: readonly SubjectSample[],
  blockSeconds: number,
): ErrorChange {
  const sides = [shareOf(before, blockSeconds), shareOf(after, blockSeconds)] as const;
  const [from, to] = sides;
  const freedom = from.freedom + to.freedom;
  const base = {
    before: from.share,
    after: to.share,
    perBlock: [from.perBlock, to.perBlock] as const,
    degreesOfFreedom: freedom,
  };
  if (from.freedom < 1 || to.freedom < 1 || from.worth <= 0 || to.worth <= 0)
    return { ...base, low: null, high: null, p: null };
  const ends = newcombe(from, to, twoSidedT(0.05, freedom));
  return { ...base, ...ends, p: twoSidedP(zReachingZero(from, to), freedom) };
}

type SideShare = Share & {
  readonly freedom: number;
  readonly perBlock: readonly number[];
};

type Cluster = { readonly count: number; readonly failed: number };

function shareOf(samples: readonly SubjectSample[], blockSeconds: number): SideShare {
  const runs = samples.map(({ blocks, measurement }) =>
    blocks.length > 0 ? sumOf(blocks.map(reached)) : targetErrors(measurement),
  );
  const blocks = samples.map((sample) => sample.blocks.map(reached).filter(({ count }) => count > 0));
  const all = blocks.flat();
  const { count, failed } = sumOf(runs);
  const share = count > 0 ? failed / count : 0;
  const alike = likeness(
    blocks.map((own) => own.map((block) => block.failed / block.count)),
    [],
    blockSeconds,
  );
  const effect = Math.max(1, alike * designEffect(all, share, count), designEffect(runs, share, count));
  return {
    share,
    worth: count / effect,
    freedom: (all.length > 0 ? all : runs).length - 1,
    perBlock: all.map((block) => block.failed / block.count),
  };
}

function reached(block: Block): Cluster {
  return {
    count: Math.max(0, block.count - block.generatorFailed),
    failed: Math.max(0, block.failed - block.generatorFailed),
  };
}

function sumOf(clusters: readonly Cluster[]): Cluster {
  return {
    count: clusters.reduce((sum, { count }) => sum + count, 0),
    failed: clusters.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Variance of the share as a ratio of the clusters' sums, over p(1−p)/n. */
function designEffect(clusters: readonly Cluster[], share: number, count: number): number {
  const n = clusters.length;
  if (n < 2 || share <= 0 || share >= 1) return 1;
  const squares = clusters.reduce((sum, own) => sum + (own.failed - share * own.count) ** 2, 0);
  return ((n / (n - 1)) * squares) / (count * share * (1 - share));
}
