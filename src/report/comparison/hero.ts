import type { Comparison, ComparisonLine } from '../../analyse/compare/comparison.ts';
import { metricChange, metricNames } from '../../analyse/compare/line.ts';
import { capital, loadName } from '../../analyse/words.ts';
import type { Tone } from '../document/document.ts';
import { escapeMarkup } from '../escape.ts';
import { number, plural } from '../format.ts';
import { sign } from '../html/blocks.ts';
import { emblem } from '../html/load-line.ts';
import { comparisonTitle } from './compose.ts';
import { changeRange, comparisonTone, verdictName } from './words.ts';

/** The first screen: verdict, how many lines say what, and the key figures with their intervals. */
export function renderComparisonHero(comparison: Comparison): string {
  const { statement, verdict } = comparison;
  const targets = [...new Set([...comparison.before, ...comparison.after].map(({ target }) => target))];
  return `<header class="hero alone">
<div class="brand">${emblem}<span>Loadline</span><span class="kind">comparison of runs</span></div>
<div class="headline">
<p class="kicker"><b>${escapeMarkup(comparisonTitle(comparison).replace(/^Comparison: /, ''))}</b> <span>${escapeMarkup(targets.join(' → '))}</span></p>
<h1 class="${comparisonTone(verdict)}${statement.length > 150 ? ' long' : ''}">${escapeMarkup(statement)}</h1>
<p class="pills">${pills(comparison)}</p>
</div>
<dl class="keys">
${keys(comparison).join('\n')}
</dl>
</header>`;
}

function pills({ verdict, before, after, differences }: Comparison): string {
  const pill = (tone: Tone, text: string): string =>
    `<span class="status ${tone}">${sign(tone)}${escapeMarkup(text)}</span>`;
  const few = Math.min(before.length, after.length) === 1;
  return [
    pill(comparisonTone(verdict), verdictName(verdict)),
    pill(
      few ? 'warning' : 'good',
      before.length === after.length
        ? `${plural(before.length, 'run')} a side`
        : `${plural(before.length, 'run')} before, ${number(after.length)} after`,
    ),
    ...(differences.length === 0
      ? []
      : [pill('warning', `The plans differ in ${plural(differences.length, 'point')}`)]),
  ].join(' ');
}

function keys({ lines, counts }: Comparison): readonly string[] {
  const total = lines.length;
  const highest = lines.findLast(({ endpoint }) => endpoint === null)?.stage;
  const figures = (['throughput', 'avg', 'p95'] as const).flatMap((metric) => {
    const line = lines.find(
      (each) => each.metric === metric && each.endpoint === null && each.stage === highest,
    );
    return line === undefined ? [] : [lineKey(line)];
  });
  return [
    key(
      'Lines regressed',
      number(counts.regressed),
      `of ${number(total)}`,
      counts.regressed > 0 ? 'bad' : '',
    ),
    key('Lines improved', number(counts.improved), `of ${number(total)}`, counts.improved > 0 ? 'good' : ''),
    key('Lines not decided', number(counts.inconclusive), `${number(counts.equivalent)} are equivalent`),
    ...figures,
  ];
}

function lineKey(line: ComparisonLine): string {
  const look = line.verdict === 'regressed' ? 'bad' : line.verdict === 'improved' ? 'good' : '';
  return key(
    `${metricNames[line.metric]}, all endpoints, ${loadName(line)}`,
    metricChange(line.metric, line.change.value),
    changeRange(line) ?? 'no interval known',
    look,
  );
}

function key(name: string, value: string, beside: string, look = ''): string {
  return `<div class="${look}"><dt>${escapeMarkup(capital(name))}</dt><dd><b>${escapeMarkup(value)}</b><small>${escapeMarkup(beside)}</small></dd></div>`;
}
