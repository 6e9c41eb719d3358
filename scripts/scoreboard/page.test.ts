import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { latest, renderPage } from './page.ts';
import { naming, recordOf } from './record.fixture.ts';
import { frozenIn, recordsIn } from './record.ts';

const frozen = { rules: 'facade0000000000', commit: 'c0ffee0000000000' };
const held = { half: 'held-out', seed: 2 } as const;
const sized = {
  verdict: 'found',
  found: [
    {
      cause: 'connection-pool',
      confidence: 'high',
      estimates: {
        size: { value: 4, low: 4, high: 4 },
        'served at once': { value: 4.1, low: 3.8, high: 4.4 },
      },
    },
  ],
  undecided: [],
} as const;
const records = [
  recordOf(
    'pool-1',
    { causes: ['connection-pool'], size: 4 },
    { ...sized, found: [...sized.found], undecided: [] },
  ),
  recordOf('pool-3', { causes: ['connection-pool'], size: 8 }, naming('single-threaded'), { seed: 3 }),
  recordOf('drift-1', { causes: ['drift'] }, naming()),
  recordOf('stalls-1', { causes: ['periodic-stalls'] }, naming('periodic-stalls'), {
    effect: { users: 8, faulty: { okRate: 100, p95: 50 }, remedied: { okRate: 101, p95: 49 } },
  }),
  recordOf('errors-1', { causes: ['errors-under-load'] }, naming(), {
    answers: null,
    trouble: 'exit code 4',
  }),
  recordOf('healthy-fast-1', {}, naming()),
  recordOf('outside-nagle-1', { isOutside: true }, naming()),
  recordOf('generator-1', { causes: ['generator'] }, naming('generator'), { effect: null }),
  recordOf('pool-2', { causes: ['connection-pool'], size: 3 }, naming('connection-pool'), held),
  recordOf('drift-2', { causes: ['drift'] }, naming('drift'), { ...held, rules: 'decade0000000000' }),
];

it('the page, from the results alone', () => {
  const kinds = [
    'pool',
    'drift',
    'stalls',
    'errors',
    'healthy-fast',
    'outside-nagle',
    'generator',
    'collapse',
  ];
  const page = renderPage({ records, frozen, kinds, simulated: null });
  const file = path.join(import.meta.dirname, 'page.golden.md');
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, page);
  expect(page).toBe(readFileSync(file, 'utf8'));
});

it('the order in which systems were run changes nothing', () => {
  const input = { frozen, kinds: ['pool'], simulated: null };
  expect(renderPage({ ...input, records: records.toReversed() })).toBe(renderPage({ ...input, records }));
});

it('the last record of a system counts; held-out ones by other rules than the frozen ones do not', () => {
  const again = recordOf('pool-1', { causes: ['connection-pool'] }, naming());
  const all = latest([...records, again], frozen.rules);
  expect(all.find(({ id }) => id === 'pool-1')).toBe(again);
  expect(all.filter(({ half }) => half === 'held-out').map(({ id }) => id)).toEqual(['pool-2']);
  expect(latest(records, null).every(({ half }) => half === 'dev')).toBe(true);
});

it('results are lines: what was cut off is left out, the last freeze counts', () => {
  const line = JSON.stringify(records[0]);
  const freeze = (rules: string) => JSON.stringify({ kind: 'freeze', commit: 'c', rules });
  const text = [freeze('one'), line, freeze('two'), line.slice(0, 90)].join('\n');
  expect(recordsIn(text)).toEqual([records[0]]);
  expect(frozenIn(text)).toEqual({ kind: 'freeze', commit: 'c', rules: 'two' });
  expect(frozenIn(line)).toBeNull();
});
