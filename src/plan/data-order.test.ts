import { expect, test } from 'vitest';
import { formatFaults } from './format-faults.ts';
import { parsePlanText } from './parse-plan.ts';
import { resolvePlan } from './resolve-plan.ts';
import { faultsOfText, planWith } from './testing/faults-of-text.ts';

const endpoint = (data: string, path = '/{id}') => `  - request: GET ${path}\n    data: ${data}`;

async function resolve(data: string, load: string, path = '/{id}') {
  const text = planWith({ 3: endpoint(data, path), 4: `load: ${load}` });
  const { outcome, origin } = parsePlanText(text, { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(formatFaults(outcome.faults));
  const readFile = async () => Buffer.from('id,name\n1,Ann\n2,Bob\n3,Cid\n');
  return await resolvePlan(outcome.plan, { env: {}, readFile, origin });
}

test.each([
  ['{ id: { range: 1..9 } }', [{ kind: 'range', name: 'id', from: 1, to: 9 }]],
  [
    '{ id: { range: 1..9, order: sequential } }',
    [{ kind: 'range', name: 'id', from: 1, to: 9, order: 'sequential' }],
  ],
  ['{ id: { range: 1..9, order: random, per: request } }', [{ kind: 'range', name: 'id', from: 1, to: 9 }]],
  [
    '{ id: { list: [007, b], order: unique, per: user } }',
    [{ kind: 'rows', names: ['id'], rows: [['007'], ['b']], order: 'unique', per: 'user' }],
  ],
  [
    '{ id: { file: users.csv, column: name, per: user } }',
    [{ kind: 'rows', names: ['id'], rows: [['Ann'], ['Bob'], ['Cid']], per: 'user' }],
  ],
  [
    '{ id: { file: users.csv, order: sequential } }',
    [{ kind: 'rows', names: ['id'], rows: [['1'], ['2'], ['3']], order: 'sequential' }],
  ],
])('data: %s', async (data, tables) => {
  const resolution = await resolve(data, '{ users: 2 }');
  expect(
    resolution.state === 'valid' ? resolution.resolved.endpoints[0]?.tables : resolution.faults,
  ).toStrictEqual(tables);
});

test('placeholders of one file share its order', async () => {
  const data =
    '{ id: { file: users.csv, order: unique }, who: { file: users.csv, column: name, order: unique } }';
  const resolution = await resolve(data, '{ users: 2 }', '/{id}/{who}');
  expect(resolution.state === 'valid' ? resolution.resolved.endpoints[0]?.tables : null).toStrictEqual([
    {
      kind: 'rows',
      names: ['id', 'who'],
      rows: [
        ['1', 'Ann'],
        ['2', 'Bob'],
        ['3', 'Cid'],
      ],
      order: 'unique',
    },
  ]);
});

test.each([
  ['a column of a file', '{ id: { file: users.csv, order: unique, per: user } }', '{ users: [1, 2] }', null],
  [
    'too few rows for the users of all stages together',
    '{ id: { file: users.csv, order: unique, per: user } }',
    '{ users: [1, 3] }',
    'p:4:17 endpoints[0].data.id: expected at least 4 rows, one for each user of all stages together, received 3 rows. Hint: add 1, or write order: sequential, which starts again at the top',
  ],
  [
    'too short a range',
    '{ id: { range: 1..9, order: unique, per: user } }',
    '{ users: 10 }',
    'p:4:17 endpoints[0].data.id: expected at least 10 rows, one for each user of all stages together, received 9 rows. Hint: add 1, or write order: sequential, which starts again at the top',
  ],
  ['unique for each request', '{ id: { range: 1..2, order: unique } }', '{ users: 10 }', null],
  ['the open model', '{ id: { range: 1..2, order: unique, per: user } }', '{ rate: 10 }', null],
])('rows for users: %s', async (_, data, load, fault) => {
  const resolution = await resolve(data, load);
  expect(resolution.state === 'faulty' ? formatFaults(resolution.faults) : null).toBe(fault);
});

const wrong: readonly { name: string; data: string; fault: string }[] = [
  {
    name: 'a misspelt order',
    data: '{ id: { range: 1..9, order: sequentail } }',
    fault:
      '4:39 endpoints[0].data.id.order: expected sequential, unique or random, received "sequentail". Hint: did you mean "sequential"?',
  },
  {
    name: 'a row per what',
    data: '{ id: { range: 1..9, per: stage } }',
    fault: '4:37 endpoints[0].data.id.per: expected user or request, received "stage".',
  },
  {
    name: 'no source',
    data: '{ id: { order: unique } }',
    fault: '4:17 endpoints[0].data.id: expected one of file, range and list, received none of them.',
  },
  {
    name: 'two sources',
    data: '{ id: { range: 1..9, list: [1] } }',
    fault: '4:17 endpoints[0].data.id: expected one of file, range and list, received range and list.',
  },
  {
    name: 'a column without a file',
    data: '{ id: { range: 1..9, column: x } }',
    fault:
      '4:32 endpoints[0].data.id.column: expected no column without a file, received "x". Hint: a column is part of a file: remove it',
  },
  {
    name: 'a range that runs backwards',
    data: '{ id: { range: 9..1 } }',
    fault:
      '4:26 endpoints[0].data.id.range: expected a range whose first number is not above its last, received "9..1". Hint: write 1..9',
  },
];

test.each(wrong)('$name', ({ data, fault }) => {
  expect(faultsOfText(planWith({ 3: endpoint(data) }))).toEqual([fault]);
});

test('two orders of one file', () => {
  const data =
    '{ id: { file: users.csv, order: unique }, who: { file: users.csv, column: name, per: user } }';
  expect(faultsOfText(planWith({ 3: endpoint(data, '/{id}/{who}') }))).toEqual([
    '4:58 endpoints[0].data.who: expected order: unique, per: request as {id} of the same file, received order: random, per: user. Hint: placeholders of one file take the same row: give them the same order and per',
  ]);
});
