import type { Interval } from '../analysis.ts';
import { studentT, z95 } from '../measure/interval.ts';

/** A mean and its standard error, > 0. */
export type Sample = { readonly value: number; readonly error: number };

/**
 * value = b₀ + b₁·x₁ + b₂·x₂ + …, weighted least squares with the samples' own errors; `regressors` holds one list for
 * each x. Gives [b₀, b₁, …] with 95 % intervals, b = (XᵀWX)⁻¹XᵀWy, cov = (XᵀWX)⁻¹. Where the points scatter more than
 * their errors say (χ² per degree of freedom > 1), that scatter widens them, with Student's t. Null: more unknowns than
 * points, or regressors that depend on each other.
 */
export function regress(
  samples: readonly Sample[],
  regressors: readonly (readonly number[])[],
): readonly Interval[] | null {
  const unknowns = regressors.length + 1;
  const freedom = samples.length - unknowns;
  if (freedom < 0) return null;
  // Regressors of very different sizes are scaled to 1, so that the pivots can be compared.
  const scales = [1, ...regressors.map((x) => Math.max(1e-12, ...x.map(Math.abs)))];
  const row = (i: number): number[] => [1, ...regressors.map((x, k) => (x[i] ?? 0) / (scales[k + 1] ?? 1))];
  const normal = Array.from({ length: unknowns }, () => new Array<number>(unknowns).fill(0));
  const right = new Array<number>(unknowns).fill(0);
  for (const [i, { value, error }] of samples.entries()) {
    const x = row(i);
    const weight = 1 / error ** 2;
    for (let j = 0; j < unknowns; j += 1) {
      right[j] = (right[j] ?? 0) + weight * (x[j] ?? 0) * value;
      const own = normal[j];
      if (own === undefined) continue;
      for (let k = 0; k < unknowns; k += 1) own[k] = (own[k] ?? 0) + weight * (x[j] ?? 0) * (x[k] ?? 0);
    }
  }
  const inverse = inverted(normal);
  if (inverse === null) return null;
  const solved = inverse.map((own) => own.reduce((sum, cell, k) => sum + cell * (right[k] ?? 0), 0));
  const chi2 = samples.reduce((sum, { value, error }, i) => {
    const fitted = row(i).reduce((total, x, k) => total + x * (solved[k] ?? 0), 0);
    return sum + ((value - fitted) / error) ** 2;
  }, 0);
  const scatter = freedom > 0 ? chi2 / freedom : 1;
  const reach = scatter > 1 ? studentT(freedom) * Math.sqrt(scatter) : z95;
  return solved.map((scaled, k) => {
    const scale = scales[k] ?? 1;
    const half = reach * Math.sqrt(Math.max(0, inverse[k]?.[k] ?? 0));
    return { value: scaled / scale, low: (scaled - half) / scale, high: (scaled + half) / scale };
  });
}

/** Gauss and Jordan with pivots; null: singular. */
function inverted(matrix: readonly (readonly number[])[]): number[][] | null {
  const n = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, k) => (i === k ? 1 : 0))]);
  const largest = Math.max(...matrix.flat().map(Math.abs));
  for (let column = 0; column < n; column += 1) {
    let pivot = column;
    for (let i = column; i < n; i += 1)
      if (Math.abs(work[i]?.[column] ?? 0) > Math.abs(work[pivot]?.[column] ?? 0)) pivot = i;
    const [own, other] = [work[pivot], work[column]];
    const lead = own?.[column] ?? 0;
    if (own === undefined || other === undefined || Math.abs(lead) <= 1e-12 * largest) return null;
    work[pivot] = other;
    work[column] = own.map((cell) => cell / lead);
    for (let i = 0; i < n; i += 1) {
      const row = work[i];
      const factor = row?.[column] ?? 0;
      if (i === column || row === undefined || factor === 0) continue;
      work[i] = row.map((cell, k) => cell - factor * (work[column]?.[k] ?? 0));
    }
  }
  return work.map((row) => row.slice(n));
}
