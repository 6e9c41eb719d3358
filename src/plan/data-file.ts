import { CsvError, parse } from 'csv-parse/sync';
import { didYouMean } from './did-you-mean.ts';
import { describeValue, printable } from './fault.ts';
import { limits } from './limits.ts';

/** Columns of a data file: one row a record, cells in the order of the asked columns. */
export type DataRows = {
  readonly state: 'read';
  readonly rows: readonly (readonly string[])[];
  /** By column: whether every value is a number in the file itself (JSON only; CSV knows texts alone). */
  readonly numeric: readonly boolean[];
};

export type DataFault = {
  readonly state: 'faulty';
  readonly expected: string;
  readonly received: string;
  readonly hint: string | null;
};

function faulty(expected: string, received: string, hint: string | null = null): DataFault {
  return { state: 'faulty', expected, received: printable(received.slice(0, 200)), hint };
}

/** Reads the asked columns of a CSV file (with a header line) or of a JSON list. */
export function readDataRows(
  bytes: Uint8Array,
  format: 'csv' | 'json',
  columns: readonly string[],
): DataRows | DataFault {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return faulty('a file in UTF-8', 'another encoding', 'save it as UTF-8');
  }
  const read = format === 'csv' ? readCsv(text, columns) : readJson(text, columns);
  return read.state === 'read' && read.rows.length === 0 ? faulty('at least one row', 'none') : read;
}

function readCsv(text: string, columns: readonly string[]): DataRows | DataFault {
  let header: string[] = [];
  let missing: DataFault | null = null;
  let places: number[] = [];
  try {
    const rows: string[][] = parse(text, {
      bom: true,
      skip_empty_lines: true,
      trim: true,
      to: limits.dataRows + 2,
      max_record_size: limits.textLength,
      on_record: (record: string[], { records }: { records: number }) => {
        if (records === 1) {
          header = record;
          places = columns.map((column) => header.indexOf(column));
          missing = missingColumn(columns, header);
          return null;
        }
        return missing === null ? places.map((place) => record[place] ?? '') : null;
      },
    });
    if (missing !== null) return missing;
    if (rows.length > limits.dataRows) return tooManyRows();
    return { state: 'read', rows, numeric: columns.map(() => false) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return faulty(
      'a CSV file with a header line',
      lowerFirst(error.message),
      'each line needs as many cells as the first',
    );
  }
}

function missingColumn(columns: readonly string[], header: readonly string[]): DataFault | null {
  const missing = columns.find((column) => !header.includes(column));
  if (missing === undefined) return null;
  const meant = didYouMean(missing, header);
  const hint =
    meant === null
      ? `name one of its columns: file.csv:${header[0] ?? 'column'}`
      : `did you mean "${meant}"?`;
  return faulty(`a column ${JSON.stringify(missing)}`, `columns ${header.join(', ')}`, hint);
}

function tooManyRows(): DataFault {
  return faulty(`at most ${limits.dataRows} rows`, 'more of them', 'a sample of them serves as well');
}

/** A list of objects (the column is a key) or of plain values (each column is the value itself). */
function readJson(text: string, columns: readonly string[]): DataRows | DataFault {
  let list: unknown;
  try {
    list = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    return faulty('a JSON list', error instanceof Error ? lowerFirst(error.message) : 'something else');
  }
  if (!Array.isArray(list)) return faulty('a JSON list', describeValue(list));
  if (list.length > limits.dataRows) return tooManyRows();
  const numeric = columns.map(() => true);
  const rows: string[][] = [];
  for (const [index, item] of list.entries()) {
    const row: string[] = [];
    for (const [place, column] of columns.entries()) {
      const value: unknown =
        typeof item === 'object' && item !== null && Object.hasOwn(item, column) ? item[column] : item;
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
        const meant = didYouMean(column, keys);
        const hint =
          meant === null
            ? 'each item is a text, a number, or an object with that key'
            : `did you mean "${meant}"?`;
        return faulty(
          `a text or number ${JSON.stringify(column)} in item ${index + 1}`,
          describeValue(value),
          hint,
        );
      }
      if (typeof value !== 'number') numeric[place] = false;
      row.push(String(value));
    }
    rows.push(row);
  }
  return { state: 'read', rows, numeric };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
