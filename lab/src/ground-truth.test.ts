import { expect, test } from 'vitest';
import { groundTruth } from './ground-truth.ts';
import { baseline, type Switches, tuned } from './switches.ts';

/** Where the pool is the limit unless something comes before it. */
const troubled: Switches = { ...tuned, pool: 8, auditReads: true, commit: 'grouped' };

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
  [
    'rows locked to the commit',
    { ...troubled, countUses: 'row-lock' },
    ['lock-contention limit', 'connection-pool present'],
  ],
  [
    'locked for no time: the event loop comes first',
    { ...troubled, commit: 'async', countUses: 'row-lock', eventLoopWork: true },
    ['lock-contention present', 'single-threaded limit'],
  ],
  [
    'done again',
    { ...troubled, countUses: 'optimistic' },
    ['contention-collapse limit', 'connection-pool present'],
  ],
  ['computing', { ...troubled, computeRounds: 8 }, ['cpu-saturation limit', 'connection-pool present']],
  [
    'a little computing',
    { ...troubled, pool: 1, computeRounds: 1 },
    ['cpu-saturation present', 'connection-pool limit'],
  ],
  [
    'another service',
    { ...troubled, dependencyCommits: 6 },
    ['slow-dependency present', 'connection-pool limit'],
  ],
  ['reports', { ...troubled, stalls: 'report' }, ['periodic-stalls present', 'connection-pool limit']],
  ['a rate', { ...troubled, admitRate: 60 }, ['rate-limit limit', 'connection-pool present']],
  [
    'a rate that is never reached',
    { ...troubled, admitRate: 90_000 },
    ['rate-limit present', 'connection-pool limit'],
  ],
  ['a number in flight', { ...troubled, shedAbove: 6 }, ['load-shedding limit', 'connection-pool present']],
  ['a trail', { ...troubled, trailRows: 100 }, ['drift present', 'connection-pool limit']],
];

test.each(rows)('%s', (_, switches, expected) => {
  expect(groundTruth(switches).map(({ cause, role }) => `${cause} ${role}`)).toEqual(expected);
});
