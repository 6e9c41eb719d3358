import { expect, test } from 'vitest';
import { groundTruth } from './ground-truth.ts';
import { baseline, type Switches, tuned } from './switches.ts';

const rows: readonly [string, Switches, readonly string[]][] = [
  [
    'baseline',
    baseline,
    [
      'connection-pool limit',
      'single-threaded present',
      'no-keep-alive present',
      'no-cache present',
      'slow-writes present',
    ],
  ],
  ['tuned', tuned, []],
  [
    'tuned, a pool of one without a cache',
    { ...tuned, cache: 'off', pool: 1 },
    ['connection-pool limit', 'no-cache present'],
  ],
  ['tuned, work on the event loop', { ...tuned, eventLoopWork: true }, ['single-threaded limit']],
  ['tuned, no keep-alive', { ...tuned, keepAlive: false }, ['no-keep-alive present']],
  ['tuned, no cache', { ...tuned, cache: 'off' }, ['no-cache present']],
  [
    'tuned, N+1 behind no cache',
    { ...tuned, cache: 'off', nPlusOne: true },
    ['no-cache present', 'n-plus-one present'],
  ],
  [
    'tuned, durable row by row',
    { ...tuned, pool: 100, writeBatching: false, commit: 'grouped' },
    ['slow-writes present'],
  ],
  [
    'baseline, a large pool',
    { ...baseline, pool: 60 },
    ['single-threaded limit', 'no-keep-alive present', 'no-cache present', 'slow-writes present'],
  ],
];

test.each(rows)('%s', (_, switches, expected) => {
  expect(groundTruth(switches).map(({ cause, role }) => `${cause} ${role}`)).toEqual(expected);
});
