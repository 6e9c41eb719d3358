import { parser } from '@prometheus-io/lezer-promql';

/** A metric that an expression reads, and the labels by which it chooses among its series. */
export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

/**
 * What a PromQL expression reads.
 *
 * @throws Error where it is no PromQL.
 */
export function selectorsOf(expression: string): readonly Selector[] {
  const found: { metric: string; labels: string[] }[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      const text = () => expression.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${expression}`);
      if (node.name === 'VectorSelector') found.push({ metric: '', labels: [] });
      const last = found.at(-1);
      const parent = node.node.parent?.name;
      if (last === undefined) return;
      if (node.name === 'Identifier' && parent === 'VectorSelector') last.metric = text();
      if (node.name === 'LabelName' && parent?.endsWith('LabelMatcher') === true) last.labels.push(text());
    },
  });
  return found;
}
