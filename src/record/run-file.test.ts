import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Histogram, mergeSnapshots } from './histogram.ts';
import { generator, headerOf, healthOf, runOf, secondOf, windowOf } from './run.fixture.ts';
import { outcomes, type Run, type Window } from './run.ts';
import {
  createRunFile,
  listRuns,
  RunFileError,
  readRun,
  readStoredAnalysis,
  runFilePath,
  saveRun,
} from './run-file.ts';
import { applicationId, pageSize } from './run-file-schema.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadline-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function fresh(): string {
  files += 1;
  return join(folder, `${files}.loadline`);
}

function errorOf(read: () => unknown): RunFileError {
  try {
    read();
  } catch (error) {
    if (error instanceof RunFileError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The same run as `runOf`, written second by second. */
function recordRun(
  path: string,
  seconds: number,
  endpoints: number,
  perEndpoint: number,
  afterSecond: (fileSize: number) => void = () => {},
): string {
  const writer = createRunFile(path, headerOf(endpoints));
  writer.startStage({ index: 0, users: 10, askedRatePerSecond: null, spawnRate: 2, startMs: 0 });
  writer.updateStage(0, { steadyFromMs: 0 });
  for (let second = 0; second < seconds; second += 1) {
    writer.writeSecond(secondOf(0, second, endpoints, perEndpoint));
    afterSecond(statSync(path).size);
  }
  writer.finishStage(0, { steadyToMs: seconds * 1000, endMs: seconds * 1000, state: 'complete' });
  writer.finish('complete');
  writer.storeAnalysis(JSON.stringify({ text: 'x'.repeat(30_000) }));
  writer.close();
  return writer.path;
}

/** Changes a file as no Loadline would. */
function tamper(file: string, sql: string): string {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
  return file;
}

describe('a run', () => {
  test('comes back as it was written', () => {
    const run: Run = { ...runOf(5, 3, 20), events: [{ atMs: 12.5, kind: 'note', text: 'a <b> "c" ☃' }] };
    const file = saveRun(fresh(), run);
    expect(readRun(file)).toEqual(run);
  });

  test('comes back as it was written, whatever stands in its windows', () => {
    const histogram = fc
      .array(fc.double({ min: 0, max: 5e9, noNaN: true }), { maxLength: 8 })
      .map((values) => {
        const growing = new Histogram();
        for (const value of values) growing.record(value);
        return growing.snapshot();
      });
    const window = fc.record<Window>({
      second: fc.nat(100),
      phase: fc.constantFrom('ramp', 'steady', 'drain'),
      endpoint: fc.nat(2),
      outcome: fc.constantFrom(...outcomes),
      count: fc.nat(),
      statuses: fc
        .dictionary(fc.integer({ min: 100, max: 599 }).map(String), fc.nat())
        .map((o) => ({ ...o })),
      bytesIn: fc.nat(),
      bytesOut: fc.nat(),
      response: histogram,
      service: histogram,
      firstByte: histogram,
      connect: histogram,
      serverCloses: fc.nat(),
    });
    const keyOf = (w: Window): string => `${w.second} ${w.phase} ${w.endpoint} ${w.outcome}`;
    fc.assert(
      fc.property(fc.uniqueArray(window, { selector: keyOf, maxLength: 12 }), (windows) => {
        const plain = runOf(0, 3, 0);
        const stages = plain.stages.map((stage) => ({
          ...stage,
          data: { kind: 'windows', windows, fine: [], health: [] } as const,
        }));
        const read = readRun(saveRun(fresh(), { ...plain, stages }));
        const data = read.stages[0]?.data;
        const back = data?.kind === 'windows' ? data.windows : [];
        expect(new Map(back.map((w) => [keyOf(w), w]))).toEqual(new Map(windows.map((w) => [keyOf(w), w])));
        expect(back.map((w) => w.second)).toEqual(windows.map((w) => w.second).sort((a, b) => a - b));
      }),
      { numRuns: 25 },
    );
  });

  test("of another tool comes back with that tool's summaries", () => {
    const plain = runOf(0, 2, 0);
    const run: Run = {
      ...plain,
      source: { tool: 'locust', version: 'unknown' },
      stages: plain.stages.map((stage) => ({
        ...stage,
        data: {
          kind: 'summary',
          endpoints: [
            {
              ...{
                endpoint: 0,
                count: 33,
                failed: 1,
                ratePerSecond: 0.55,
                minMs: 17,
                avgMs: 50.28,
                maxMs: 400,
              },
              quantilesMs: { '0.5': 41, '0.999': 400 },
            },
            {
              ...{
                endpoint: 1,
                count: 0,
                failed: 0,
                ratePerSecond: null,
                minMs: null,
                avgMs: null,
                maxMs: null,
              },
              quantilesMs: {},
            },
          ],
          history: [
            { atMs: 1000, users: 4, ratePerSecond: 2.5, failuresPerSecond: 0, p50Ms: null, p95Ms: null },
          ],
        },
      })),
    };
    expect(readRun(saveRun(fresh(), run))).toEqual(run);
  });

  test('adds up what several calls wrote for the same second', () => {
    const writer = createRunFile(fresh(), headerOf(1));
    writer.startStage({ index: 0, users: 2, askedRatePerSecond: null, spawnRate: 1, startMs: 0 });
    const [a, b] = [
      windowOf(0, 0, 10, generator(1)),
      { ...windowOf(0, 0, 5, generator(2)), statuses: { 200: 3, 304: 2 } },
    ];
    const fine = {
      second: 0,
      endpoint: 0,
      completed: [1, ...Array(9).fill(0)],
      failed: Array(10).fill(0),
      responseSumUs: Array(10).fill(5),
    };
    writer.writeSecond({ stage: 0, second: 0, windows: [a], fine: [fine], health: [healthOf(0, 0)] });
    writer.writeSecond({
      ...{ stage: 0, second: 0, windows: [b], fine: [fine] },
      health: [{ ...healthOf(0, 0), inFlightSamples: 150, inFlightMean: 6.5, users: 9 }],
    });
    writer.close();
    const stage = readRun(writer.path).stages[0];
    expect(stage?.data).toEqual({
      kind: 'windows',
      windows: [
        {
          ...{ ...a, count: 15, statuses: { 200: 13, 304: 2 }, bytesIn: 15 * 512, bytesOut: 15 * 90 },
          response: mergeSnapshots([a.response, b.response]),
          service: mergeSnapshots([a.service, b.service]),
          firstByte: mergeSnapshots([a.firstByte, b.firstByte]),
          connect: mergeSnapshots([a.connect, b.connect]),
        },
      ],
      fine: [{ ...fine, completed: [2, ...Array(9).fill(0)], responseSumUs: Array(10).fill(10) }],
      health: [
        {
          ...{ ...healthOf(0, 0), users: 9, inFlightMean: 5.5, inFlightSamples: 200, started: 200 },
          ...{ thinkSumMs: 2001, thinkCount: 20 },
          sendLag: mergeSnapshots([healthOf(0, 0).sendLag, healthOf(0, 0).sendLag]),
        },
      ],
    });
  });

  test('without a farewell is cut, its open stage ends with its last second', () => {
    const writer = createRunFile(fresh(), headerOf(2));
    writer.startStage({ index: 0, users: 10, askedRatePerSecond: null, spawnRate: 2, startMs: 100.5 });
    writer.updateStage(0, { steadyFromMs: 900 });
    writer.writeSecond(secondOf(0, 0, 2, 5));
    writer.finishStage(0, { steadyToMs: 1000, endMs: 1050, state: 'complete' });
    writer.startStage({ index: 1, users: 20, askedRatePerSecond: null, spawnRate: 2, startMs: 1050 });
    for (const second of [1, 2, 3]) writer.writeSecond(secondOf(1, second, 2, 5));
    writer.close();
    const run = readRun(writer.path);
    expect(run.state).toBe('cut');
    expect(run.stages).toMatchObject([
      { index: 0, startMs: 100.5, steadyFromMs: 900, steadyToMs: 1000, endMs: 1050, state: 'complete' },
      { index: 1, startMs: 1050, steadyFromMs: 4000, steadyToMs: 4000, endMs: 4000, state: 'interrupted' },
    ]);
  });

  test('keeps its analysis, the last one', () => {
    const writer = createRunFile(fresh(), headerOf(1));
    expect(readStoredAnalysis(writer.path)).toBeNull();
    writer.storeAnalysis('{"old":true}');
    writer.storeAnalysis('{"new":true}');
    writer.finish('complete');
    writer.close();
    expect(readStoredAnalysis(writer.path)).toBe('{"new":true}');
  });

  test('can be read with SQL', () => {
    const file = saveRun(fresh(), runOf(3, 2, 50));
    const db = new DatabaseSync(file, { readOnly: true });
    const perStage = db.prepare('SELECT users, endpoint, requests, failed FROM per_stage').all();
    const seconds = db.prepare('SELECT count(*) AS n FROM per_second').get();
    db.close();
    expect(perStage.map((row) => ({ ...row }))).toEqual([
      { users: 10, endpoint: 'GET /things0', requests: 150, failed: 0 },
      { users: 10, endpoint: 'GET /things1', requests: 150, failed: 0 },
    ]);
    expect(seconds?.n).toBe(6);
  });
});

describe('a run file', () => {
  test('never replaces another', () => {
    const path = join(folder, 'again.loadline');
    const written = [1, 2, 3].map(() => saveRun(path, runOf(1, 1, 1)));
    expect(written.map((file) => basename(file))).toEqual([
      'again.loadline',
      'again-2.loadline',
      'again-3.loadline',
    ]);
  });

  test('is one file after every transaction, and can be read while it is being written', () => {
    const own = join(folder, 'own');
    const writer = createRunFile(join(own, 'live.loadline'), headerOf(2));
    writer.startStage({ index: 0, users: 10, askedRatePerSecond: null, spawnRate: 2, startMs: 0 });
    for (let second = 0; second < 3; second += 1) {
      writer.writeSecond(secondOf(0, second, 2, 5));
      expect(readdirSync(own)).toEqual(['live.loadline']);
      expect(readRun(writer.path).stages[0]?.endMs).toBe((second + 1) * 1000);
      copyFileSync(writer.path, join(folder, 'live-copy.loadline'));
      expect(readRun(join(folder, 'live-copy.loadline')).stages[0]?.endMs).toBe((second + 1) * 1000);
    }
    writer.close();
    writer.close();
    expect(readdirSync(own)).toEqual(['live.loadline']);
    expect(errorOf(() => writer.finish('complete')).code).toBe('not-writable');
  });

  test('waits for a reader that holds it, and loses nothing', () => {
    const writer = createRunFile(fresh(), headerOf(1));
    writer.startStage({ index: 0, users: 1, askedRatePerSecond: null, spawnRate: 1, startMs: 0 });
    const reader = new DatabaseSync(writer.path);
    reader.exec('BEGIN; SELECT * FROM stage');
    const rows = reader.prepare('SELECT * FROM stage').iterate();
    rows.next();
    writer.writeSecond(secondOf(0, 0, 1, 5));
    reader.close();
    writer.writeSecond(secondOf(0, 1, 1, 5));
    writer.close();
    const data = readRun(writer.path).stages[0]?.data;
    expect(data?.kind === 'windows' ? data.windows.map((w) => w.second) : null).toEqual([0, 1]);
  });

  test('is named after the time and the run', () => {
    const at = '2026-02-10T10:15:00.250Z';
    expect(runFilePath('runs', 'Shop API', at)).toBe(join('runs', '20260210T101500Z-shop-api.loadline'));
    expect(runFilePath('runs', '../../Crème & <brûlée>', at)).toBe(
      join('runs', '20260210T101500Z-creme-brulee.loadline'),
    );
    expect(runFilePath('runs', '火', at)).toBe(join('runs', '20260210T101500Z-run.loadline'));
  });

  test('that was killed at any moment is whole up to the last second that was written', async () => {
    for (let kill = 0; kill < 3; kill += 1) {
      const file = fresh();
      const writer = spawn(process.execPath, [join(import.meta.dirname, 'run-writer.fixture.ts'), file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let told = -1;
      for await (const chunk of writer.stdout) {
        told = Number(String(chunk).trim().split('\n').at(-1));
        if (told >= 20 + kill * 13) break;
      }
      const gone = once(writer, 'exit');
      writer.kill('SIGKILL');
      await gone;
      const before = readFileSync(file);
      const run = readRun(file);
      expect(run.state).toBe('cut');
      const data = run.stages[0]?.data;
      const windows = data?.kind === 'windows' ? data.windows : [];
      const seconds = new Set(windows.map((window) => window.second));
      expect(seconds.size).toBeGreaterThan(told);
      expect(windows).toHaveLength(seconds.size * 3);
      expect(readFileSync(file).equals(before)).toBe(true);
    }
  });

  test('with the journal of a commit that was killed is rolled back in a copy', () => {
    const file = saveRun(fresh(), runOf(2, 1, 5));
    const before = readFileSync(file);
    const db = new DatabaseSync(file);
    // Writes into the file and keeps the journal, as a kill in the middle of a commit would.
    db.exec('PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN');
    const insert = db.prepare("INSERT INTO event (at_ms, kind, text) VALUES (1, 'x', ?)");
    for (let i = 0; i < 200; i += 1) insert.run('x'.repeat(2000));
    const killed = fresh();
    copyFileSync(file, killed);
    copyFileSync(`${file}-journal`, `${killed}-journal`);
    db.exec('ROLLBACK');
    db.close();
    const torn = readFileSync(killed);
    expect(torn.equals(before)).toBe(false);
    expect(readRun(killed)).toEqual(runOf(2, 1, 5));
    expect(readFileSync(killed).equals(torn)).toBe(true);
    expect(existsSync(`${killed}-journal`)).toBe(true);
  });
});

describe('a file cut at any byte', () => {
  test('gives the whole seconds before the cut or says why not, and stays as it is', () => {
    // Long enough that the trees of the tables have inner pages, which lie anywhere.
    const seconds = 100;
    const sizes: number[] = [];
    const bytes = readFileSync(recordRun(fresh(), seconds, 6, 12, (size) => sizes.push(size)));
    const data = runOf(seconds, 6, 12).stages[0]?.data;
    const wanted = data?.kind === 'windows' ? data.windows : [];
    const random = generator(5);
    const offsets = [0, 1, 15, 16, 99, 100, 101];
    for (let at = pageSize; at <= bytes.length; at += pageSize) offsets.push(at - 1, at, at + 1);
    for (let i = 0; i < 25; i += 1) offsets.push(Math.floor(random() * bytes.length));
    const file = fresh();
    let opened = 0;
    for (const offset of offsets.filter((at) => at < bytes.length)) {
      const cut = bytes.subarray(0, offset);
      writeFileSync(file, cut);
      let kept = 0;
      try {
        const run = readRun(file);
        const stage = run.stages[0];
        expect([run.state, stage?.state, run.events.at(-1)?.kind]).toEqual(['cut', 'interrupted', 'damage']);
        kept = (stage?.endMs ?? 0) / 1000;
        expect(kept).toBeGreaterThanOrEqual(1);
        const windows = stage?.data.kind === 'windows' ? stage.data.windows : null;
        expect(isDeepStrictEqual(windows, wanted.slice(0, kept * 6))).toBe(true);
        opened += 1;
      } catch (error) {
        if (!(error instanceof RunFileError)) throw error;
        expect(error.code).toBe('damaged');
      }
      expect(readFileSync(file).equals(cut)).toBe(true);
      // Nothing that was in the file when it was that long is lost, but for a second that was not finished, and the
      // first page of windows, which gives its place to the root of the tree when a second page is needed.
      const firstGrowth = (sizes[0] ?? 0) + 2 * pageSize;
      const then = offset < firstGrowth ? 0 : sizes.filter((size) => size <= offset).length;
      expect(kept).toBeGreaterThanOrEqual(then - 1);
    }
    expect(opened).toBeGreaterThan(offsets.length / 2);
  });

  test('or with any page overwritten gives a run or says why not', () => {
    const bytes = readFileSync(recordRun(fresh(), 60, 3, 10));
    const file = fresh();
    const random = generator(11);
    for (let page = 0; page * pageSize < bytes.length; page += 1) {
      const damaged = Buffer.from(bytes);
      for (let i = 0; i < 40; i += 1)
        damaged[page * pageSize + Math.floor(random() * pageSize)] = Math.floor(random() * 256);
      writeFileSync(file, damaged);
      try {
        expect(readRun(file).kind).toBe('run');
      } catch (error) {
        expect(error).toBeInstanceOf(RunFileError);
      }
    }
  });
});

describe('a file that is no run', () => {
  const cases: { what: string; make: (file: string) => void; code: string; says: string }[] = [
    { what: 'missing', make: () => {}, code: 'missing', says: 'no such file' },
    { what: 'a folder', make: (file) => mkdirSync(file), code: 'not-readable', says: 'not a plain file' },
    { what: 'empty', make: (file) => writeFileSync(file, ''), code: 'damaged', says: 'empty' },
    {
      what: 'a text',
      make: (file) => writeFileSync(file, 'Type,Name\n'),
      code: 'not-sqlite',
      says: 'not a run file',
    },
    {
      what: 'another database',
      make: (file) => tamper(file, 'CREATE TABLE run (x)'),
      code: 'not-loadline',
      says: 'not a run',
    },
    {
      what: 'of a later format',
      make: (file) => tamper(saveRun(file, runOf(1, 1, 1)), 'PRAGMA user_version = 2'),
      code: 'newer-format',
      says: 'format 2; this Loadline reads up to 1',
    },
    {
      what: 'a database that only claims to be one',
      make: (file) =>
        tamper(
          file,
          `CREATE TABLE run (x); PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1`,
        ),
      code: 'damaged',
      says: 'not that of a run of format 1',
    },
    {
      what: 'a view that never ends in place of a table',
      make: (file) =>
        tamper(
          saveRun(file, runOf(1, 1, 1)),
          `DROP VIEW per_stage; DROP VIEW per_second; DROP TABLE windows;
          CREATE VIEW windows AS WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r) SELECT id FROM r`,
        ),
      code: 'damaged',
      says: 'table windows',
    },
  ];
  test.each(cases)('is refused: $what', ({ make, code, says }) => {
    const file = fresh();
    make(file);
    const error = errorOf(() => readRun(file));
    expect(error).toMatchObject({ code, file });
    expect(error.message).toContain(says);
    expect(error.remedy).not.toBe('');
  });

  test.each([
    {
      what: 'a histogram cut short',
      sql: "UPDATE windows SET response = x'0102'",
      says: 'windows, row 1: response',
    },
    {
      what: 'a histogram that is text',
      sql: "UPDATE windows SET service = 'x'",
      says: 'windows, row 1: service',
    },
    {
      what: 'a histogram of zeroes',
      sql: 'UPDATE windows SET connect = zeroblob(9)',
      says: 'windows, row 1: connect',
    },
    { what: 'a negative count', sql: 'UPDATE windows SET count = -1', says: 'windows, row 1: count' },
    {
      what: 'a count beyond all numbers',
      sql: 'UPDATE windows SET count = 9223372036854775807',
      says: 'too large',
    },
    { what: 'bytes beyond all numbers', sql: 'UPDATE windows SET bytes_in = 9e999', says: 'bytes_in' },
    { what: 'a second in the far future', sql: 'UPDATE windows SET second = 1e12', says: 'second' },
    { what: 'an unknown endpoint', sql: 'UPDATE windows SET endpoint = 1', says: 'endpoint' },
    { what: 'an unknown outcome', sql: "UPDATE windows SET outcome = 'fine'", says: 'outcome' },
    { what: 'an unknown phase', sql: "UPDATE windows SET phase = ''", says: 'phase' },
    { what: 'an unknown stage', sql: 'UPDATE windows SET stage = 5', says: 'stage' },
    {
      what: 'statuses that are none',
      sql: `UPDATE windows SET statuses_json = '{"__proto__":1}'`,
      says: 'statuses_json',
    },
    { what: 'nine tenths', sql: "UPDATE fine SET failed_json = '[0,0,0,0,0,0,0,0,0]'", says: 'ten numbers' },
    { what: 'a worker beyond all bounds', sql: 'UPDATE health SET worker = 1e9', says: 'worker' },
    { what: 'a stage without start', sql: 'UPDATE stage SET start_ms = -5', says: 'start_ms' },
    {
      what: 'an event without text',
      sql: "INSERT INTO event VALUES (1, 1, 'x', x'00')",
      says: 'event, row 1: text',
    },
    {
      what: 'an unknown farewell',
      sql: "UPDATE farewell SET state = 'happy'",
      says: 'farewell, row 1: state',
    },
    { what: 'no description', sql: 'DELETE FROM run', says: 'description of the run is missing' },
    { what: 'a plan that is no JSON', sql: "UPDATE run SET plan_json = '{'", says: 'plan_json is not JSON' },
    {
      what: 'a plan that is none',
      sql: "UPDATE run SET plan_json = '[]'",
      says: 'the stored plan is not one',
    },
    {
      what: 'a plan with a wrong endpoint',
      sql: "UPDATE run SET plan_json = json_set(plan_json, '$.endpoints[0].weight', -1)",
      says: 'endpoints.0.weight',
    },
    {
      what: 'a plan nested without end',
      sql: `UPDATE run SET plan_json = replace(json_set(plan_json, '$.endpoints[0].body', json('{"kind":"json","value":"@"}')),
        '"@"', '${'['.repeat(50_000)}${']'.repeat(50_000)}')`,
      says: '',
    },
    {
      what: 'an environment that is none',
      sql: "UPDATE run SET environment_json = '3'",
      says: 'the stored environment',
    },
  ])('is refused with $what', ({ sql, says }) => {
    const file = tamper(saveRun(fresh(), runOf(1, 1, 3)), sql);
    const error = errorOf(() => readRun(file));
    expect(error.code).toBe('damaged');
    expect(error.message).toContain(says);
  });
});

describe('a list of runs', () => {
  test('names what is there, broken files too', () => {
    const own = join(folder, 'list');
    saveRun(join(own, 'a.loadline'), runOf(2, 3, 5));
    const cut = createRunFile(join(own, 'b.loadline'), headerOf(1));
    cut.close();
    writeFileSync(join(own, 'c.loadline'), 'no run');
    writeFileSync(join(own, 'd.txt'), 'not listed');
    const known = {
      name: 'shop',
      startedAt: '2026-02-10T10:15:00.000Z',
      target: 'http://127.0.0.1:3000',
      problem: null,
    };
    expect(listRuns(own)).toEqual([
      { ...known, file: join(own, 'a.loadline'), state: 'complete', stages: 1, requests: 30 },
      { ...known, file: join(own, 'b.loadline'), state: 'cut', stages: 0, requests: 0 },
      {
        ...{ file: join(own, 'c.loadline'), name: 'c', startedAt: null, target: null, state: 'unreadable' },
        ...{ stages: 0, requests: 0, problem: 'this is not a run file, nor any other SQLite file' },
      },
    ]);
  });

  test('is empty where there is no folder', () => {
    expect(listRuns(join(folder, 'nowhere'))).toEqual([]);
  });
});

test('a folder that can not be written says so', () => {
  writeFileSync(join(folder, 'in-the-way'), '');
  const error = errorOf(() => createRunFile(join(folder, 'in-the-way', 'x.loadline'), headerOf(1)));
  expect(error.code).toBe('not-writable');
});
