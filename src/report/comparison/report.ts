import { type Comparison, comparisonSchema } from '../../analyse/compare/comparison.ts';
import { changesChart } from '../charts/changes.ts';
import { escapeMarkup } from '../escape.ts';
import { renderPage } from '../html.ts';
import { markdownOf } from '../markdown.ts';
import { composeComparison } from './compose.ts';
import { renderComparisonHero } from './hero.ts';

export const comparisonFormats = ['html', 'md', 'json'] as const;
export type ComparisonFormat = (typeof comparisonFormats)[number];

/** The comparison as a text; the same comparison gives the same bytes. */
export function renderComparison(comparison: Comparison, format: ComparisonFormat): string {
  switch (format) {
    case 'md':
      return markdownOf(composeComparison(comparison));
    case 'html':
      return html(comparison);
    case 'json': {
      // One that breaks its own schema is written as it is: a check must not lose what was measured.
      const checked = comparisonSchema.safeParse(comparison);
      return `${JSON.stringify(checked.success ? checked.data : comparison, null, 2)}\n`;
    }
    default:
      return format satisfies never;
  }
}

function html(comparison: Comparison): string {
  const { tool, before, after } = comparison;
  const codes = (runs: Comparison['before']) =>
    runs.map(({ id }) => `<code>${escapeMarkup(id)}</code>`).join(', ');
  return renderPage({
    document: composeComparison(comparison),
    hero: renderComparisonHero(comparison),
    chart: () => changesChart(comparison),
    version: tool.version,
    footer: `Written by Loadline ${escapeMarkup(tool.version)} from ${codes(before)} and ${codes(after)}. The JSON report holds every figure.`,
  });
}
