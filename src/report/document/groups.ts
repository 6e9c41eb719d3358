import type { Analysis } from '../../analyse/analysis.ts';
import { change, ms, number, percent } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { code, type Line, left, paragraph, quiet, right, type Section, strong, table } from './document.ts';

export function groupSection(analysis: Analysis): Section {
  const names = stageNames(analysis);
  const last = names.all.at(-1);
  const at = last === undefined ? '' : ` at ${names.of(last)}`;
  return {
    id: 'groups',
    title: 'Comparative Resource Analysis',
    blocks:
      analysis.groups.length === 0
        ? [paragraph('No request was measured, so there is nothing to compare.')]
        : table(
            `By resource; the change is the mean over its endpoints, the other figures are${at}`,
            [
              left('Resource'),
              right('Endpoints'),
              right('Mean change'),
              left('Worst endpoint'),
              right('Requests'),
              right('avg'),
              right('p95'),
              right('Errors'),
            ],
            analysis.groups.map((group): readonly Line[] => {
              const stage = group.stages.find((each) => each.stage === last);
              return [
                [strong(group.name)],
                [number(group.endpoints.length)],
                [change(group.degradation)],
                group.worst === null
                  ? ['–']
                  : [code(group.worst.endpoint), quiet(change(group.worst.change))],
                [number(stage?.count)],
                [ms(stage?.avg)],
                [ms(stage?.p95)],
                [percent(stage?.errors)],
              ];
            }),
          ),
  };
}
