import { describe, expect, test } from 'vitest';
import { aboveCeiling } from './load-ceiling.ts';
import { parsePlan } from './parse-plan.ts';
import type { AbortCondition, Load } from './plan.ts';
import { faultsOfText } from './testing/faults-of-text.ts';

const head = 'target: http://127.0.0.1:3000\nendpoints: [GET /]\nload: { users: 1 }\n';

function planOf(line: string) {
  const outcome = parsePlan(head + line, { file: 'plan.yaml', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(JSON.stringify(outcome.faults));
  return outcome.plan;
}

describe('abort', () => {
  const rows: readonly { line: string; abort: AbortCondition }[] = [
    {
      line: 'abort: { errors: 20%, p95: 5s, after: 10s }',
      abort: { times: { p95: 5000 }, errors: 0.2, afterMs: 10_000 },
    },
    { line: 'abort: { errors: 0.5 }', abort: { times: {}, errors: 0.5, afterMs: 10_000 } },
    { line: 'abort: { max: 1m, after: 0s }', abort: { times: { max: 60_000 }, errors: null, afterMs: 0 } },
  ];
  test.each(rows)('$line', ({ line, abort }) => {
    expect(planOf(line).abort).toEqual(abort);
  });

  test('is not there unless it is written', () => {
    expect(planOf('')).not.toHaveProperty('abort');
    expect(planOf('')).not.toHaveProperty('allow');
  });
});

describe('allow', () => {
  test('origins as a URL has them', () => {
    expect(planOf("allow: ['https://Staging.example.com:443/', 'http://10.0.0.7:8080']").allow).toEqual([
      'https://staging.example.com',
      'http://10.0.0.7:8080',
    ]);
  });
});

describe('what is wrong', () => {
  const rows: readonly { line: string; fault: string }[] = [
    {
      line: 'abort: { after: 5s }',
      fault:
        '4:8 abort: expected at least one bound, received none. Hint: write abort: { errors: 20%, p95: 5s }, or remove the key',
    },
    {
      line: 'abort: { errors: 20 }',
      fault: '4:18 abort.errors: expected a share such as 0.1% (or 0.001), received 20. Hint: write 20%',
    },
    {
      line: 'abort: { p95: 5 }',
      fault: '4:15 abort.p95: expected a duration such as 300ms, received 5. Hint: write 5ms or 5s',
    },
    {
      line: 'allow: [staging.example.com]',
      fault:
        '4:9 allow[0]: expected a URL such as http://127.0.0.1:3000, received "staging.example.com". Hint: write "http://staging.example.com"',
    },
    {
      line: "allow: ['https://staging.example.com/v1']",
      fault:
        '4:9 allow[0]: expected an origin without a path, received "https://staging.example.com/v1". Hint: write "https://staging.example.com"',
    },
    {
      line: "allow: ['${BASE_URL}']",
      fault:
        '4:9 allow[0]: expected an origin such as https://staging.example.com, received "${BASE_URL}". Hint: write it out: a value from the environment would allow whatever it holds',
    },
    {
      line: 'allow: https://staging.example.com',
      fault:
        '4:8 allow: expected a list of origins such as [https://staging.example.com], received "https://staging.example.com".',
    },
  ];
  test.each(rows)('$line', ({ line, fault }) => {
    expect(faultsOfText(head + line)).toEqual([fault]);
  });
});

describe('a plan above the ceiling', () => {
  const closed = (...users: number[]): Load => ({
    kind: 'closed',
    stages: users.map((n) => ({ users: n, spawnRate: 1, durationMs: 1000 })),
    thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 },
  });
  const open = (...rates: number[]): Load => ({
    kind: 'open',
    stages: rates.map((ratePerSecond) => ({ ratePerSecond, durationMs: 1000 })),
    arrivals: 'poisson',
  });
  const rows = [
    { name: 'users at it', load: closed(10, 50), ceiling: { users: 50 }, stages: [] },
    { name: 'users above it', load: closed(10, 51, 100), ceiling: { users: 50 }, stages: [2, 3] },
    { name: 'no ceiling', load: closed(100_000), ceiling: {}, stages: [] },
    { name: 'a closed plan and a rate', load: closed(100), ceiling: { ratePerSecond: 1 }, stages: [] },
    { name: 'rate above it', load: open(5, 10.5), ceiling: { ratePerSecond: 10, users: 1 }, stages: [2] },
  ];
  test.each(rows)('$name', ({ load, ceiling, stages }) => {
    const named = aboveCeiling(load, ceiling).map((one) => one.expected.match(/in stage (\d+)$/)?.[1]);
    expect(named).toEqual(stages.map(String));
  });
});
