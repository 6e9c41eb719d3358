import type { Comparison, ComparisonLine } from '../../analyse/compare/comparison.ts';
import { metricChange, metricValue } from '../../analyse/compare/line.ts';
import { metricRules } from '../../analyse/compare/metric.ts';
import type { Tone } from '../document/document.ts';
import { number } from '../format.ts';
import type { TerminalOptions } from '../terminal.ts';
import { cut, styles, textWidth, wrap } from '../terminal-text.ts';
import { comparisonTitle } from './compose.ts';
import { byWeight, changed, changeRange, comparisonTone, lineName, verdictName } from './words.ts';

const mostChanges = 12;
const mostOpen = 4;
const mostWarnings = 5;

/** The comparison on one screen: at most about forty lines. */
export function renderComparisonTerminal(comparison: Comparison, options: TerminalOptions): string {
  const width = Math.min(200, Math.max(40, Math.floor(options.width)));
  const style = styles(options.colour);
  const { verdict, statement, lines } = comparison;
  const tone = comparisonTone(verdict);
  const matter = changed(lines);
  const shown = matter.slice(0, mostChanges);
  const open = byWeight(lines).filter((line) => line.verdict === 'inconclusive');
  const parts: readonly (readonly string[])[] = [
    [
      style.quiet(cut(comparisonTitle(comparison), width)),
      ...hanging(`${verdictName(verdict)}. ${statement}`, width, 4, `${style.tone(tone, signs[tone])} `),
    ],
    titled(
      style,
      matter.length > shown.length
        ? `Changes that matter (${shown.length} of ${number(matter.length)})`
        : 'Changes that matter',
      shown.flatMap((line) => lineRows(line, style, width)),
    ),
    titled(
      style,
      open.length > mostOpen ? `Not decided (${mostOpen} of ${number(open.length)})` : 'Not decided',
      open.slice(0, mostOpen).flatMap((line) => openRow(line, width)),
    ),
    titled(
      style,
      'Not compared',
      comparison.stages
        .filter(({ state }) => state === 'not-compared')
        .flatMap(({ stage, because }) => hanging(`Stage ${stage}: ${because.join(' ')}`, width - 2, 2, '  ')),
    ),
    titled(style, 'To know', [
      ...comparison.differences
        .slice(0, mostWarnings)
        .flatMap((each) => hanging(`The plans differ. ${each}`, width - 2, 2, '  ! ')),
      ...comparison.warnings.slice(0, mostWarnings).flatMap((each) => hanging(each, width - 2, 4, '  ! ')),
    ]),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

type Style = ReturnType<typeof styles>;

const signs: Readonly<Record<Tone, string>> = {
  good: '✓',
  warning: '!',
  bad: '✗',
  unknown: '?',
  neutral: '·',
};

function titled(style: Style, title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [style.strong(title), ...lines];
}

/** Wrapped, the mark before the first line, the others beneath its text. A mark is spaces, or spaces, a sign and a space. */
function hanging(text: string, width: number, most: number, mark: string): readonly string[] {
  const indent = mark.trimStart() === '' ? mark.length : mark.length - mark.trimStart().length + 2;
  return wrap(text, width - indent, most).map((line, at) => (at === 0 ? mark : ' '.repeat(indent)) + line);
}

/** What and how much in one row, or in two where the screen is narrow. */
function lineRows(line: ComparisonLine, style: Style, width: number): readonly string[] {
  const tone = comparisonTone(line.verdict);
  const range = changeRange(line);
  const figures = `${metricValue(line.metric, line.before)} → ${metricValue(line.metric, line.after)}${range === null ? '' : ` (${range})`}`;
  const change = metricChange(line.metric, line.change.value);
  const label = lineName(line);
  const mark = `  ${style.tone(tone, signs[tone])} `;
  const room = width - 6 - textWidth(change) - textWidth(figures) - 2;
  return textWidth(label) <= room
    ? [`${mark}${label}${' '.repeat(room - textWidth(label))}  ${style.strong(change)}  ${figures}`]
    : [
        `${mark}${cut(label, width - 4)}`,
        `      ${style.strong(change)}  ${cut(figures, width - 8 - textWidth(change))}`,
      ];
}

function openRow(line: ComparisonLine, width: number): readonly string[] {
  const { metric, smallest } = line;
  const worse = metricRules[metric].better === 'higher' ? -1 : 1;
  const seen = smallest === null ? 'no interval' : `seen only from ${metricChange(metric, worse * smallest)}`;
  return wrap(
    `${lineName(line)} ${metricChange(metric, line.change.value)} (${changeRange(line) ?? 'no interval'}); ${seen}`,
    width - 4,
    2,
  ).map((text, at) => `${at === 0 ? '  ? ' : '    '}${text}`);
}
