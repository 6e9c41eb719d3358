/** Which series of a metrics page are meant. */
export type MetricSelector = {
  readonly name: string;
  /** Labels that must have just these values; others don't matter. */
  readonly labels: ReadonlyMap<string, string>;
};

const name = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]{0,199})\s*(?:\{([\s\S]*)\}\s*)?$/;
const label = /\s*([a-zA-Z_][a-zA-Z0-9_]{0,199})\s*=\s*"((?:[^"\\\n]|\\[\\"n])*)"\s*(?:,|$)/y;
const mostLabels = 20;

/** `pool_used` or `pool_used{pool="main"}`, as in a query of Prometheus, with `=` only; null: neither. */
export function parseSelector(text: string): MetricSelector | null {
  const found = name.exec(text);
  if (found === null) return null;
  const [, metric = '', inner = ''] = found;
  const labels = new Map<string, string>();
  label.lastIndex = 0;
  while (inner.slice(label.lastIndex).trim() !== '') {
    const at = label.lastIndex;
    const one = label.exec(inner);
    if (one === null || labels.size >= mostLabels || label.lastIndex === at) return null;
    const [, key = '', value = ''] = one;
    labels.set(
      key,
      value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    );
  }
  label.lastIndex = 0;
  return { name: metric, labels };
}
