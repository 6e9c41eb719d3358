import type { Analysis } from '../../analyse/analysis.ts';
import { ms, percent, rate, seconds, statisticName, statisticValue } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { metTone } from '../tones.ts';
import { type Block, type Line, left, paragraph, right, status, strong, table } from './document.ts';

type Search = NonNullable<Analysis['capacity']['search']>;

/** `p95 ≤ 300 ms of GET /posts`. */
export function bindingWords({ endpoint, statistic, limit }: NonNullable<Search['binding']>): string {
  return `${statisticName(statistic)} ≤ ${statisticValue(statistic, limit)} of ${endpoint}`;
}

/** The trials of a search: chart, table, and what the target did afterwards. */
export function searchBlocks(analysis: Analysis): readonly Block[] {
  const { search, recovery } = analysis.capacity;
  return [
    ...(search?.withThinkTime == null ? [] : [paragraph(search.withThinkTime.statement)]),
    ...(search === undefined ? [] : trials(analysis, search)),
    ...(recovery === undefined
      ? []
      : [
          {
            kind: 'callout',
            tone: metTone(recovery.recovered),
            title: recoveryTitle(recovery.recovered),
            lines: [[recovery.statement]],
          } as const,
        ]),
  ];
}

function recoveryTitle(recovered: boolean | null): string {
  if (recovered === null) return 'Whether the target recovered cannot be told';
  return recovered ? 'The target recovered after the load' : 'The target did not recover after the load';
}

function trials(analysis: Analysis, search: Search): readonly Block[] {
  const shown = search.trials.filter(({ purpose }) => purpose !== 'ladder');
  if (shown.every(({ purpose }) => purpose === 'recovery')) return [];
  const names = stageNames(analysis);
  const rows = shown.map((each): readonly Line[] => [
    [strong(names.of(each.stage))],
    [seconds(each.seconds)],
    [rate(each.rate)],
    [ms(each.avg)],
    [ms(each.p95)],
    [percent(each.errors)],
    [percent(each.over)],
    [
      each.validity === 'invalid'
        ? status('unknown', 'not valid')
        : status(metTone(each.kept), each.kept === null ? 'not judged' : each.kept ? 'yes' : 'no'),
    ],
  ]);
  const columns = [
    left('Trial'),
    right('Measured'),
    right('Rate'),
    right('avg'),
    right('p95'),
    right('Errors'),
    right('Over the limit'),
    left('SLA kept'),
  ];
  return [
    ...(search.binding === null
      ? []
      : [paragraph('The promise that gives way first: ', strong(bindingWords(search.binding)), '.')]),
    {
      kind: 'chart',
      chart: 'rate-search',
      table: table('The trials of the search', columns, rows),
      caption: 'Each trial sends requests that come by themselves (Poisson arrivals) at one rate.',
    },
  ];
}
