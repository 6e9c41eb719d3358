import { randomFrom } from '../../record/random.ts';
import type { Run } from '../../record/run.ts';
import { achievedRateLimit } from '../validity/validity-limits.ts';
import { errorChange } from './error-change.ts';
import { figuresOf } from './figure.ts';
import { likeness } from './likeness.ts';
import type { Measured } from './line.ts';
import { type Metric, metricRules, metrics } from './metric.ts';
import { ratioOf } from './ratio.ts';
import type { StageSample, SubjectSample } from './stage-sample.ts';

/** A run with its sample of the stage in question; `seed` draws from it, whichever side it is on. */
export type Taken = { readonly run: Run; readonly seed: number; readonly sample: StageSample };

export type Subject = Pick<Measured, 'stage' | 'users' | 'askedRate' | 'endpoint'>;

/** All metrics of one endpoint, or of all together, in one stage; those that some run does not hold are left out. */
export function subjectLines(
  of: Subject,
  before: readonly Taken[],
  after: readonly Taken[],
): readonly Measured[] {
  const [was, is] = [samplesOf(of, before), samplesOf(of, after)];
  if (was === null || is === null) return [];
  const samples = [...was, ...is].map(({ sample }) => sample);
  const all = [...before, ...after];
  const length = Math.min(...all.map(({ sample }) => sample.blockSeconds));
  // A queue is shared: where one endpoint has few requests, all together tell more of how long it remembers.
  const times = Math.max(
    timeLikeness(samples, length),
    timeLikeness(
      all.map(({ sample }) => sample.total),
      length,
    ),
  );
  const rates = likeness(
    samples.map(({ blocks }) => blocks.map((block) => (block.count - block.failed) / block.seconds)),
    samples.map(({ secondCounts }) => secondCounts),
    length,
  );
  const [figuresBefore, figuresAfter] = [was, is].map((side) =>
    side.map(({ sample, seed }) => figuresOf(sample.blocks, sample.measurement, randomFrom(seed))),
  );
  const ratios = metrics.flatMap((metric): readonly Measured[] => {
    if (metric === 'errors' || (metric === 'throughput' && !isThroughputTold(of, all))) return [];
    const [from, to] = [figuresBefore, figuresAfter].map((side = []) =>
      side.flatMap((own) => own[metric] ?? []),
    );
    if (from?.length !== before.length || to?.length !== after.length) return [];
    const { log, ...ratio } = ratioOf(
      { figures: from, random: randomFrom(seedOf(was, metric)) },
      { figures: to, random: randomFrom(seedOf(is, metric)) },
      { likeness: metric === 'throughput' ? rates : times, runToRun: metricRules[metric].runToRun },
    );
    return [
      {
        ...of,
        metric,
        before: geometricMean(from.map(({ value }) => value)),
        after: geometricMean(to.map(({ value }) => value)),
        step: log,
        ...ratio,
        perBlock: [from.flatMap(({ perBlock }) => perBlock), to.flatMap(({ perBlock }) => perBlock)],
      },
    ];
  });
  const errors = errorChange(
    was.map(({ sample }) => sample),
    is.map(({ sample }) => sample),
    length,
  );
  return [...ratios, { ...of, metric: 'errors', ...errors, step: errors.after - errors.before }];
}

type Sampled = { readonly sample: SubjectSample; readonly seed: number };

/** Null: some run holds no request of it. */
function samplesOf(of: Subject, taken: readonly Taken[]): readonly Sampled[] | null {
  const samples = taken.flatMap(({ run, seed, sample }): readonly Sampled[] => {
    const endpoint = run.plan.endpoints.findIndex(({ name }) => name === of.endpoint);
    const own = of.endpoint === null ? sample.total : sample.endpoints[endpoint];
    return own == null ? [] : [{ sample: own, seed: Math.imul(seed, 69069) + of.stage * 1009 + endpoint }];
  });
  return samples.length < taken.length ? null : samples;
}

function seedOf(side: readonly Sampled[], metric: Metric): number {
  return side.reduce((sum, { seed }) => Math.imul(sum, 31) + seed, metrics.indexOf(metric) + 1);
}

function timeLikeness(samples: readonly SubjectSample[], blockSeconds: number): number {
  return likeness(
    samples.map(({ blocks }) =>
      blocks.flatMap(({ histogram: { count, sumUs } }) => (count > 0 ? [sumUs / count] : [])),
    ),
    samples.map(({ secondMeans }) => secondMeans),
    blockSeconds,
  );
}

/**
 * An endpoint's throughput is its share of the mix. In the open model throughput is what was asked for: it tells of the
 * target only where it fell short in some run, by more than the rate check of a stage allows.
 */
function isThroughputTold({ endpoint, askedRate }: Subject, all: readonly Taken[]): boolean {
  if (endpoint !== null) return false;
  if (askedRate === null) return true;
  return all.some(({ run, sample: { measurement } }) => {
    const poisson = run.plan.load.kind === 'open' && run.plan.load.arrivals === 'poisson';
    const due = askedRate * (measurement.seconds ?? 0);
    const allowance = poisson && due > 0 ? 3 / Math.sqrt(due) : 0;
    const answered = measurement.total.count - measurement.total.failed;
    return answered < due * (achievedRateLimit - allowance);
  });
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
