import { quoted } from '../plan/fault.ts';
import { limits } from '../plan/limits.ts';
import type { HistoryPoint } from '../record/run.ts';
import { type CsvRow, type CsvTable, readCsvTable } from './csv-table.ts';
import type { FaultList } from './import-error.ts';

/** One row of Locust's `_stats.csv`; null: `N/A` or empty. Times in ms. */
export type LocustRow = {
  readonly line: number;
  readonly type: string;
  readonly name: string;
  readonly count: number;
  readonly failed: number;
  readonly minMs: number | null;
  readonly avgMs: number | null;
  readonly maxMs: number | null;
  readonly ratePerSecond: number | null;
  /** Quantile (`0.5`, `0.95`, …) → ms. */
  readonly quantilesMs: Readonly<Record<string, number>>;
};

export type LocustStats = {
  readonly rows: readonly LocustRow[];
  /** The last row, over all requests; null: not in the file. */
  readonly aggregated: LocustRow | null;
};

export type LocustHistory = {
  /** Seconds since 1970; null: no rows. */
  readonly startS: number | null;
  readonly points: readonly HistoryPoint[];
};

/** The columns that Locust (1.0 and later) writes first; percentiles follow, whichever it was told to report. */
const statsColumns = [
  ...['Type', 'Name', 'Request Count', 'Failure Count', 'Median Response Time', 'Average Response Time'],
  ...['Min Response Time', 'Max Response Time', 'Average Content Size', 'Requests/s', 'Failures/s'],
];
const historyColumns = ['Timestamp', 'User Count', 'Type', 'Name', 'Requests/s', 'Failures/s'];

/** Reads a `_stats.csv`; null when it is none. What is wrong goes to `faults`. */
export function readLocustStats(text: string, faults: FaultList): LocustStats | null {
  const table = readCsvTable(text, { bytes: 16 * 2 ** 20, rows: limits.endpoints + 1 }, faults);
  if (table === null || !hasColumns(table, statsColumns, faults)) return null;
  const rows: LocustRow[] = [];
  let aggregated: LocustRow | null = null;
  const seen = new Map<string, number>();
  for (const cells of table.rows) {
    const row = readRow(cells, table.header, faults);
    if (row === null) continue;
    // Before Locust 1.4 the total had the type "None".
    if (row.name === 'Aggregated' && (row.type === '' || row.type === 'None')) {
      aggregated = row;
      continue;
    }
    const key = `${row.type}\n${row.name}`;
    const before = seen.get(key);
    if (before !== undefined) {
      const what = quoted(`${row.type} ${row.name}`.trim());
      faults.add(row.line, 'Name', 'each type and name once', `${what} again, as in line ${before}`);
      continue;
    }
    seen.set(key, row.line);
    rows.push(row);
  }
  if (table.rows.length === 0 || (rows.length === 0 && faults.faults.length === 0)) {
    const hint = 'Locust writes one for each endpoint that was requested';
    faults.add(null, '', 'at least one row besides Aggregated', 'none', hint);
  }
  return { rows, aggregated };
}

/** Reads a `_stats_history.csv`; null when it is none. */
export function readLocustHistory(text: string, faults: FaultList): LocustHistory | null {
  const table = readCsvTable(text, { bytes: 64 * 2 ** 20, rows: 1_000_000 }, faults);
  if (table === null || !hasColumns(table, historyColumns, faults)) return null;
  const names = new Set(table.rows.map((row) => row.cells.get('Name')));
  // Without --csv-full-history the percentiles are those of all requests so far, not of the moment.
  const current = names.size > 1;
  const points: HistoryPoint[] = [];
  let startS: number | null = null;
  for (const row of table.rows) {
    if (row.cells.get('Name') !== 'Aggregated') continue;
    const cell = new Cells(row, faults);
    const timeS = cell.number('Timestamp');
    if (timeS === null) continue;
    startS ??= timeS;
    if (timeS < startS) {
      faults.add(row.line, 'Timestamp', `${startS} or later`, `${timeS}`, 'give the history of one run');
      continue;
    }
    points.push({
      atMs: (timeS - startS) * 1000,
      users: cell.number('User Count'),
      ratePerSecond: cell.number('Requests/s'),
      failuresPerSecond: cell.number('Failures/s'),
      p50Ms: current && table.header.includes('50%') ? cell.number('50%') : null,
      p95Ms: current && table.header.includes('95%') ? cell.number('95%') : null,
    });
  }
  return { startS, points };
}

function hasColumns(table: CsvTable, wanted: readonly string[], faults: FaultList): boolean {
  const missing = wanted.filter((name) => !table.header.includes(name));
  if (missing.length === 0) return true;
  const received = `a header without ${missing.map((name) => quoted(name)).join(', ')}`;
  faults.add(1, '', `Locust's header: ${wanted.join(',')},…`, received, hintFor(table.header));
  return false;
}

function hintFor(header: readonly string[]): string {
  const has = (...names: string[]): boolean => names.every((name) => header.includes(name));
  if (has('Timestamp', 'User Count')) return 'this is a _stats_history.csv: give the _stats.csv beside it';
  if (has('Error', 'Occurrences')) return 'this is a _failures.csv: give the _stats.csv beside it';
  if (has('Message', 'Traceback')) return 'this is an _exceptions.csv: give the _stats.csv beside it';
  if (has('Request Count', 'Failure Count'))
    return 'this is a _stats.csv: the history is the _stats_history.csv beside it';
  if (has('# requests') || has('Median response time'))
    return 'written by a Locust before 1.0: measure with a later one';
  return 'give the file that `locust --csv NAME` writes as NAME_stats.csv';
}

function readRow(row: CsvRow, header: readonly string[], faults: FaultList): LocustRow | null {
  const cell = new Cells(row, faults);
  const count = cell.count('Request Count');
  const failed = cell.count('Failure Count');
  if (count !== null && failed !== null && failed > count) {
    faults.add(row.line, 'Failure Count', `at most the ${count} requests`, `${failed}`);
    return null;
  }
  const times = {
    minMs: cell.number('Min Response Time'),
    avgMs: cell.number('Average Response Time'),
    maxMs: cell.number('Max Response Time'),
  };
  const median = cell.number('Median Response Time');
  const quantiles = new Map<string, number>(median === null ? [] : [['0.5', median]]);
  for (const column of header) {
    const percent = /^([1-9]\d?(?:\.\d{1,8})?)%$/.exec(column)?.[1];
    const ms = percent === undefined ? null : cell.number(column);
    if (ms !== null) quantiles.set(String(Number((Number(percent) / 100).toFixed(10))), ms);
  }
  const ratePerSecond = cell.number('Requests/s');
  if (count === null || failed === null) return null;
  const name = row.cells.get('Name') ?? '';
  if (name.length > limits.pathLength) {
    faults.add(row.line, 'Name', `at most ${limits.pathLength} characters`, `${name.length}`);
    return null;
  }
  const none = { minMs: null, avgMs: null, maxMs: null };
  return {
    ...{ line: row.line, type: row.cells.get('Type') ?? '', name, count, failed, ratePerSecond },
    // Locust writes zeroes where nothing was requested.
    ...(count === 0 ? none : times),
    quantilesMs: count === 0 ? {} : Object.fromEntries(quantiles),
  };
}

/** The cells of one row as numbers; what is none is a fault. */
class Cells {
  readonly #row: CsvRow;
  readonly #faults: FaultList;

  constructor(row: CsvRow, faults: FaultList) {
    this.#row = row;
    this.#faults = faults;
  }

  /** A number ≥ 0; null: not told, or a fault. */
  number(column: string): number | null {
    const text = this.#row.cells.get(column) ?? '';
    if (text === '' || text === 'N/A') return null;
    const value = /^\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value) && value <= Number.MAX_SAFE_INTEGER) return value;
    const hint = /^\d+,\d+$/.test(text) ? 'write decimals with a point' : null;
    this.#faults.add(this.#row.line, column, 'a number from 0, or N/A', quoted(text), hint);
    return null;
  }

  /** A whole number, which must be there. */
  count(column: string): number | null {
    const text = this.#row.cells.get(column) ?? '';
    const value = /^\d{1,15}$/.test(text) ? Number(text) : null;
    if (value === null) this.#faults.add(this.#row.line, column, 'a whole number from 0', quoted(text));
    return value;
  }
}
