import { type Prediction, predictionSchema } from '../../analyse/what-if/prediction.ts';
import { predictionChart } from '../charts/prediction.ts';
import { escapeMarkup } from '../escape.ts';
import { emblem } from '../html/load-line.ts';
import { renderPage } from '../html.ts';
import { markdownOf } from '../markdown.ts';
import { composePrediction } from './compose.ts';

export const predictionFormats = ['html', 'md', 'json'] as const;
export type PredictionFormat = (typeof predictionFormats)[number];

/** The prediction as a text; the same prediction gives the same bytes. */
export function renderPrediction(prediction: Prediction, format: PredictionFormat): string {
  switch (format) {
    case 'md':
      return markdownOf(composePrediction(prediction));
    case 'html':
      return html(prediction);
    case 'json': {
      const checked = predictionSchema.safeParse(prediction);
      return `${JSON.stringify(checked.success ? checked.data : prediction, null, 2)}\n`;
    }
    default:
      return format satisfies never;
  }
}

function html(prediction: Prediction): string {
  const { tool, run, title, state } = prediction;
  return renderPage({
    document: composePrediction(prediction),
    hero: `<header class="hero alone">
<div class="brand">${emblem}<span>Loadline</span><span class="kind">prediction</span></div>
<div class="headline">
<p class="kicker"><b>${escapeMarkup(title)}</b> <span>${escapeMarkup(run.target)}</span></p>
<h1 class="${state === 'predicted' ? 'neutral' : 'unknown'} long">${escapeMarkup(prediction.statement)}</h1>
</div>
</header>`,
    chart: () => predictionChart(prediction),
    version: tool.version,
    footer: `Written by Loadline ${escapeMarkup(tool.version)} from run <code>${escapeMarkup(run.id)}</code>. A prediction: what was measured is drawn as dots. The JSON report holds every figure.`,
  });
}
