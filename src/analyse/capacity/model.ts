/**
 * Throughput as a function of concurrent users. Parameters are held as logarithms while they are fitted, so that
 * they stay positive; `named` gives them back as they are spoken of.
 */
export type Model = {
  readonly name: 'hinge' | 'round-hinge' | 'hinge-with-decline' | 'usl';
  readonly formula: string;
  readonly parameterCount: number;
  /** ln of the requests per second at `users`, whose ln is given too: the hot path of a fit. */
  readonly logRateAt: (logParameters: readonly number[], users: number, logUsers: number) => number;
  /** Where a fit may begin. */
  readonly starts: (points: readonly Observation[]) => readonly (readonly number[])[];
  readonly named: (logParameters: readonly number[]) => Readonly<Record<string, number>>;
  /** What is known of the parameters beforehand, as a share of the loss; absent: nothing. */
  readonly penalty?: (logParameters: readonly number[]) => number;
  /** Users at which throughput stops growing; infinite: it never does. */
  readonly kneeOf: (logParameters: readonly number[]) => number;
};

export type Observation = { readonly users: number; readonly rate: number };

/**
 * Asymptotic bounds of a closed system (Denning & Buzen 1978; Lazowska et al. 1984, ch. 5): in proportion until the
 * bottleneck is busy, flat from there on. Parameters: ln of the cycle time R₁+Z in s, ln Xmax.
 */
export const hinge: Model = {
  name: 'hinge',
  formula: 'X(N) = min(N / (R₁+Z), Xmax)',
  parameterCount: 2,
  logRateAt: ([cycle = 0, max = 0], _, logUsers) => Math.min(logUsers - cycle, max),
  starts: hingeStarts,
  named: ([cycle = 0, max = 0]) => ({
    xmax: Math.exp(max),
    cycleTimeMs: Math.exp(cycle) * 1000,
    knee: Math.exp(max + cycle),
  }),
  kneeOf: ([cycle = 0, max = 0]) => Math.exp(max + cycle),
};

/** Of sharpness: its logarithm about ln 5, standard deviation 0.7. Of M/M/m//N systems with m 1 … 16, N* 3 … 100: 3 … 15. */
const usualSharpness = { log: Math.log(5), deviation: 0.7 };

/**
 * The same asymptotes with a round shoulder: requests wait before the bottleneck is busy all the time. The larger p, the
 * sharper. Laid through exact M/M/m//N systems it places N* within 4 % (one server) or 2 % (two and more), where the
 * sharp hinge is led astray by the shoulder. Third parameter: ln p.
 */
export const roundHinge: Model = {
  name: 'round-hinge',
  formula: 'X(N) = ((N / (R₁+Z))^−p + Xmax^−p)^(−1/p)',
  parameterCount: 3,
  logRateAt: ([cycle = 0, max = 0, sharpness = 0], _, logUsers) => {
    const p = Math.exp(sharpness);
    const [rising, flat] = [p * (cycle - logUsers), -p * max];
    const larger = Math.max(rising, flat);
    return -(larger + Math.log1p(Math.exp(-Math.abs(rising - flat)))) / p;
  },
  starts: (points) => hingeStarts(points).map((start) => [...start, usualSharpness.log]),
  named: ([cycle = 0, max = 0, sharpness = 0]) => ({
    ...hinge.named([cycle, max]),
    sharpness: Math.exp(sharpness),
  }),
  penalty: ([, , sharpness = 0]) => ((sharpness - usualSharpness.log) / usualSharpness.deviation) ** 2 / 2,
  kneeOf: ([cycle = 0, max = 0]) => Math.exp(max + cycle),
};

/** The hinge whose plateau falls as a power of N/N*. Third parameter: ln of the power. */
export const hingeWithDecline: Model = {
  name: 'hinge-with-decline',
  formula: 'X(N) = min(N / (R₁+Z), Xmax · (N/N*)^−d)',
  parameterCount: 3,
  logRateAt: ([cycle = 0, max = 0, decline = 0], _, logUsers) => {
    const beyond = logUsers - max - cycle;
    return beyond <= 0 ? logUsers - cycle : max - Math.exp(decline) * beyond;
  },
  starts: (points) =>
    hingeStarts(points).flatMap((start) => [
      [...start, Math.log(0.3)],
      [...start, Math.log(0.03)],
    ]),
  named: ([cycle = 0, max = 0, decline = 0]) => ({
    ...hinge.named([cycle, max]),
    decline: orZero(Math.exp(decline)),
  }),
  kneeOf: ([cycle = 0, max = 0]) => Math.exp(max + cycle),
};

/**
 * Universal Scalability Law (Gunther, Guerrilla Capacity Planning, 2007): λ per user alone, contention σ, coherency κ.
 * Its peak is at √((1−σ)/κ).
 */
export const usl: Model = {
  name: 'usl',
  formula: 'X(N) = λN / (1 + σ(N−1) + κN(N−1))',
  parameterCount: 3,
  logRateAt: ([lambda = 0, sigma = 0, kappa = 0], users, logUsers) =>
    lambda + logUsers - Math.log1p((users - 1) * (Math.exp(sigma) + Math.exp(kappa) * users)),
  starts: uslStarts,
  named: ([lambda = 0, sigma = 0, kappa = 0]) => ({
    lambda: Math.exp(lambda),
    sigma: orZero(Math.exp(sigma)),
    kappa: orZero(Math.exp(kappa)),
    peak: uslPeak([lambda, sigma, kappa]),
  }),
  kneeOf: uslPeak,
};

/** Requests per second of a model at so many users. */
export function rateAt(model: Model, logParameters: readonly number[], users: number): number {
  return Math.exp(model.logRateAt(logParameters, users, Math.log(users)));
}

export const models: readonly Model[] = [hinge, roundHinge, hingeWithDecline, usl];

/** What a fit in logarithms can only approach. */
function orZero(value: number): number {
  return value < 1e-9 ? 0 : value;
}

function uslPeak([, sigma = 0, kappa = 0]: readonly number[]): number {
  return Math.sqrt(Math.max(0, 1 - Math.exp(sigma)) / Math.exp(kappa));
}

/** One start for each way of splitting the loads into a slope and a plateau: the medians of either side. */
function hingeStarts(points: readonly Observation[]): readonly (readonly number[])[] {
  return points.slice(1).map((_, split) => {
    const slope = points.slice(0, split + 1).map((p) => Math.log(p.users / p.rate));
    const plateau = points.slice(split + 1).map((p) => Math.log(p.rate));
    return [median(slope), median(plateau)];
  });
}

/** With λ from the lowest load, N·λ/X − 1 = (σ + κN)(N−1) is linear: two loads give σ and κ. */
function uslStarts(points: readonly Observation[]): readonly (readonly number[])[] {
  const first = points[0];
  const last = points[points.length - 1];
  if (first === undefined || last === undefined) return [];
  const lambda = first.rate / first.users;
  const slow = (p: Observation) =>
    Math.max(1e-6, ((p.users * lambda) / p.rate - 1) / Math.max(1, p.users - 1));
  const middle = points[Math.floor(points.length / 2)] ?? first;
  const kappa = Math.max(1e-7, (slow(last) - slow(middle)) / Math.max(1, last.users - middle.users));
  const sigma = Math.max(1e-5, slow(middle) - kappa * middle.users);
  return [
    [Math.log(lambda), Math.log(sigma), Math.log(kappa)],
    [Math.log(lambda), Math.log(0.02), Math.log(1e-4)],
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(at)] ?? 0) + (sorted[Math.ceil(at)] ?? 0)) / 2;
}
