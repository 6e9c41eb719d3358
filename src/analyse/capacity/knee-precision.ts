import { fitModel } from './fit.ts';
import type { LoadPoint } from './load-point.ts';
import { rateAt, roundHinge } from './model.ts';

/** Where the knee is by a hinge with a round shoulder, how well it is known, and what a further stage would tell. */
export type KneePrecision = {
  readonly users: number;
  readonly cycleSeconds: number;
  readonly maxRate: number;
  /** Standard error of ln N*. */
  readonly error: number;
  /** Requests per second expected at so many users. */
  readonly rateAt: (users: number) => number;
  /** Standard error of ln N* after a further stage of so many seconds at so many users. */
  readonly errorAfter: (users: number, seconds: number) => number;
};

/** No stage of a few seconds is truer than this: standard error that each has beside its own. */
const stageError = 0.015;
const sharpnessDeviation = 0.7;

/**
 * From the Fisher information of the stages in ln X about ln(R₁+Z), ln Xmax and ln p; ln N* = ln(R₁+Z) + ln Xmax. Loads
 * past a decline are left out. Null: fewer than three loads.
 */
export function kneePrecision(given: readonly LoadPoint[]): KneePrecision | null {
  const points = withoutDecline(given);
  if (points.length < 3) return null;
  const { logParameters } = fitModel(roundHinge, points);
  const rate = (users: number) => rateAt(roundHinge, logParameters, users);
  const information = points.reduce<Symmetric>(
    (sum, p) => plus(sum, gradientAt(logParameters, p.load), Math.hypot(p.plainLogError, stageError)),
    [0, 0, 0, 0, 0, sharpnessDeviation ** -2],
  );
  return {
    users: roundHinge.kneeOf(logParameters),
    cycleSeconds: Math.exp(logParameters[0] ?? 0),
    maxRate: Math.exp(logParameters[1] ?? 0),
    error: errorOf(information),
    rateAt: rate,
    errorAfter: (users, seconds) => {
      const own = Math.hypot(1 / Math.sqrt(Math.max(1, rate(users) * seconds)), stageError);
      return errorOf(plus(information, gradientAt(logParameters, users), own));
    },
  };
}

/** Up to the highest throughput, and beyond it what is not clearly less. */
function withoutDecline(points: readonly LoadPoint[]): readonly LoadPoint[] {
  const top = points.reduce<LoadPoint | null>(
    (best, p) => (best === null || p.rate > best.rate ? p : best),
    null,
  );
  if (top === null) return [];
  return points.filter(
    (p) =>
      p.load <= top.load || Math.log(top.rate / p.rate) < 0.05 + 2 * Math.hypot(p.logError, top.logError),
  );
}

/** Upper triangle, row by row: (ln C, ln Xmax, ln p). */
type Symmetric = readonly [number, number, number, number, number, number];

/** d ln X / d (ln C, ln Xmax, ln p), by differences. */
function gradientAt(logParameters: readonly number[], users: number): readonly [number, number, number] {
  const step = 1e-4;
  const at = (axis: number, by: number) =>
    roundHinge.logRateAt(
      logParameters.map((value, i) => (i === axis ? value + by : value)),
      users,
      Math.log(users),
    );
  const slope = (axis: number) => (at(axis, step) - at(axis, -step)) / (2 * step);
  return [slope(0), slope(1), slope(2)];
}

function plus(sum: Symmetric, [a, b, c]: readonly [number, number, number], error: number): Symmetric {
  const w = error ** -2;
  const [aa, ab, ac, bb, bc, cc] = sum;
  return [aa + w * a * a, ab + w * a * b, ac + w * a * c, bb + w * b * b, bc + w * b * c, cc + w * c * c];
}

/** √(vᵀ·I⁻¹·v) for v = (1, 1, 0), by cofactors. */
function errorOf([aa, ab, ac, bb, bc, cc]: Symmetric): number {
  const determinant = aa * (bb * cc - bc * bc) - ab * (ab * cc - bc * ac) + ac * (ab * bc - bb * ac);
  if (!(determinant > 0)) return Number.POSITIVE_INFINITY;
  const [first, second, cross] = [bb * cc - bc * bc, aa * cc - ac * ac, bc * ac - ab * cc];
  return Math.sqrt(Math.max(0, (first + second + 2 * cross) / determinant));
}
