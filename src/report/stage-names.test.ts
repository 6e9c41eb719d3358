import { describe, expect, test } from 'vitest';
import type { Analysis } from '../analyse/analysis.ts';
import { stageNames } from './stage-names.ts';
import { searchedAnalysis } from './testing/sample-search.ts';

const names = stageNames(searchedAnalysis);

describe('where a figure was seen', () => {
  test.each([
    ['one of the own stages', [2], ' at 50 users'],
    ['all of the own stages', [1, 2, 3], ' at 10, 50 and 100 users'],
    ['a probe', [14], ' in “beside GET /posts/{id} under load, 32 users”'],
    ['the same probe at two loads', [12, 13], ' in “GET /posts/{id} alone, 16 and 32 users”'],
    [
      'two kinds of probes',
      [12, 14],
      ' in “GET /posts/{id} alone, 16 users; beside GET /posts/{id} under load, 32 users”',
    ],
    ['an own stage and a probe', [3, 10], ' at 100 users and in “hold at 11.6 requests/s”'],
    ['a stage that is not there', [99], ' in “stage 99”'],
  ] as const)('%s', (_, stages, text) => expect(names.where(stages)).toBe(text));
});

test('probes do not count as stages of the report', () => expect(names.all).toEqual([1, 2, 3]));

test('probes of one name are told apart by their numbers', () => {
  const [first] = searchedAnalysis.probes?.stages ?? [];
  if (first === undefined || searchedAnalysis.probes === undefined) throw new Error('the sample has probes');
  const twice: Analysis = {
    ...searchedAnalysis,
    probes: { ...searchedAnalysis.probes, stages: [first, { ...first, stage: 5 }] },
  };
  expect(stageNames(twice).of(5)).toBe(`${first.name} (stage 5)`);
});
