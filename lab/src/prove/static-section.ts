import { staticPage } from './measuring-plan.ts';
import type { Proof } from './proof.ts';
import { table } from './proof-document.ts';
import type { PageLoad, StaticFigures } from './static-figures.ts';

/** What the remedies of static resources brought, as Markdown. */
export function staticSection({ baseline, statics, together }: Proof): string {
  const systems = [
    { title: 'Baseline', figures: baseline.staticPage },
    ...statics,
    { title: 'All together', figures: together.staticPage },
  ];
  const head = [
    '',
    'Bytes of an answer, head included',
    'Requests/s',
    'Average',
    'Bytes when asked again',
    'Requests/s',
    'Average',
    'Failed',
  ];
  const costs = statics.map(({ title, cost }) => `- ${title}: ${cost}.`);
  return [
    `\`${staticPage}\`, by ten users who never pause and take Brotli; then by users who have it already and ask with If-None-Match, to be told 304. One load of some seconds each, without intervals: the bytes are exact, the rates a hint.`,
    table(
      head,
      systems.map(({ title, figures }) => [title, ...cells(figures)]),
    ),
    ...(costs.length === 0 ? [] : [costs.join('\n')]),
  ].join('\n\n');
}

function cells({ first, again }: StaticFigures): readonly string[] {
  const nothingToAsk = ['sent whole again: no ETag', '—', '—'];
  const failed = first.failed + (again?.failed ?? 0);
  return [...loadCells(first), ...(again === null ? nothingToAsk : loadCells(again)), String(failed)];
}

function loadCells({ bytes, rate, averageMs }: PageLoad): readonly string[] {
  return [
    Math.round(bytes).toLocaleString('en'),
    Math.round(rate).toLocaleString('en'),
    `${averageMs.toFixed(1)} ms`,
  ];
}
