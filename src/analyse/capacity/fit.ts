import { randomIndex } from '../../record/random.ts';
import type { Interval } from '../analysis.ts';
import { alikeBlocksFactor, fewBlocksFactor, percentileInterval } from '../measure/interval.ts';
import type { LoadPoint } from './load-point.ts';
import type { Model, Observation } from './model.ts';
import { minimise, rough } from './nelder-mead.ts';

/** A model laid through the points. */
export type Fit = {
  readonly model: Model;
  readonly logParameters: readonly number[];
  /** Small-sample Akaike criterion with the points' own errors; null: too few points for so many parameters. */
  readonly aicc: number | null;
  /** Share of the variance of ln X that the model explains; null: X does not vary. */
  readonly r2: number | null;
};

/** No model is truer than this: standard error that every point has beside its own (real knees are round). */
const modelError = 0.03;
/** Residuals beyond so many standard errors count linearly (Huber, 1964: 95 % efficient on normal errors). */
const huberReach = 1.345;

type Weighted = Observation & { readonly logUsers: number; readonly logRate: number; readonly error: number };

/** Least robust loss in ln X over all starts. */
export function fitModel(model: Model, points: readonly LoadPoint[]): Fit {
  return fitTo(model, weigh(points));
}

function weigh(points: readonly LoadPoint[]): readonly Weighted[] {
  return points.map((p) => ({
    users: p.load,
    rate: p.rate,
    logUsers: Math.log(p.load),
    logRate: Math.log(p.rate),
    error: Math.hypot(p.plainLogError, modelError),
  }));
}

function fitTo(model: Model, points: readonly Weighted[], from?: readonly number[]): Fit {
  const loss = (logParameters: readonly number[]) => {
    let sum = model.penalty?.(logParameters) ?? 0;
    for (const p of points) {
      sum += huber((p.logRate - model.logRateAt(logParameters, p.users, p.logUsers)) / p.error);
    }
    return sum;
  };
  let best: { readonly at: readonly number[]; readonly value: number } | null = null;
  for (const start of from === undefined ? model.starts(points) : [from]) {
    const found = minimise(loss, start, from === undefined ? undefined : rough);
    if (best === null || found.value < best.value) best = found;
  }
  const logParameters = best?.at ?? [];
  return {
    model,
    logParameters,
    aicc: aicc(2 * (best?.value ?? Number.POSITIVE_INFINITY), points.length, model.parameterCount),
    r2: r2(points, (p) => model.logRateAt(logParameters, p.users, p.logUsers)),
  };
}

function huber(residual: number): number {
  const size = Math.abs(residual);
  return size <= huberReach ? (size * size) / 2 : huberReach * (size - huberReach / 2);
}

/** −2 ln L + 2k + 2k(k+1)/(n−k−1), Hurvich & Tsai 1989. */
function aicc(deviance: number, n: number, k: number): number | null {
  return n - k - 1 <= 0 ? null : deviance + 2 * k + (2 * k * (k + 1)) / (n - k - 1);
}

function r2(points: readonly Weighted[], logRateAt: (point: Weighted) => number): number | null {
  const mean = points.reduce((sum, p) => sum + p.logRate, 0) / points.length;
  const all = points.reduce((sum, p) => sum + (p.logRate - mean) ** 2, 0);
  const left = points.reduce((sum, p) => sum + (p.logRate - logRateAt(p)) ** 2, 0);
  return all <= 1e-12 ? null : 1 - left / all;
}

/**
 * The points as they might have come out: each stage's time blocks drawn again with replacement, the deviation
 * widened for their small number and where neighbours are alike. A stage without blocks is drawn from a log-normal of its standard error. Each is moved
 * by {@link modelError} too: without it long stages gave intervals too narrow for their models (bench/knee-accuracy.ts).
 */
export function resample(points: readonly LoadPoint[], random: () => number): readonly LoadPoint[] {
  return points.map((point) => ({
    ...point,
    rate: point.rate * Math.exp(deviation(point, random) + modelError * normal(random)),
  }));
}

function deviation(point: LoadPoint, random: () => number): number {
  const blocks = point.blockRates;
  const mean = blocks.reduce((sum, rate) => sum + rate, 0) / Math.max(1, blocks.length);
  if (blocks.length < 3 || mean <= 0) return point.logError * normal(random);
  let sum = 0;
  for (let i = 0; i < blocks.length; i += 1) sum += blocks[randomIndex(random, blocks.length)] ?? mean;
  const widen = fewBlocksFactor(blocks.length) * alikeBlocksFactor(blocks);
  return Math.log(Math.max(sum / blocks.length / mean, 0.05)) * widen;
}

/** Box & Muller 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** 95 % bootstrap intervals of a fit's named parameters. */
export function parameterIntervals(
  fit: Fit,
  points: readonly LoadPoint[],
  random: () => number,
  rounds: number,
): Readonly<Record<string, Interval>> {
  const draws = Array.from({ length: rounds }, () => {
    const drawn = fitFrom(fit, resample(points, random));
    return drawn.model.named(drawn.logParameters);
  });
  return Object.fromEntries(
    Object.entries(fit.model.named(fit.logParameters)).map(([name, value]) => {
      const values = draws.map((draw) => draw[name] ?? value).filter(Number.isFinite);
      return [name, { value, ...around(value, values) }];
    }),
  );
}

function fitFrom(fit: Fit, points: readonly LoadPoint[]): Fit {
  return fitTo(fit.model, weigh(points), fit.logParameters);
}

function around(value: number, values: readonly number[]): { low: number | null; high: number | null } {
  if (values.length === 0) return { low: null, high: null };
  const { low, high } = percentileInterval(values);
  return { low: Math.min(low, value), high: Math.max(high, value) };
}
