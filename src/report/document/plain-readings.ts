import type { Analysis } from '../../analyse/analysis.ts';
import { exactMs, ms, number, percent, withInterval } from '../format.ts';
import { type Block, bullets, code, details, type Line, left, quiet, right, table } from './document.ts';
import { cell, times } from './interval-cell.ts';

/** What needs no chart: each endpoint as a single user meets it, and whether the generator was the limit. */
export function plainReadings(analysis: Analysis): readonly Block[] {
  const { probes } = analysis;
  if (probes === undefined) return [];
  return [
    ...bullets(
      probes.workers.flatMap(({ ratio }): readonly Line[] =>
        ratio === null
          ? []
          : [
              [
                `With more workers of the generator the throughput was ${withInterval(ratio, times)} what it was.`,
              ],
            ],
      ),
    ),
    ...details(
      'Each endpoint as a single user meets it',
      table(
        'One user, one request after the other: what an answer costs without waiting',
        [
          left('Endpoint'),
          right('Requests'),
          left('Response time'),
          left('First byte'),
          left('Connecting'),
          right('Bytes'),
          left('A slow mode'),
        ],
        probes.single.map((each): readonly Line[] => [
          [code(each.endpoint), ...(each.isControl ? [quiet('control')] : [])],
          [number(each.count)],
          cell(each.mean, exactMs),
          cell(each.firstByte, exactMs),
          each.connect === null
            ? ['–']
            : [ms(each.connect.mean), quiet(`${percent(each.connect.share)} of the requests`)],
          [number(each.bytes)],
          each.slowMode === null
            ? ['none seen']
            : [`${percent(each.slowMode.share)} from ${ms(each.slowMode.fromMs)}`],
        ]),
      ),
    ),
  ];
}
