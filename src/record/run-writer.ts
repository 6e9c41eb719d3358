import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type {
  EndpointSummary,
  FineCounts,
  HealthSample,
  HistoryPoint,
  Run,
  RunEvent,
  Window,
} from './run.ts';
import { RunFileError } from './run-file-error.ts';
import { applicationId, formatVersion, pageSize, tables, views } from './run-file-schema.ts';
import { fineRow, healthRow, historyRow, insert, type Row, summaryRow, windowRow } from './run-row-writer.ts';

/** What is known of a run before it begins. */
export type RunHeader = Pick<Run, 'id' | 'name' | 'startedAt' | 'source' | 'plan' | 'environment' | 'seed'>;

/** A stage at its start; times in ms since the run's start. */
export type StageStart = {
  readonly index: number;
  readonly users: number | null;
  readonly askedRatePerSecond: number | null;
  readonly spawnRate: number | null;
  readonly startMs: number;
};

/** What becomes known of a stage later. */
export type StagePatch = {
  readonly steadyFromMs?: number;
  readonly steadyToMs?: number;
  readonly endMs?: number;
  readonly state?: 'complete' | 'interrupted';
};

/** All that ended within one second, best in one call: a call is kept or lost as a whole. */
export type SecondRecord = {
  /** The stage's index. */
  readonly stage: number;
  /** Whole seconds since the run's start. */
  readonly second: number;
  readonly windows: readonly Window[];
  readonly fine: readonly FineCounts[];
  readonly health: readonly HealthSample[];
};

/**
 * Writes a run as it goes on. Each verb is one transaction. When another program holds the file, the verb's rows wait
 * in memory and go with the next one; other faults (disk full) throw a {@link RunFileError} `not-writable`.
 */
export type RunWriter = {
  /** The file really written: another name than asked for if that one existed. */
  readonly path: string;
  startStage(stage: StageStart): void;
  updateStage(index: number, patch: StagePatch): void;
  finishStage(index: number, patch: Required<Omit<StagePatch, 'steadyFromMs'>>): void;
  /** Several calls for the same second add up: rows of the same key are merged by the reader. */
  writeSecond(record: SecondRecord): void;
  /** What another tool's files told of a stage, in place of windows. */
  writeSummary(stage: number, endpoints: readonly EndpointSummary[], history: readonly HistoryPoint[]): void;
  event(event: RunEvent): void;
  /** The farewell. A file without one reads as `cut`. */
  finish(state: 'complete' | 'interrupted'): void;
  /** The analysis as JSON text; replaces an earlier one. */
  storeAnalysis(json: string): void;
  /** Leaves exactly one file. May be called twice. */
  close(): void;
};

/**
 * Begins a run file. Folders are made; an existing file is never touched: `-2`, `-3`, … is put before the extension.
 *
 * Rollback journal (`journal_mode=DELETE`), not a write-ahead log: after every transaction the file is whole by
 * itself, so it can be copied while the run goes on, and after kill -9 nothing lies beside it, except when the kill
 * fell into the few milliseconds of a commit; then the reader rolls back in a copy. With a write-ahead log the last
 * seconds would stand in a second file. `synchronous=NORMAL`: a commit waits for the disk (1.5 ms, once a second,
 * off the workers' threads), so a power cut too costs one second only.
 */
export function createRunFile(path: string, header: RunHeader): RunWriter {
  const file = reserve(path);
  try {
    return new SqliteRunWriter(file, header);
  } catch (cause) {
    throw notWritable(file, cause);
  }
}

class SqliteRunWriter implements RunWriter {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #waiting: [sql: string, values: readonly SQLInputValue[]][] = [];
  #open = true;

  constructor(file: string, header: RunHeader) {
    this.path = file;
    this.#db = new DatabaseSync(file, { timeout: 1000 });
    this.#db.exec(
      `PRAGMA page_size = ${pageSize}; PRAGMA encoding = 'UTF-8'; PRAGMA journal_mode = DELETE; PRAGMA synchronous = NORMAL`,
    );
    // The identity and the tables come with the first transaction: a file has all of it or nothing.
    this.#db.exec(
      `BEGIN IMMEDIATE; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}`,
    );
    for (const sql of [...Object.values(tables), ...views]) this.#db.exec(sql);
    const { plan, source } = header;
    const insertRun = this.#db.prepare(insert('run', 10));
    insertRun.run(
      ...[header.id, header.name, header.startedAt, source.tool, source.version, header.seed, formatVersion],
      ...[plan.target, JSON.stringify(plan), JSON.stringify(header.environment)],
    );
    const insertEndpoint = this.#db.prepare(insert('endpoint', 5));
    plan.endpoints.forEach((endpoint, index) => {
      insertEndpoint.run(index, endpoint.name, endpoint.group, endpoint.method, endpoint.path);
    });
    this.#db.exec('COMMIT');
  }

  startStage(stage: StageStart): void {
    this.#write([
      [
        'INSERT INTO stage (idx, users, asked_rate_per_second, spawn_rate, start_ms) VALUES (?, ?, ?, ?, ?)',
        [stage.index, stage.users, stage.askedRatePerSecond, stage.spawnRate, stage.startMs],
      ],
    ]);
  }

  updateStage(index: number, patch: StagePatch): void {
    this.#write([
      [
        `UPDATE stage SET steady_from_ms = coalesce(?, steady_from_ms), steady_to_ms = coalesce(?, steady_to_ms),
        end_ms = coalesce(?, end_ms), state = coalesce(?, state) WHERE idx = ?`,
        [
          patch.steadyFromMs ?? null,
          patch.steadyToMs ?? null,
          patch.endMs ?? null,
          patch.state ?? null,
          index,
        ],
      ],
    ]);
  }

  finishStage(index: number, patch: Required<Omit<StagePatch, 'steadyFromMs'>>): void {
    this.updateStage(index, patch);
  }

  writeSecond(record: SecondRecord): void {
    this.#write([
      ...record.windows.map((window) => windowRow(record.stage, window)),
      ...record.fine.map((fine) => fineRow(record.stage, fine)),
      ...record.health.map((sample) => healthRow(record.stage, sample)),
    ]);
  }

  writeSummary(stage: number, endpoints: readonly EndpointSummary[], history: readonly HistoryPoint[]): void {
    this.#write([
      ...endpoints.map((row) => summaryRow(stage, row)),
      ...history.map((point) => historyRow(stage, point)),
    ]);
  }

  event(event: RunEvent): void {
    this.#write([[insert('event', 4), [null, event.atMs, event.kind, event.text]]]);
  }

  finish(state: 'complete' | 'interrupted'): void {
    this.#write([[insert('farewell', 2), [null, state]]]);
  }

  storeAnalysis(json: string): void {
    this.#write([
      ['DELETE FROM analysis', []],
      [insert('analysis', 2), [null, json]],
    ]);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      // Whoever holds the file gets ten more seconds; then what waits is given up, loudly.
      for (let attempt = 0; this.#waiting.length > 0 && attempt < 10; attempt += 1) this.#flush();
      if (this.#waiting.length > 0) throw new Error('another program holds the file');
    } catch (cause) {
      throw cause instanceof RunFileError ? cause : notWritable(this.path, cause);
    } finally {
      this.#statements.clear();
      this.#db.close();
    }
  }

  #write(rows: readonly Row[]): void {
    if (!this.#open) throw new RunFileError('not-writable', this.path, 'the run file is closed already');
    this.#waiting.push(...rows);
    this.#flush();
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      for (const [sql, values] of this.#waiting) this.#statement(sql).run(...values);
      this.#db.exec('COMMIT');
      this.#waiting = [];
    } catch (cause) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      const code = sqliteCode(cause);
      if (code === sqliteBusy && this.#waiting.length <= mostWaitingRows) return;
      // A full disk may have room later; a row that the tables refuse never fits.
      if (code !== sqliteBusy && code !== sqliteFull && code !== sqliteIoError) this.#waiting = [];
      throw notWritable(this.path, cause);
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#db.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

/** About 100 MB at most, half an hour of ten endpoints: then a file that stays locked is an error. */
const mostWaitingRows = 50_000;

/** Makes the file itself, so that two runs that begin at once can't take the same name. */
function reserve(path: string): string {
  const extension = path.endsWith('.loadline') ? '.loadline' : '';
  const stem = path.slice(0, path.length - extension.length);
  try {
    mkdirSync(dirname(path), { recursive: true });
    for (let attempt = 1; ; attempt += 1) {
      const candidate = attempt === 1 ? path : `${stem}-${attempt}${extension}`;
      try {
        closeSync(openSync(candidate, 'wx'));
        return candidate;
      } catch (cause) {
        if (attempt >= 10_000 || !(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'))
          throw cause;
      }
    }
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

const sqliteBusy = 5;
const sqliteIoError = 10;
const sqliteFull = 13;

/** The primary result code, in the low byte of the extended one; null: not SQLite's error. */
function sqliteCode(cause: unknown): number | null {
  if (!(cause instanceof Error && 'errcode' in cause && typeof cause.errcode === 'number')) return null;
  return cause.errcode % 256;
}

function notWritable(file: string, cause: unknown): RunFileError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RunFileError('not-writable', file, `the run can't be written: ${reason}`, cause);
}
