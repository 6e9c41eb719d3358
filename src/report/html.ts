import type { Analysis } from '../analyse/analysis.ts';
import { renderChart } from './charts/all.ts';
import type { Chart } from './charts/chart.ts';
import { composeDocument } from './document/compose.ts';
import type { Block, ChartName, Document, Section } from './document/document.ts';
import { escapeMarkup } from './escape.ts';
import { renderBlocks } from './html/blocks.ts';
import { css } from './html/css.ts';
import { figure } from './html/figure.ts';
import { renderHero } from './html/hero.ts';

/** The report of an analysis as one HTML file. */
export function renderHtml(analysis: Analysis): string {
  return renderPage({
    document: composeDocument(analysis),
    hero: renderHero(analysis),
    chart: (name) => renderChart(analysis, name),
    version: analysis.tool.version,
    footer: `Written by Loadline ${escapeMarkup(analysis.tool.version)} from run <code>${escapeMarkup(analysis.run.id)}</code>. Every figure comes from the run’s record; the JSON report holds them all.`,
  });
}

export type Page = {
  readonly document: Document;
  /** The first screen and the sentence at the foot, as HTML. */
  readonly hero: string;
  readonly footer: string;
  readonly chart: (name: ChartName) => Chart;
  readonly version: string;
};

/**
 * A document as one HTML file: no script, no request to anywhere (its content security policy forbids both), charts
 * as inline SVG, for screens wide and narrow, light and dark, and for paper.
 */
export function renderPage({ document: { title, sections }, hero, footer, chart, version }: Page): string {
  const draw = (name: ChartName): string => figure(chart(name));
  const body = sections.map(
    (section) =>
      `<section id="${section.id}" aria-labelledby="${section.id}-title">
<h2 id="${section.id}-title">${escapeMarkup(section.title)}</h2>
${renderBlocks(shownIn(section), 3, draw)}
</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="loadline ${escapeMarkup(version)}">
<title>${escapeMarkup(title)}</title>
<style>
${css}</style>
</head>
<body>
<a class="skip" href="#summary">Skip to the report</a>
${hero}
<div class="page">
<nav aria-label="Sections"><ol>
${sections.map((section) => `<li><a href="#${section.id}">${escapeMarkup(section.title)}</a></li>`).join('\n')}
</ol></nav>
<main>
${body.join('\n')}
</main>
</div>
<footer><p>${footer}</p></footer>
</body>
</html>
`;
}

/** The verdict stands in the first screen already. */
function shownIn(section: Section): readonly Block[] {
  return section.id === 'summary'
    ? section.blocks.filter((block) => block.kind !== 'callout')
    : section.blocks;
}
