/** Picks an endpoint's index in proportion to the weights. */
export type Mix = (random: () => number) => number;

/** Walker's alias method, Vose's construction: one random number, one comparison a pick. Weights are > 0. */
export function mixOf(weights: readonly number[]): Mix {
  const n = weights.length;
  if (n === 1) return () => 0;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const scaled = weights.map((weight) => (weight * n) / total);
  const keep = new Float64Array(n).fill(1);
  const alias = new Uint32Array(n);
  const small = scaled.flatMap((weight, index) => (weight < 1 ? [index] : []));
  const large = scaled.flatMap((weight, index) => (weight < 1 ? [] : [index]));
  while (small.length > 0 && large.length > 0) {
    const less = small.pop() ?? 0;
    const more = large.pop() ?? 0;
    keep[less] = scaled[less] ?? 1;
    alias[less] = more;
    const rest = (scaled[more] ?? 1) + (scaled[less] ?? 1) - 1;
    scaled[more] = rest;
    if (rest < 1) small.push(more);
    else large.push(more);
  }
  return (random) => {
    const x = random() * n;
    const column = Math.min(n - 1, Math.floor(x));
    return x - column < (keep[column] ?? 1) ? column : (alias[column] ?? column);
  };
}
