import {
  closeSync,
  copyFileSync,
  constants as fs,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RunFileError } from './run-file-error.ts';
import { applicationId, formatVersion, type TableName, tables } from './run-file-schema.ts';
import { RunRow } from './run-row.ts';
import { isSqliteError, safeOptions, salvage } from './run-salvage.ts';

/** A run file opened for reading; the file itself is never changed. */
export type RunSource = {
  /** Null: whole. Else what is wrong with it: rows may be missing at the end. */
  readonly damage: string | null;
  /** Rows in the order in which they were written. Of a damaged file: up to the first that can't be read. */
  rows(table: TableName): Iterable<RunRow>;
  close(): void;
};

/** Opens a run file as it is. {@link RunFileError} when that can't be; `damaged` may still be salvaged. */
export function openRunSource(file: string): RunSource {
  const header = readFileHeader(file);
  if (header.missingBytes > 0 && !header.hasJournal) {
    throw new RunFileError('damaged', file, `the file was cut off, ${header.missingBytes} bytes are missing`);
  }
  if (header.writeAheadLog) return openCopy(file, header);
  try {
    return strictSource(file, new DatabaseSync(file, { ...safeOptions, readOnly: true }), () => {});
  } catch (cause) {
    // A journal beside the file: the writer was killed in the middle of a commit, which must be rolled back first.
    if (isSqliteError(cause) && header.hasJournal) return openCopy(file, header);
    throw cause;
  }
}

/** Opens what is left of a damaged run file, in a copy. */
export function openSalvagedSource(file: string, damage: string): RunSource {
  const header = readFileHeader(file);
  const copy = copyAside(file, []);
  try {
    const salvaged = salvage(copy.file, header.pageSize);
    const source = { damage, close: () => copy.remove() };
    return { ...source, rows: (table) => wrap(table, salvaged.rows(table)) };
  } catch (cause) {
    copy.remove();
    throw cause;
  }
}

function openCopy(file: string, header: FileHeader): RunSource {
  const copy = copyAside(file, header.writeAheadLog ? ['-wal'] : ['-journal']);
  try {
    return strictSource(file, new DatabaseSync(copy.file, safeOptions), copy.remove);
  } catch (cause) {
    copy.remove();
    throw cause;
  }
}

function strictSource(file: string, db: DatabaseSync, afterwards: () => void): RunSource {
  try {
    const schema = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table'").all();
    const found = new Set(schema.map((row) => row.sql));
    for (const [name, sql] of Object.entries(tables)) {
      // To the letter: a view or a virtual table of that name could compute anything.
      if (!found.has(sql)) {
        throw new RunFileError(
          'damaged',
          file,
          `its table ${name} is not that of a run of format ${formatVersion}`,
        );
      }
    }
  } catch (cause) {
    db.close();
    throw cause;
  }
  return {
    damage: null,
    rows: (table) =>
      wrap(table, db.prepare(`SELECT rowid AS row_id, * FROM ${table} ORDER BY rowid`).iterate()),
    close() {
      db.close();
      afterwards();
    },
  };
}

function* wrap(table: TableName, rows: Iterable<Record<string, unknown>>): Generator<RunRow> {
  let previous = Number.NEGATIVE_INFINITY;
  for (const values of rows) {
    const row = new RunRow(table, values);
    const id = row.signed('row_id');
    // A page that is its own descendant would give rows without end.
    if (id <= previous) row.fail('row_id', `above ${previous}`);
    previous = id;
    yield row;
  }
}

type FileHeader = {
  readonly pageSize: number;
  readonly missingBytes: number;
  readonly hasJournal: boolean;
  readonly writeAheadLog: boolean;
};

/** The first 100 bytes, as in https://www.sqlite.org/fileformat2.html#the_database_header. */
function readFileHeader(file: string): FileHeader {
  const { bytes, size } = readHead(file);
  const magic = Buffer.from('SQLite format 3\0', 'latin1');
  if (size === 0)
    throw new RunFileError('damaged', file, 'the file is empty: the run ended before its first write');
  if (!bytes.subarray(0, 16).equals(magic.subarray(0, Math.min(16, bytes.length)))) {
    throw new RunFileError('not-sqlite', file, 'this is not a run file, nor any other SQLite file');
  }
  if (bytes.length < 100) {
    throw new RunFileError('damaged', file, `the file was cut off after ${size} bytes, within its header`);
  }
  if (bytes.readUInt32BE(68) !== applicationId) {
    throw new RunFileError('not-loadline', file, 'this is an SQLite file, but not a run');
  }
  const version = bytes.readUInt32BE(60);
  if (version > formatVersion) {
    const ours = `this Loadline reads up to ${formatVersion}`;
    throw new RunFileError('newer-format', file, `the run has format ${version}; ${ours}`);
  }
  const pageSize = bytes.readUInt16BE(16) === 1 ? 65536 : bytes.readUInt16BE(16);
  if (version < 1 || pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) {
    throw new RunFileError('damaged', file, 'its header makes no sense');
  }
  const claimed = bytes.readUInt32BE(28) * pageSize;
  return {
    pageSize,
    missingBytes: Math.max(0, claimed - size),
    hasJournal: sizeOf(`${file}-journal`) > 0,
    writeAheadLog: bytes[18] === 2 || bytes[19] === 2,
  };
}

function readHead(file: string): { bytes: Buffer; size: number } {
  try {
    if (!statSync(file).isFile()) throw new RunFileError('not-readable', file, 'this is not a plain file');
    const descriptor = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(100);
      const read = readSync(descriptor, buffer, 0, 100, 0);
      // The size after the header: a file that is being written only grows.
      return { bytes: buffer.subarray(0, read), size: statSync(file).size };
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    if (cause instanceof RunFileError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new RunFileError('missing', file, 'there is no such file', cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RunFileError('not-readable', file, `the file can't be read: ${reason}`, cause);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function copyAside(file: string, suffixes: readonly string[]): { readonly file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'run.loadline');
    for (const suffix of ['', ...suffixes]) {
      if (suffix === '' || sizeOf(file + suffix) > 0)
        copyFileSync(file + suffix, copy + suffix, fs.COPYFILE_FICLONE);
    }
    return { file: copy, remove };
  } catch (cause) {
    remove();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RunFileError('not-readable', file, `it needs repair in a copy, which failed: ${reason}`, cause);
  }
}
