import { CsvError, parse } from 'csv-parse/sync';
import { quoted } from '../plan/fault.ts';
import type { FaultList } from './import-error.ts';

/** A CSV file with a header line: cells by the header's names, each row with its line. */
export type CsvTable = {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
};

export type CsvRow = { readonly line: number; readonly cells: ReadonlyMap<string, string> };

/** Reads the table, or null when it is none; what is wrong goes to `faults`. */
export function readCsvTable(
  text: string,
  limits: { bytes: number; rows: number },
  faults: FaultList,
): CsvTable | null {
  if (text.length > limits.bytes) {
    const hint = 'give the _stats.csv of the run, not a log of its requests';
    faults.add(null, '', `at most ${limits.bytes} bytes`, `${text.length} bytes`, hint);
    return null;
  }
  const records = readRecords(text, limits, faults);
  if (records === null) return null;
  const [header, ...body] = records;
  if (header === undefined) {
    faults.add(null, '', 'a header line and rows', 'an empty file');
    return null;
  }
  if (body.length > limits.rows) {
    faults.add(null, '', `at most ${limits.rows} rows`, 'more');
    return null;
  }
  const names = header.cells.map((name) => name.trim());
  const rows: CsvRow[] = [];
  for (const { line, cells } of body) {
    if (cells.length !== names.length) {
      const hint = 'the file was cut off, or changed by hand: write it again';
      faults.add(line, '', `${names.length} cells`, `${cells.length}`, hint);
      continue;
    }
    rows.push({ line, cells: new Map(names.map((name, i) => [name, (cells[i] ?? '').trim()])) });
  }
  return { header: names, rows };
}

type Record = { readonly line: number; readonly cells: readonly string[] };

function readRecords(text: string, limits: { rows: number }, faults: FaultList): Record[] | null {
  const records: Record[] = [];
  try {
    parse(text, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: 65_536,
      to: limits.rows + 2,
      on_record(cells: string[], { lines }: { lines: number }) {
        records.push({ line: lines, cells });
        return null;
      },
    });
    return records;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause.lines === 'number' ? cause.lines : null;
    faults.add(line, '', 'comma-separated values', quoted(cause.message, 120), 'write the file again');
    return null;
  }
}
