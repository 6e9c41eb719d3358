import type { ComparedRun, Comparison, ComparisonLine } from '../../analyse/compare/comparison.ts';
import { metricChange, metricNames, metricValue } from '../../analyse/compare/line.ts';
import { metricRules } from '../../analyse/compare/metric.ts';
import { loadName } from '../../analyse/words.ts';
import {
  type Block,
  code,
  type Document,
  details,
  heading,
  type Line,
  left,
  prose,
  quiet,
  right,
  type Section,
  sentences,
  status,
  strong,
  table,
  together,
} from '../document/document.ts';
import { instant, number, plural, rate } from '../format.ts';
import { byWeight, changed, changeRange, comparisonTone, verdictName } from './words.ts';

/** The report of a comparison, section by section, before it has a medium. */
export function composeComparison(comparison: Comparison): Document {
  return {
    title: comparisonTitle(comparison),
    sections: [
      summarySection(comparison),
      changesSection(comparison),
      basisSection(comparison),
      methodSection(comparison),
    ],
  };
}

/** `Comparison: shop`, or `Comparison: old → new` where the names differ. */
export function comparisonTitle({ before, after }: Comparison): string {
  const [was, is] = [namesOf(before), namesOf(after)];
  return `Comparison: ${was === is ? was : `${was} → ${is}`}`;
}

function namesOf(runs: readonly ComparedRun[]): string {
  return [...new Set(runs.map(({ name }) => name))].join(', ');
}

function summarySection(comparison: Comparison): Section {
  const { verdict, statement, lines, warnings, differences } = comparison;
  return {
    id: 'summary',
    title: 'What Changed',
    blocks: [
      { kind: 'callout', tone: comparisonTone(verdict), title: verdictName(verdict), lines: [[statement]] },
      ...headed('Changes that matter', changeTable('With their 95 % intervals', changed(lines), false)),
      ...(differences.length === 0
        ? []
        : [
            {
              kind: 'callout' as const,
              tone: 'warning' as const,
              title: 'The plans differ',
              lines: [
                ['Compared all the same, as asked; the differences may explain every change.'],
                ...differences.map((each): Line => [each]),
              ],
            },
          ]),
      ...sentences(warnings),
    ],
  };
}

function changesSection({ lines }: Comparison): Section {
  const open = byWeight(lines).filter(({ verdict }) => verdict === 'inconclusive');
  return {
    id: 'changes',
    title: 'Every Change',
    blocks: [
      { kind: 'chart', chart: 'changes' },
      ...openQuestions(open),
      ...details(`All ${plural(lines.length, 'line')}`, changeTable('Stage by stage', lines, true)),
    ],
  };
}

const mostOpen = 8;

/** What was not seen may be there: how large it would have to be. */
function openQuestions(open: readonly ComparisonLine[]): readonly Block[] {
  const title =
    open.length <= mostOpen ? 'Not decided' : `Not decided (${mostOpen} of ${number(open.length)})`;
  const rows = open
    .slice(0, mostOpen)
    .map((line) => [
      subject(line),
      [metricNames[line.metric]],
      changeCell(line),
      [line.smallest === null ? '–' : metricChange(line.metric, worse(line, line.smallest))],
    ]);
  return headed(
    title,
    table(
      'The interval is wider than the margin; a change for the worse from the last column on would most likely have been seen',
      [left('Endpoint'), together('Metric'), right('Change'), right('Would be seen from')],
      rows,
    ),
  );
}

/** In Markdown a table's caption has no place. */
function headed(title: string, blocks: readonly Block[]): readonly Block[] {
  return blocks.length === 0 ? [] : [heading(title), ...blocks];
}

/** A size as a change for the worse. */
function worse({ metric }: ComparisonLine, size: number): number {
  return metricRules[metric].better === 'higher' ? -size : size;
}

/** With p-values and effect sizes where every line stands. */
function changeTable(caption: string, lines: readonly ComparisonLine[], whole: boolean): readonly Block[] {
  return table(
    caption,
    [
      left('Endpoint'),
      together('Metric'),
      right('Change'),
      right('Before'),
      right('After'),
      left('Verdict'),
      ...(whole ? [right('p (Holm)'), right("Cliff's δ")] : []),
    ],
    lines.map((line) => [
      subject(line),
      [metricNames[line.metric]],
      changeCell(line),
      [valueText(line, line.before)],
      [valueText(line, line.after)],
      [status(comparisonTone(line.verdict), line.verdict)],
      ...(whole ? [[pValue(line.pHolm)], delta(line)] : []),
    ]),
  );
}

function subject(line: ComparisonLine): Line {
  return [line.endpoint === null ? 'all endpoints' : code(line.endpoint), quiet(loadName(line))];
}

/** Short for a table. */
function valueText({ metric }: ComparisonLine, value: number): string {
  return metric === 'throughput' ? rate(value) : metricValue(metric, value);
}

function delta({ cliffsDelta, effect }: ComparisonLine): Line {
  if (cliffsDelta === null) return ['–'];
  return [number(cliffsDelta, 2), ...(effect === null ? [] : [quiet(effect)])];
}

function changeCell(line: ComparisonLine): Line {
  const range = changeRange(line);
  return [strong(metricChange(line.metric, line.change.value)), ...(range === null ? [] : [quiet(range)])];
}

function pValue(p: number | null): string {
  return p === null ? '–' : p < 0.001 ? '< 0.001' : number(p, 3);
}

function basisSection(comparison: Comparison): Section {
  return {
    id: 'basis',
    title: 'What Was Compared',
    blocks: [
      {
        kind: 'facts',
        entries: [
          ['Before', runsLine(comparison.before)],
          ['After', runsLine(comparison.after)],
        ],
      },
      ...table(
        'Blocks of time that were compared',
        [left('Stage'), right('Before'), right('After'), right('Left out'), left('State'), prose('To know')],
        comparison.stages.map((stage) => [
          [strong(loadName(stage))],
          [number(stage.blocks.before)],
          [number(stage.blocks.after)],
          [number(stage.blocks.leftOut)],
          [stage.state === 'compared' ? status('good', 'compared') : status('bad', 'not compared')],
          [stage.because.join(' ') || '–'],
        ]),
      ),
    ],
  };
}

function runsLine(runs: readonly ComparedRun[]): Line {
  const [first] = runs;
  if (first === undefined) return ['–'];
  const when =
    runs.length === 1 ? instant(first.when) : `${plural(runs.length, 'run')}, from ${instant(first.when)}`;
  return [
    ...runs.flatMap(({ id }, i): Line => (i === 0 ? [code(id)] : [', ', code(id)])),
    quiet(`${when}, ${first.target}, ${first.source}`),
  ];
}

function methodSection({ method }: Comparison): Section {
  return { id: 'method', title: 'How It Was Compared', blocks: sentences(method) };
}
