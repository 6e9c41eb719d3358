/** So many of `trials` were hits at x; `weight` multiplies both, for what counts are worth when they are correlated. */
export type Share = {
  readonly x: number;
  readonly hits: number;
  readonly trials: number;
  readonly weight: number;
};

/** logit p = intercept + slope·x, with the covariance of the two. */
export type LogitFit = {
  readonly intercept: number;
  readonly slope: number;
  readonly covariance: {
    readonly intercept: number;
    readonly slope: number;
    readonly both: number;
  };
};

export type SlopePrior = { readonly mean: number; readonly deviation: number };

const iterations = 100;
const converged = 1e-8;
const mostHalvings = 30;
const roundingShare = 1e-12;

/**
 * Logistic regression of shares by iteratively reweighted least squares (McCullagh & Nelder, Generalized Linear Models,
 * 1989, ch. 4). `prior`: what is known of the slope beforehand; without one, shares that x separates without an error
 * have no finite slope. Null: it did not converge, or one x only.
 */
export function fitLogit(shares: readonly Share[], prior: SlopePrior | null = null): LogitFit | null {
  const weight = shares.reduce((sum, s) => sum + s.weight * s.trials, 0);
  if (!(weight > 0)) return null;
  // About the mean of x, so that the two parameters are nearly independent.
  const centre = shares.reduce((sum, s) => sum + s.weight * s.trials * s.x, 0) / weight;
  const hits = shares.reduce((sum, s) => sum + s.weight * s.hits, 0);
  let at = logit((hits + 0.5) / (weight + 1));
  let slope = prior?.mean ?? 0;
  for (let i = 0; i < iterations; i += 1) {
    let [score, scoreX, info, infoX, infoXX] = [0, 0, 0, 0, 0];
    for (const s of shares) {
      const x = s.x - centre;
      const p = logistic(at + slope * x);
      const residual = s.weight * (s.hits - s.trials * p);
      const w = s.weight * s.trials * p * (1 - p);
      score += residual;
      scoreX += residual * x;
      info += w;
      infoX += w * x;
      infoXX += w * x * x;
    }
    if (prior !== null) {
      scoreX -= (slope - prior.mean) / prior.deviation ** 2;
      infoXX += prior.deviation ** -2;
    }
    const determinant = info * infoXX - infoX * infoX;
    if (!(determinant > 1e-12 * info * infoXX) || !(info > 1e-9 * weight)) return null;
    const step = (infoXX * score - infoX * scoreX) / determinant;
    const stepX = (info * scoreX - infoX * score) / determinant;
    // The likelihood is concave: a step that lowers it was too long.
    const current = logLikelihood(at, slope);
    // What rounding may take away is no loss.
    const before = current - roundingShare * Math.abs(current);
    let part = 1;
    for (
      let i = 0;
      i < mostHalvings && logLikelihood(at + part * step, slope + part * stepX) < before;
      i += 1
    )
      part /= 2;
    at += part * step;
    slope += part * stepX;
    if (Math.abs(step) > converged || Math.abs(stepX) > converged) continue;
    const [v, vX, both] = [infoXX / determinant, info / determinant, -infoX / determinant];
    return {
      intercept: at - slope * centre,
      slope,
      covariance: {
        intercept: v - 2 * centre * both + centre * centre * vX,
        slope: vX,
        both: both - centre * vX,
      },
    };
  }
  return null;

  function logLikelihood(level: number, b: number): number {
    let sum = prior === null ? 0 : -(((b - prior.mean) / prior.deviation) ** 2) / 2;
    for (const s of shares) {
      const linear = level + b * (s.x - centre);
      // ln(1 + e^z) without overflow.
      sum +=
        s.weight *
        (s.hits * linear - s.trials * (Math.max(0, linear) + Math.log1p(Math.exp(-Math.abs(linear)))));
    }
    return sum;
  }
}

/** Where the fitted share is p, with its standard error (delta method): (logit p − intercept)/slope. */
export function rootOf(
  { intercept, slope, covariance }: LogitFit,
  p: number,
): { readonly x: number; readonly error: number } {
  const x = (logit(p) - intercept) / slope;
  const variance = covariance.intercept + 2 * x * covariance.both + x * x * covariance.slope;
  return { x, error: Math.sqrt(Math.max(0, variance)) / Math.abs(slope) };
}

export function logit(p: number): number {
  return Math.log(p / (1 - p));
}

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
