import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceFiles } from '../../test/reference/make.ts';
import { parsePlan } from '../plan/parse-plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { EndpointSummary, Run } from '../record/run.ts';
import { ImportError } from './import-error.ts';
import { importLocust, type LocustFile } from './locust.ts';

const reference = join(import.meta.dirname, '../../test/reference');
const read = (name: string): string => readFileSync(join(reference, name), 'utf8');

function planFrom(text: string): Plan {
  const outcome = parsePlan(text, { file: 'plan.yaml', format: 'yaml' });
  if (outcome.state === 'faulty') throw new Error(JSON.stringify(outcome.faults));
  return outcome.plan;
}

function referenceRun(plan: Plan | null): Run {
  const files = [10, 50, 100].map((users) => ({
    users,
    file: `${users}_stats.csv`,
    statsText: read(`${users}_stats.csv`),
  }));
  return importLocust({ files, plan });
}

function summaries(run: Run, stage: number): readonly EndpointSummary[] {
  const data = run.stages[stage]?.data;
  return data?.kind === 'summary' ? data.endpoints : [];
}

/** By the endpoint's name. */
function averages(run: Run, stage: number): Record<string, number | null> {
  const named = summaries(run, stage).map(
    (s) => [run.plan.endpoints[s.endpoint]?.name ?? '', s.avgMs] as const,
  );
  return Object.fromEntries(named);
}

const header =
  'Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,95%,99.9%,100%';
const stats = (...rows: string[]): string => `${[header, ...rows].join('\r\n')}\r\n`;
const file = (users: number, statsText: string, more: Partial<LocustFile> = {}): LocustFile => ({
  ...{ users, file: `${users}_stats.csv`, statsText },
  ...more,
});

function faultsOf(files: readonly LocustFile[]): readonly string[] {
  try {
    importLocust({ files });
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return error.faults.map(
      (f) =>
        `${f.file}:${f.line ?? ''} ${f.path}: expected ${f.expected}, found ${f.received} (${f.hint ?? ''})`,
    );
  }
  return [];
}

describe("the reference document's files", () => {
  test('are those that make.ts writes', () => {
    for (const [name, text] of referenceFiles()) expect(read(name)).toBe(text);
  });

  test('give the run exactly', () => {
    const run = referenceRun(planFrom(read('plan.yaml')));
    expect(run).toMatchObject({
      kind: 'run',
      name: 'reference',
      startedAt: 'unknown',
      state: 'complete',
      source: { tool: 'locust', version: '' },
      events: [],
      plan: {
        target: 'http://127.0.0.1:3000',
        load: {
          kind: 'closed',
          stages: [
            { users: 10, spawnRate: 2, durationMs: 60_000 },
            { users: 50, spawnRate: 5, durationMs: 60_000 },
            { users: 100, spawnRate: 10, durationMs: 60_000 },
          ],
          thinkTime: { kind: 'unknown' },
        },
        readiness: {
          ...{
            users: 200,
            slaCompliance: 0.95,
            errors: 0.001,
            avgAt: { users: 100, maxMs: 300 },
            linearThroughput: true,
          },
          declared: {
            caching: false,
            'connection pooling': false,
            'load balancer': false,
            monitoring: false,
          },
        },
      },
    });
    expect(
      run.plan.endpoints.map(({ name, group, sla, weight }) => [name, group, sla?.times ?? null, weight]),
    ).toEqual([
      ['GET /posts', 'posts', { avg: 500 }, 278],
      ['GET /posts/1', 'posts', { avg: 300 }, 300],
      ['GET /posts?userId=1', 'posts', null, 203],
      ['POST /posts', 'posts', { avg: 1000 }, 138],
      ['PUT /posts/1', 'posts', { avg: 800 }, 180],
      ['GET /comments', 'comments', { avg: 400 }, 265],
      ['GET /users', 'users', { avg: 500 }, 249],
      ['GET /users/1', 'users', { avg: 300 }, 235],
      ['GET /albums', 'albums', { avg: 500 }, 322],
    ]);
    expect(run.stages.map(({ data, ...stage }) => stage)).toEqual([
      stageAt(0, 10, 2, 0, (267 / 4.45) * 1000),
      stageAt(1, 50, 5, (267 / 4.45) * 1000, (998 / 16.89) * 1000),
      stageAt(2, 100, 10, (267 / 4.45) * 1000 + (998 / 16.89) * 1000, (905 / 15.38) * 1000),
    ]);
    expect(summaries(run, 2)).toEqual([
      summary(0, 116, 1.971359, 900),
      summary(1, 125, 2.124309, 674),
      summary(2, 84, 1.427536, 1551),
      { ...summary(3, 58, 0.98568, 2309), minMs: 19, maxMs: 10602 },
      summary(4, 75, 1.274586, 1892),
      summary(5, 111, 1.886387, 1019),
      summary(6, 104, 1.767425, 1100),
      summary(7, 98, 1.665459, 1335),
      { ...summary(8, 134, 2.27726, 465), minMs: 15, maxMs: 5438 },
    ]);
  });

  test.each([
    { stage: 0, requests: 267, overall: 93 },
    { stage: 1, requests: 998, overall: null },
    { stage: 2, requests: 905, overall: 1122 },
  ])('hold the totals of stage $stage', ({ stage, requests, overall }) => {
    const rows = summaries(referenceRun(null), stage);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(requests);
    expect(rows.every((row) => row.failed === 0)).toBe(true);
    const sum = rows.reduce((total, row) => total + row.count * (row.avgMs ?? Number.NaN), 0);
    expect(Number.isNaN(sum) ? null : Math.round(sum / requests)).toBe(overall);
  });

  test('hold the averages of the SLA table and every degradation, to rounding', () => {
    const run = referenceRun(null);
    const [at10, at50, at100] = [0, 1, 2].map((stage) => averages(run, stage));
    const table = run.plan.endpoints.map(({ name }) => {
      const [first, middle, last] = [at10?.[name] ?? 0, at50?.[name] ?? null, at100?.[name] ?? 0];
      return [name, Math.round(first), middle, last, Math.round((last / first - 1) * 100)];
    });
    expect(Object.fromEntries(table.map(([name, ...rest]) => [name, rest]))).toEqual({
      'GET /posts': [50, 227, 900, 1690],
      'GET /posts/1': [54, 194, 674, 1148],
      'GET /posts?userId=1': [202, null, 1551, 667],
      'POST /posts': [140, 409, 2309, 1551],
      'PUT /posts/1': [106, 749, 1892, 1692],
      'GET /comments': [82, 144, 1019, 1143],
      'GET /users': [179, 168, 1100, 515],
      'GET /users/1': [70, 260, 1335, 1796],
      'GET /albums': [29, 277, 465, 1521],
    });
  });

  test('hold the ranges of minima, averages and maxima', () => {
    const run = referenceRun(null);
    const range = (values: readonly (number | null)[]): number[] => {
      const known = values.filter((value) => value !== null);
      return [Math.round(Math.min(...known)), Math.round(Math.max(...known))];
    };
    const ranges = [0, 1, 2].map((stage) => {
      const rows = summaries(run, stage);
      return [rows.map((r) => r.minMs), rows.map((r) => r.avgMs), rows.map((r) => r.maxMs)].map(range);
    });
    expect(ranges).toEqual([
      [
        [17, 22],
        [29, 202],
        [36, 2354],
      ],
      [
        [15, 18],
        [144, 749],
        [2761, 5759],
      ],
      [
        [15, 19],
        [465, 2309],
        [5438, 10602],
      ],
    ]);
  });
});

function stageAt(
  index: number,
  users: number,
  spawnRate: number,
  startMs: number,
  durationMs: number,
): object {
  const endMs = startMs + durationMs;
  const times = { startMs, steadyFromMs: startMs, steadyToMs: endMs, endMs };
  return { index, users, askedRatePerSecond: null, spawnRate, ...times, state: 'complete' };
}

function summary(endpoint: number, count: number, ratePerSecond: number, avgMs: number): EndpointSummary {
  return { endpoint, count, failed: 0, ratePerSecond, minMs: null, avgMs, maxMs: null, quantilesMs: {} };
}

describe('a Locust file', () => {
  const small = stats(
    'GET,"/a, ""b""",100,2,40,52.5,3.25,812.5,77.0,10.5,0.2,40,150,800,810',
    ',Aggregated,100,2,40,52.5,3.25,812.5,77.0,10.5,0.2,40,150,800,810',
  );

  test('gives counts, times and percentiles', () => {
    const run = importLocust({ files: [file(10, small)] });
    expect(summaries(run, 0)).toEqual([
      {
        ...{
          endpoint: 0,
          count: 100,
          failed: 2,
          ratePerSecond: 10.5,
          minMs: 3.25,
          avgMs: 52.5,
          maxMs: 812.5,
        },
        quantilesMs: { '0.5': 40, '0.95': 150, '0.999': 800 },
      },
    ]);
    expect(run.plan.endpoints[0]).toMatchObject({
      name: 'GET /a, "b"',
      method: 'GET',
      path: '/',
      group: 'GET /a, "b"',
    });
    expect(run.plan).toMatchObject({
      target: 'unknown',
      load: { stages: [{ users: 10, spawnRate: 0, durationMs: 9524 }] },
    });
    expect(run.events).toEqual([
      {
        atMs: 0,
        kind: 'note',
        text: 'Locust rounds response times to two digits before it counts percentiles.',
      },
    ]);
  });

  test('may have a byte order mark, blank lines and rows in any order', () => {
    const run = importLocust({
      files: [
        file(
          10,
          `\ufeff${header}\n\n,Aggregated,1,0,1,1,1,1,1,1,0,1,1,1,1\nGET,/,1,0,1,1,1,1,1,1,0,1,1,1,1\n\n`,
        ),
      ],
    });
    expect(run.plan.endpoints.map((e) => e.name)).toEqual(['GET /']);
  });

  test('of an endpoint that was not requested tells no times', () => {
    const run = importLocust({ files: [file(10, stats('GET,/,0,0,0,0.0,0,0,0,0.0,0.0,N/A,N/A,N/A,N/A'))] });
    const none = { minMs: null, avgMs: null, maxMs: null, quantilesMs: {} };
    expect(summaries(run, 0)).toEqual([{ endpoint: 0, count: 0, failed: 0, ratePerSecond: 0, ...none }]);
  });

  test('gives the same run in whatever order the files come', () => {
    const other = small.replaceAll('100,2', '300,2');
    const [a, b] = [file(10, small), file(50, other)];
    expect(importLocust({ files: [b, a] })).toEqual(importLocust({ files: [a, b] }));
    expect(importLocust({ files: [a, b] }).stages.map((stage) => stage.users)).toEqual([10, 50]);
  });

  test('with its history tells the time and how users and rate went', () => {
    const historyText = [
      'Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,95%,Total Request Count',
      '1770718500,2,,Aggregated,0.000000,0.000000,N/A,N/A,0',
      '1770718502,6,,Aggregated,2.500000,0.100000,40,150,5',
    ].join('\n');
    const run = importLocust({ files: [file(10, small, { historyText })] });
    expect(run.startedAt).toBe('2026-02-10T10:15:00.000Z');
    const data = run.stages[0]?.data;
    // Without rows of single endpoints the percentiles are those of the whole run so far.
    expect(data?.kind === 'summary' ? data.history : null).toEqual([
      { atMs: 0, users: 2, ratePerSecond: 0, failuresPerSecond: 0, p50Ms: null, p95Ms: null },
      { atMs: 2000, users: 6, ratePerSecond: 2.5, failuresPerSecond: 0.1, p50Ms: null, p95Ms: null },
    ]);
  });

  test('with the full history tells the percentiles of the moment', () => {
    const historyText = [
      'Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,95%',
      '100,2,GET,/a,1,0,39,149',
      '100,2,,Aggregated,2,0,40,150',
    ].join('\n');
    const data = importLocust({ files: [file(10, small, { historyText })] }).stages[0]?.data;
    expect(data?.kind === 'summary' ? data.history : null).toEqual([
      { atMs: 0, users: 2, ratePerSecond: 2, failuresPerSecond: 0, p50Ms: 40, p95Ms: 150 },
    ]);
  });

  test('with a plan takes its SLAs, and says what does not match', () => {
    const plan = planFrom(`
target: http://127.0.0.1:1
endpoints:
  - { request: GET /b, name: bees, sla: 300ms }
  - { request: GET /c, sla: 100ms }
load: { users: 10 }`);
    const text = stats('GET,/b,5,0,1,1,1,1,1,1,0,1,1,1,1', 'GET,/d,5,0,1,1,1,1,1,1,0,1,1,1,1');
    const run = importLocust({ files: [file(10, text), file(20, text)], plan });
    expect(run.plan.endpoints.map(({ name, sla }) => [name, sla?.times ?? null])).toEqual([
      ['bees', { p95: 300 }],
      ['GET /c', { p95: 100 }],
      ['GET /d', null],
    ]);
    expect(summaries(run, 0).map((s) => s.endpoint)).toEqual([0, 2]);
    expect(run.events.map((event) => event.text)).toEqual([
      '"GET /c" is in the plan, but in none of the files.',
      '"GET /d" is in the files, but not in the plan: it has no SLA.',
      'Locust rounds response times to two digits before it counts percentiles.',
    ]);
  });

  test('whose total is another says so', () => {
    const text = stats(
      'GET,/b,5,0,1,1,1,1,1,1,0,N/A,N/A,N/A,N/A',
      ',Aggregated,6,0,,,,,,1,0,N/A,N/A,N/A,N/A',
    ).replaceAll(',1,1,1,1,1,1,0', ',,1,1,1,1,1,0');
    expect(importLocust({ files: [file(10, text)] }).events.map((event) => event.text)).toEqual([
      '10_stats.csv: the rows hold 5 requests, Aggregated says 6; the rows are used.',
    ]);
  });
});

describe('a faulty Locust file', () => {
  const row = 'GET,/,5,0,1,1,1,1,1,1,0,1,1,1,1';
  const withCell = (column: string, value: string): string => {
    const cells = row.split(',');
    cells[header.split(',').indexOf(column)] = value;
    return stats(cells.join(','));
  };
  test.each([
    {
      what: 'empty',
      text: '',
      says: ['10_stats.csv: : expected a header line and rows, found an empty file ()'],
    },
    {
      what: 'another CSV',
      text: 'a,b\n1,2\n',
      says: [
        expect.stringMatching(
          /^10_stats.csv:1 : expected Locust's header: Type,Name,.*"Failures\/s" \(give the file that `locust --csv NAME` writes/,
        ),
      ],
    },
    {
      what: 'the history',
      text: 'Timestamp,User Count,Type,Name\n',
      says: [expect.stringContaining('(this is a _stats_history.csv: give')],
    },
    {
      what: 'the failures',
      text: 'Method,Name,Error,Occurrences\n',
      says: [expect.stringContaining('(this is a _failures.csv: give')],
    },
    {
      what: 'the exceptions',
      text: 'Count,Message,Traceback,Nodes\n',
      says: [expect.stringContaining('(this is an _exceptions.csv: give')],
    },
    {
      what: 'of an old Locust',
      text: 'Method,Name,# requests,# failures\n',
      says: [expect.stringContaining('before 1.0')],
    },
    {
      what: 'without rows',
      text: stats(),
      says: [expect.stringContaining('expected at least one row besides Aggregated, found none')],
    },
    {
      what: 'with the total only',
      text: stats(`,Aggregated${row.slice(5)}`),
      says: [expect.stringContaining('besides Aggregated')],
    },
    {
      what: 'a count that is none',
      text: withCell('Request Count', 'N/A'),
      says: ['10_stats.csv:2 Request Count: expected a whole number from 0, found "N/A" ()'],
    },
    {
      what: 'a negative count',
      text: withCell('Failure Count', '-1'),
      says: [expect.stringContaining('found "-1"')],
    },
    {
      what: 'more failures than requests',
      text: withCell('Failure Count', '6'),
      says: [expect.stringContaining('at most the 5 requests, found 6')],
    },
    {
      what: 'a time that is none',
      text: withCell('Average Response Time', 'fast'),
      says: ['10_stats.csv:2 Average Response Time: expected a number from 0, or N/A, found "fast" ()'],
    },
    {
      what: 'an infinite time',
      text: withCell('Max Response Time', '1e999'),
      says: [expect.stringContaining('found "1e999"')],
    },
    {
      what: 'a hexadecimal time',
      text: withCell('Max Response Time', '0x10'),
      says: [expect.stringContaining('found "0x10"')],
    },
    {
      what: 'a decimal comma',
      text: withCell('95%', '"1,5"'),
      says: [expect.stringContaining('(write decimals with a point)')],
    },
    {
      what: 'a row cut off',
      text: stats(row, 'GET,/x,5'),
      says: [expect.stringContaining('10_stats.csv:3 : expected 15 cells, found 3 (the file was cut off')],
    },
    {
      what: 'an open quote',
      text: stats(row, '"GET,/x'),
      says: [expect.stringContaining('expected comma-separated values')],
    },
    {
      what: 'the same endpoint twice',
      text: stats(row, row),
      says: [
        expect.stringContaining(
          '10_stats.csv:3 Name: expected each type and name once, found "GET /" again, as in line 2',
        ),
      ],
    },
    {
      what: 'too many rows',
      text: stats(...Array.from({ length: 1100 }, (_, i) => `GET,/${i}${row.slice(5)}`)),
      says: [expect.stringContaining('at most 1001 rows')],
    },
    {
      what: 'too large',
      text: 'x'.repeat(2 ** 24 + 1),
      says: [expect.stringContaining('at most 16777216 bytes')],
    },
    {
      what: 'a terminal that obeys',
      text: withCell('95%', '\u001b[2J'),
      says: [expect.stringContaining('found "\\u001b[2J"')],
    },
  ])('is refused: $what', ({ text, says }) => {
    expect(faultsOf([file(10, text)])).toEqual(says);
  });

  test('is told together with all other faults', () => {
    const bad = stats('GET,/,x,0,1,1,1,1,1,1,0,1,1,1,1', 'GET,/b,1,0,y,1,1,1,1,1,0,1,1,1,1');
    const historyText = 'Timestamp,User Count\n';
    const faults = faultsOf([file(10, bad), file(10, stats(row), { historyText }), file(0, stats(row))]);
    expect(faults.map((fault) => fault.split(': expected')[0])).toEqual([
      '10_stats.csv:2 Request Count',
      '10_stats.csv:3 Median Response Time',
      '10_stats.csv: users',
      '10_stats_history.csv:1 ',
      '0_stats.csv: users',
    ]);
  });

  test('of no file at all', () => {
    expect(faultsOf([])).toEqual([
      ': : expected at least one USERS=FILE, found none (write 10=a_stats.csv 50=b_stats.csv)',
    ]);
  });

  test('is a run or an ImportError, whatever it holds', () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('N/A', '', '0', '1e9', '-1', 'Aggregated', '"', '\n', ','),
    );
    const rows = fc.array(
      fc.array(cell, { minLength: 14, maxLength: 16 }).map((cells) => cells.join(',')),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(rows, fc.boolean(), (lines, asHistory) => {
        const text = stats(...lines);
        const given = asHistory
          ? file(1, stats(row), {
              historyText: text.replace(
                header,
                'Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,95%,a,b,c,d,e,f,g',
              ),
            })
          : file(1, text);
        try {
          expect(importLocust({ files: [given] }).kind).toBe('run');
        } catch (error) {
          expect(error).toBeInstanceOf(ImportError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
