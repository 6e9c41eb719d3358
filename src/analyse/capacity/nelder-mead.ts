/**
 * Minimum of a function without derivatives: the downhill simplex of Nelder and Mead (1965), with the usual
 * coefficients (reflection 1, expansion 2, contraction ½, shrink ½), started anew once from its own result so that
 * a simplex that collapsed too early is opened again. Deterministic. Values that are not finite count as +∞.
 */
export function minimise(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  precision: Precision = exact,
): { readonly at: readonly number[]; readonly value: number } {
  const first = descend(f, start, precision.step, precision);
  return precision.restart ? descend(f, first.at, precision.step / 5, precision) : first;
}

/** `step`: size of the first simplex; `width`: size at which it has converged. */
export type Precision = {
  readonly step: number;
  readonly width: number;
  readonly maxIterations: number;
  readonly restart: boolean;
};

const exact: Precision = { step: 0.25, width: 1e-8, maxIterations: 400, restart: true };
/** For one draw of a bootstrap, begun beside its minimum. */
export const rough: Precision = { step: 0.05, width: 1e-4, maxIterations: 120, restart: false };

type Vertex = { readonly at: readonly number[]; readonly value: number };

function descend(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  step: number,
  precision: Precision,
): Vertex {
  const evaluate = (at: readonly number[]): Vertex => {
    const value = f(at);
    return { at, value: Number.isFinite(value) ? value : Number.POSITIVE_INFINITY };
  };
  const origin = evaluate(start);
  const others = start.map((_, axis) => evaluate(start.map((x, i) => (i === axis ? x + step : x))));
  let simplex: Vertex[] = [origin, ...others].sort(byValue);

  for (let iteration = 0; iteration < precision.maxIterations; iteration += 1) {
    const best = simplex[0] ?? origin;
    const worst = simplex[simplex.length - 1] ?? origin;
    const second = simplex[simplex.length - 2] ?? best;
    if (width(simplex) < precision.width) break;
    const kept = simplex.slice(0, -1);
    const centre = start.map((_, i) => kept.reduce((sum, v) => sum + (v.at[i] ?? 0), 0) / kept.length);
    const along = (factor: number): Vertex =>
      evaluate(centre.map((c, i) => c + factor * ((worst.at[i] ?? 0) - c)));

    const reflected = along(-1);
    let next: Vertex | null = null;
    if (reflected.value < best.value) {
      const expanded = along(-2);
      next = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < second.value) {
      next = reflected;
    } else {
      const contracted = reflected.value < worst.value ? along(-0.5) : along(0.5);
      if (contracted.value < Math.min(reflected.value, worst.value)) next = contracted;
    }
    simplex =
      next === null
        ? [best, ...simplex.slice(1).map((v) => evaluate(v.at.map((x, i) => ((best.at[i] ?? 0) + x) / 2)))]
        : [...kept, next];
    simplex.sort(byValue);
  }
  return simplex[0] ?? origin;
}

function byValue(a: Vertex, b: Vertex): number {
  return a.value === b.value ? 0 : a.value - b.value;
}

function width(simplex: readonly Vertex[]): number {
  const best = simplex[0];
  if (best === undefined) return 0;
  let widest = 0;
  for (const vertex of simplex) {
    for (const [i, x] of vertex.at.entries()) widest = Math.max(widest, Math.abs(x - (best.at[i] ?? 0)));
  }
  return widest;
}
