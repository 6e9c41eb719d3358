import type { Comparison, ComparisonLine, LineVerdict } from '../../analyse/compare/comparison.ts';
import { metricChange, metricNames, place } from '../../analyse/compare/line.ts';
import { capital } from '../../analyse/words.ts';
import type { Tone } from '../document/document.ts';
import { range } from '../format.ts';

export function comparisonTone(verdict: Comparison['verdict']): Tone {
  switch (verdict) {
    case 'regressed':
      return 'bad';
    case 'improved':
    case 'equivalent':
      return 'good';
    case 'inconclusive':
    case 'nothing-compared':
      return 'unknown';
    default:
      return verdict satisfies never;
  }
}

export function verdictName(verdict: Comparison['verdict']): string {
  return verdict === 'nothing-compared' ? 'Nothing compared' : capital(verdict);
}

const order: readonly LineVerdict[] = ['regressed', 'improved', 'inconclusive', 'equivalent'];

/** What matters first: by verdict, then by how many margins it changed; equals stay in the comparison's order. */
export function byWeight(lines: readonly ComparisonLine[]): readonly ComparisonLine[] {
  return [...lines].sort(
    (a, b) =>
      order.indexOf(a.verdict) - order.indexOf(b.verdict) ||
      Math.abs(b.change.value) / b.margin - Math.abs(a.change.value) / a.margin,
  );
}

/** Lines that someone has to look at. */
export function changed(lines: readonly ComparisonLine[]): readonly ComparisonLine[] {
  return byWeight(lines).filter(({ verdict }) => verdict === 'regressed' || verdict === 'improved');
}

/** `p95 of GET /posts at 50 users`. */
export function lineName(line: ComparisonLine): string {
  return `${metricNames[line.metric]} ${place(line)}`;
}

/** `+14 % to +33 %`; null: no interval. */
export function changeRange({ metric, change }: ComparisonLine): string | null {
  return change.low === null || change.high === null
    ? null
    : range(change.low, change.high, (value) => metricChange(metric, value));
}
