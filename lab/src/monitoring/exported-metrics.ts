/** What an exporter's text tells: the labels of each of its metrics, over all its series. */
export type ExportedMetrics = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads Prometheus' text format, names only. */
export function exportedMetrics(text: string): ExportedMetrics {
  const metrics = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined) continue;
    const known = metrics.get(name) ?? new Set<string>();
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label);
    metrics.set(name, known);
  }
  return metrics;
}
