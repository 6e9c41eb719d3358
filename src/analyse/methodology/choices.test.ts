import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../plan/parse-plan.ts';
import type { Load, Plan, ThinkTime } from '../../plan/plan.ts';
import type { Run } from '../../record/run.ts';
import { analyse } from '../analyse.ts';
import { simulateRun } from '../testing/simulated-run.ts';
import { connectionStatements, duration, rampStatements, thinkTimeWords } from './choices.ts';
import { differences } from './differences.ts';

function planOf(lines: string, load = '{ users: 10 }', target = 'https://api.example'): Plan {
  const text = `target: ${target}\nendpoints: [GET /]\nload: ${load}\n${lines}`;
  const outcome = parsePlan(text, { file: 'p', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(JSON.stringify(outcome.faults));
  return outcome.plan;
}

const thinkTimes: readonly [words: string, thinkTime: ThinkTime][] = [
  ['none', { kind: 'uniform', minMs: 0, maxMs: 0 }],
  ['2 s', { kind: 'uniform', minMs: 2000, maxMs: 2000 }],
  ['1 s to 3 s', { kind: 'uniform', minMs: 1000, maxMs: 3000 }],
  ['0 s to 250 ms', { kind: 'uniform', minMs: 0, maxMs: 250 }],
  ['exponential, mean 2 s', { kind: 'exponential', meanMs: 2000 }],
  ['log-normal, median 2 s, p95 6.5 s', { kind: 'log-normal', medianMs: 2000, p95Ms: 6500 }],
  ['unknown', { kind: 'unknown' }],
];
test.each(thinkTimes)('think time: %s', (words, thinkTime) => {
  expect(thinkTimeWords(thinkTime)).toBe(words);
});

test.each([
  [0, '0 s'],
  [250, '250 ms'],
  [1000, '1 s'],
  [1250, '1.25 s'],
  [60_000, '60 s'],
  [90_000, '90 s'],
  [121_500, '121.5 s'],
  [180_000, '3 min'],
])('%d ms: %s', (ms, words) => expect(duration(ms)).toBe(words));

const perUser =
  'Each user keeps a connection of its own, as a browser does, and opens a new one only when the server closed it.';
const unverified =
  "The target's certificate was not checked (tls: { verify: false }): whoever answered was believed.";

describe('how the target was spoken to', () => {
  test.each([
    ['', [perUser]],
    ['connections: { shared: 50 }', ['All users share 50 connections; a request waits until one is free.']],
    ['connections: per-request', ['Every request opens a connection of its own, which is part of its time.']],
    ['http: 2', [perUser, 'Requests are HTTP/2.']],
    [
      'connect: unix:/run/app.sock',
      [perUser, "Connections go to unix:/run/app.sock instead of the target's own address."],
    ],
    [
      'proxy: "http://me:very-secret@proxy:3128"',
      [perUser, 'Requests go through the proxy http://proxy:3128, whose time is part of every figure.'],
    ],
    ['cookies: false', [perUser, 'No cookie that the target set was kept.']],
    ['redirects: 0', [perUser, 'Redirects were not followed.']],
    ['redirects: 1', [perUser, 'Of a request at most 1 redirect was followed.']],
    ['redirects: 9', [perUser, 'Of a request at most 9 redirects were followed.']],
    ['tls: { resume: true }', [perUser, 'A new connection takes up the TLS session of an earlier one.']],
    ['tls: { verify: false }', [perUser, unverified]],
  ])('%s', (line, statements) => {
    expect(connectionStatements(planOf(line))).toEqual(statements);
  });

  test('without TLS there is no certificate to check', () => {
    const plain = planOf('tls: { verify: false }', '{ users: 1 }', 'http://127.0.0.1:3000');
    expect(connectionStatements(plain)).toEqual([perUser]);
    const unknown = planOf('tls: { verify: false }', '{ users: 1 }', '"${BASE}"');
    expect(connectionStatements(unknown)).toEqual([perUser, unverified]);
  });
});

test.each([
  ['{ users: [1, 2] }', []],
  [
    '{ users: [1, 2], rampDown: 10s }',
    ["After its steady part each stage's users leave one by one, over 10 s."],
  ],
  [
    '{ rate: [10, 20], ramp: [0s, 30s], rampDown: [0s, 5s] }',
    [
      "Before its steady part each stage's rate goes in a straight line from the earlier one's to its own, over 0 s and 30 s.",
      "After its steady part each stage's rate goes down to 0, over 0 s and 5 s.",
    ],
  ],
])('ramps of %s', (load, statements) => {
  expect(rampStatements(planOf('', load).load)).toEqual(statements);
});

const run = simulateRun({
  stages: [{ users: 5, seconds: 5 }],
  thinkTime: { minMs: 100, maxMs: 300 },
  stations: [{ name: 'pool', servers: 4 }],
  endpoints: [{ name: 'GET /a', visits: [{ station: 'pool', demandMs: 10 }] }],
});
const withPlan = (changes: Partial<Plan>): Run => ({ ...run, plan: { ...run.plan, ...changes } });
const closed = (changes: object): { load: Load } => ({ load: { ...run.plan.load, ...changes } });

describe('the methodology', () => {
  test.each([
    [closed({}), 'waits for the answer, thinks for 100 ms to 300 ms, and sends the next.'],
    [
      closed({ thinkTime: { kind: 'exponential', meanMs: 2000 }, pacingMs: 5000 }),
      'waits for the answer, thinks (exponential, mean 2 s), and sends the next, at least 5 s after it began the one before.',
    ],
    [
      closed({ thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 } }),
      'waits for the answer, does not pause, and sends the next.',
    ],
    [{ cookies: false }, 'No cookie that the target set was kept.'],
    [{ target: 'https://h', tls: { verify: false, ca: null } }, unverified],
  ] as const)('says it: %#', (changes, statement) => {
    expect(analyse(withPlan(changes)).methodology.statements.join('\n')).toContain(statement);
  });
});

describe('differences', () => {
  const connection = { http: 1, policy: { kind: 'per-user' }, to: null, proxy: null } as const;
  const rows: readonly [changes: Partial<Plan>, found: readonly string[]][] = [
    [
      closed({ thinkTime: { kind: 'log-normal', medianMs: 2000, p95Ms: 6000 }, pacingMs: 5000 }),
      [
        'Think time: log-normal, median 2 s, p95 6 s; before: 100 ms to 300 ms.',
        'Pacing: 5 s; before: none.',
      ],
    ],
    [
      closed({ stages: run.plan.load.stages.map((stage) => ({ ...stage, rampDownMs: 2000 })) }),
      ['Ramp down: 2 s; before: none.'],
    ],
    [
      { connection: { ...connection, http: 2, policy: { kind: 'shared', connections: 50 } } },
      ['HTTP version: 2; before: 1.1.', 'Connections: 50 shared; before: one for each user.'],
    ],
    [
      { connection: { ...connection, proxy: 'http://me:${PASS}@proxy:3128' } },
      ['Proxy: http://proxy:3128; before: none.'],
    ],
    [
      { connection: { ...connection, to: '127.0.0.1:8080' } },
      ["Connected to: 127.0.0.1:8080; before: the target's own address."],
    ],
    [
      { cookies: false, redirects: 0 },
      ['Cookies: not kept; before: kept.', 'Redirects followed at most: 0; before: 5.'],
    ],
    [
      { tls: { verify: false, ca: null, resume: true } },
      [
        "The target's certificate: not checked; before: checked.",
        'TLS sessions: taken up again; before: a full handshake each.',
      ],
    ],
  ];
  test.each(rows)('%#', (changes, found) => {
    expect(differences(withPlan(changes), run)).toEqual(found);
    expect(differences(withPlan(changes), withPlan(changes))).toEqual([]);
  });

  test('what is written out is no difference to what is meant without it', () => {
    expect(differences(withPlan({ connection, redirects: 5 }), run)).toEqual([]);
  });

  test('ramps of the open model', () => {
    const open = (rampMs: number): Partial<Plan> => ({
      load: {
        kind: 'open',
        arrivals: 'poisson',
        stages: [{ ratePerSecond: 5, durationMs: 1000, ...(rampMs > 0 ? { rampMs } : {}) }],
      },
    });
    expect(differences(withPlan(open(1500)), withPlan(open(0)))).toEqual(['Ramp up: 1.5 s; before: none.']);
  });
});
