import type { Analysis, Estimate } from '../../analyse/analysis.ts';
import { endsOf, headlineOf } from '../document/breaking-point.ts';
import type { Tone } from '../document/document.ts';
import { escapeMarkup } from '../escape.ts';
import { instant, number, plural, rate, users } from '../format.ts';
import { headline } from '../plain.ts';
import { stageNames } from '../stage-names.ts';
import { metTone, readinessTone, readinessWord, validityTone, validityWord, verdictTone } from '../tones.ts';
import { sign } from './blocks.ts';
import { emblem, loadLineFigure } from './load-line.ts';

/** The first screen: verdict, load line, key figures with their intervals. */
export function renderHero(analysis: Analysis): string {
  const drawing = loadLineFigure(analysis);
  const { summary } = analysis;
  return `<header class="hero${drawing === null ? ' alone' : ''}">
<div class="brand">${emblem}<span>Loadline</span><span class="kind">performance analysis</span></div>
<div class="headline">
<p class="kicker"><b>${escapeMarkup(analysis.run.name)}</b> <span>${escapeMarkup(summary.target)}</span> <span>${escapeMarkup(instant(summary.when))}</span></p>
<h1 class="${verdictTone(analysis)}${summary.verdict.length > 150 ? ' long' : ''}">${escapeMarkup(summary.verdict)}</h1>
<p class="pills">${pills(analysis)}</p>
</div>
${drawing === null ? '' : `<div class="drawing">${drawing}</div>`}
<dl class="keys">
${keyFigures(analysis).join('\n')}
</dl>
</header>`;
}

function pills(analysis: Analysis): string {
  const { readiness, validity, run } = analysis;
  const pill = (tone: Tone, text: string): string =>
    `<span class="status ${tone}">${sign(tone)}${escapeMarkup(text)}</span>`;
  return [
    ...(readiness.total === 0
      ? []
      : [
          pill(
            readinessTone(readiness.state),
            readiness.state === 'unknown'
              ? 'Readiness cannot be told'
              : `${readinessWord(readiness.state)}: ${readiness.met} of ${plural(readiness.total, 'requirement')} met`,
          ),
        ]),
    pill(validityTone(validity.overall), `Measurement ${validityWord(validity.overall)}`),
    ...(run.state === 'complete'
      ? []
      : [
          pill(
            'warning',
            run.stoppedBecause !== undefined
              ? 'Run stopped itself'
              : run.state === 'cut'
                ? 'Run was cut off'
                : 'Run was interrupted',
          ),
        ]),
  ].join(' ');
}

function keyFigures(analysis: Analysis): readonly string[] {
  const { capacity, summary } = analysis;
  const names = stageNames(analysis);
  const limit = capacity.recommendedLimit;
  const limits = [
    limit?.users == null ? null : users(limit.users),
    limit?.rate == null ? null : rate(limit.rate),
  ].filter((each) => each !== null);
  const last = analysis.sla.passRate.at(-1);
  const { failed, total } = summary.requests;
  return [
    key(
      'Recommended limit',
      limits[0] ?? null,
      limits[1] ?? (limits.length === 0 ? 'not known from this run' : ''),
      'lead',
    ),
    estimateKey('Throughput stops growing at', capacity.knee),
    estimateKey('Highest load within the SLA', capacity.sla),
    estimateKey('Failures begin at', capacity.errors),
    last === undefined || last.checked === 0
      ? key('SLA checks held', null, 'nothing was promised')
      : key(
          'SLA checks held',
          `${number(last.passed)} of ${number(last.checked)}`,
          `at ${names.of(last.stage)}`,
          metTone(last.passed === last.checked),
        ),
    key(
      'Requests',
      number(total),
      failed === 0 ? 'none failed' : `${number(failed)} failed`,
      failed === 0 ? '' : 'bad',
    ),
  ];
}

function key(name: string, value: string | null, beside: string, look = ''): string {
  return `<div class="${look}"><dt>${escapeMarkup(name)}</dt><dd><b${value === null ? ' class="none"' : ''}>${escapeMarkup(value ?? '–')}</b>${beside === '' ? '' : `<small>${escapeMarkup(beside)}</small>`}</dd></div>`;
}

function estimateKey(name: string, estimate: Estimate): string {
  if (estimate.state === 'insufficient-evidence') return key(name, null, headline(estimate.statement).first);
  const head = headlineOf(estimate);
  const ends = endsOf(estimate);
  const interval = ends === null ? 'no interval known' : ends === head ? 'between these stages' : ends;
  return key(name, head, `${interval}, ${estimate.confidence} confidence`);
}
