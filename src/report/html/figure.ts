import type { Chart, Drawing } from '../charts/chart.ts';
import { escapeMarkup } from '../escape.ts';

/** A chart as a figure: one drawing for a wide page, one for a phone; or the sentence why there is none. */
export function figure(chart: Chart): string {
  if (chart.kind === 'omitted')
    return `<p class="omitted">No chart “${escapeMarkup(chart.title)}”: ${escapeMarkup(chart.because)}</p>`;
  return `<figure class="chart">
<h3>${escapeMarkup(chart.title)}</h3>
${svg(chart, chart.wide, 'wide')}
${svg(chart, chart.narrow, 'narrow')}
<figcaption>${escapeMarkup(chart.caption)}</figcaption>
</figure>`;
}

function svg(chart: Extract<Chart, { kind: 'drawn' }>, drawing: Drawing, size: 'wide' | 'narrow'): string {
  const id = `chart-${chart.name}-${size}`;
  return [
    `<svg class="plot ${size}" viewBox="0 0 ${drawing.width} ${drawing.height}" width="${drawing.width}" height="${drawing.height}"`,
    ` role="img" aria-labelledby="${id}-title ${id}-desc" fill="currentColor" font-size="12" text-anchor="middle">`,
    `<title id="${id}-title">${escapeMarkup(chart.title)}</title>`,
    `<desc id="${id}-desc">${escapeMarkup(chart.description)}</desc>`,
    `<g aria-hidden="true">${drawing.body}</g></svg>`,
  ].join('');
}
