import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type GrowingTable, growingTables, type TableName, tables, views } from './run-file-schema.ts';

/**
 * What is left of a damaged run file.
 *
 * SQLite refuses a file that is shorter than its header says, and where the inner pages of a table are gone its rows
 * are out of reach. So, in a copy: cut to whole pages, correct the header's page count, find the leaves of the
 * growing tables (a leaf begins with 13; which table it belongs to shows in the number of columns of its first row),
 * order them by their ids, and hang them, some hundred at a time, under a new inner page in the place of the table's
 * root. SQLite itself then reads the rows. The ids of a table have no gaps, so the first gap is where the loss begins.
 *
 * Page layouts: https://www.sqlite.org/fileformat2.html#b_tree_pages
 */
export function salvage(copy: string, pageSize: number): { rows(table: TableName): Iterable<Row> } {
  const pages = cutToWholePages(copy, pageSize);
  const roots = readRoots(copy);
  const leaves = findLeaves(copy, pageSize, pages);
  return {
    rows(table) {
      const root = roots.get(table);
      if (root === undefined || root > pages) return [];
      if (!isGrowing(table)) return untilError(copy, table, () => true);
      return rowsOfLeaves(copy, pageSize, table, root, leaves.get(table) ?? []);
    },
  };
}

export function isSqliteError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_SQLITE_ERROR';
}

type Row = Record<string, unknown>;
type Leaf = { readonly page: number; readonly firstId: number; readonly lastId: number };

const isGrowing = (table: string): table is GrowingTable => table in growingTables;

function cutToWholePages(copy: string, pageSize: number): number {
  const file = openSync(copy, 'r+');
  try {
    const pages = Math.floor(fstatSync(file).size / pageSize);
    ftruncateSync(file, pages * pageSize);
    if (pages === 0) return 0;
    // Page count; then first page and length of the list of free pages, which nobody needs for reading.
    const counts = Buffer.alloc(12);
    counts.writeUInt32BE(pages, 0);
    writeSync(file, counts, 0, 4, 28);
    writeSync(file, counts, 4, 8, 32);
    return pages;
  } finally {
    closeSync(file);
  }
}

/** Root pages of the tables. None where anything stands in the schema that no run file has: it might compute anything. */
function readRoots(copy: string): Map<string, number> {
  const roots = new Map<string, number>();
  const names = new Map<unknown, string>(Object.entries(tables).map(([name, sql]) => [sql, name]));
  const known = new Set<unknown>(views);
  const db = openLeniently(copy);
  try {
    for (const row of db.prepare('SELECT sql, rootpage FROM sqlite_schema').iterate()) {
      const name = names.get(row.sql);
      if (name === undefined && !known.has(row.sql)) return new Map();
      if (name !== undefined && typeof row.rootpage === 'number') roots.set(name, row.rootpage);
    }
  } catch (cause) {
    if (!isSqliteError(cause)) throw cause;
  } finally {
    db.close();
  }
  return roots;
}

/** Otherwise a root page beyond the end would make the whole schema unreadable. */
function openLeniently(copy: string): DatabaseSync {
  const db = new DatabaseSync(copy, { ...safeOptions, readOnly: true });
  db.exec('PRAGMA writable_schema = ON');
  return db;
}

/** `limits` bounds the memory of one row, whatever a hostile file claims. */
export const safeOptions = {
  timeout: 2000,
  allowExtension: false,
  limits: { length: 64 * 2 ** 20 },
} as const;

function findLeaves(copy: string, pageSize: number, pages: number): Map<GrowingTable, Leaf[]> {
  const leaves = new Map<GrowingTable, Leaf[]>();
  const file = openSync(copy, 'r');
  try {
    const bytes = Buffer.alloc(pageSize);
    for (let page = 2; page <= pages; page += 1) {
      if (readSync(file, bytes, 0, pageSize, (page - 1) * pageSize) !== pageSize) break;
      const found = readLeaf(bytes, page);
      if (found === null) continue;
      const known = leaves.get(found.table);
      if (known === undefined) leaves.set(found.table, [found.leaf]);
      else known.push(found.leaf);
    }
  } finally {
    closeSync(file);
  }
  for (const known of leaves.values()) known.sort((a, b) => a.firstId - b.firstId);
  return leaves;
}

function readLeaf(bytes: Buffer, page: number): { table: GrowingTable; leaf: Leaf } | null {
  if (bytes[0] !== leafPage) return null;
  const cells = bytes.readUInt16BE(3);
  if (cells < 1 || 8 + cells * 2 > bytes.length) return null;
  const first = readCell(bytes, bytes.readUInt16BE(8));
  const last = readCell(bytes, bytes.readUInt16BE(8 + (cells - 1) * 2));
  if (first === null || last === null || last.id < first.id) return null;
  for (const [table, columns] of Object.entries(growingTables)) {
    if (columns === first.columns && isGrowing(table)) {
      return { table, leaf: { page, firstId: first.id, lastId: last.id } };
    }
  }
  return null;
}

/** A cell: payload length, row id, then the record, whose header is its own length and one type per column. */
function readCell(bytes: Buffer, from: number): { id: number; columns: number } | null {
  const cursor = { bytes, at: from };
  readVarint(cursor);
  const id = readVarint(cursor);
  const recordAt = cursor.at;
  const headerLength = readVarint(cursor);
  let columns = 0;
  while (cursor.at < recordAt + headerLength && columns <= 32) {
    readVarint(cursor);
    columns += 1;
  }
  return cursor.at === recordAt + headerLength && Number.isSafeInteger(id) ? { id, columns } : null;
}

/** SQLite's varint: highest 7 bits first, up to 9 bytes. Beyond the page: not a number. */
function readVarint(cursor: { readonly bytes: Buffer; at: number }): number {
  let value = 0;
  for (let i = 0; i < 9; i += 1) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) return Number.NaN;
    cursor.at += 1;
    value = value * 128 + (byte & 127);
    if (byte < 128) return value;
  }
  return Number.NaN;
}

const leafPage = 13;
const innerPage = 5;

function* rowsOfLeaves(
  copy: string,
  pageSize: number,
  table: GrowingTable,
  root: number,
  leaves: readonly Leaf[],
): Generator<Row> {
  const whole = readPage(copy, pageSize, root);
  // The root itself, while the table is small.
  const atRoot = leaves.find((leaf) => leaf.page === root);
  if (atRoot !== undefined) {
    yield* untilError(copy, table, consecutive(table, null));
    return;
  }
  const perInnerPage = Math.floor((pageSize - 12) / 15) - 1;
  let previous: number | null = null;
  try {
    for (let from = 0; from < leaves.length; from += perInnerPage) {
      const batch = leaves.slice(from, from + perInnerPage);
      const last = batch.at(-1);
      if (last === undefined) return;
      // An inner page needs two children; a leaf alone is a root by itself.
      const under = batch.length === 1 ? readPage(copy, pageSize, last.page) : innerPageOver(batch, pageSize);
      writePage(copy, pageSize, root, under);
      for (const row of untilError(copy, table, consecutive(table, previous))) {
        previous = typeof row.row_id === 'number' ? row.row_id : null;
        yield row;
      }
      if (previous !== last.lastId) return;
    }
  } finally {
    writePage(copy, pageSize, root, whole);
  }
}

/** An inner page: pointers to cells, each the number of a child page and the highest id below it. */
function innerPageOver(leaves: readonly Leaf[], pageSize: number): Buffer {
  const bytes = Buffer.alloc(pageSize);
  const children = leaves.slice(0, -1);
  let content = pageSize;
  children.forEach((leaf, index) => {
    const key = varint(leaf.lastId);
    content -= 4 + key.length;
    bytes.writeUInt32BE(leaf.page, content);
    bytes.set(key, content + 4);
    bytes.writeUInt16BE(content, 12 + index * 2);
  });
  bytes[0] = innerPage;
  bytes.writeUInt16BE(children.length, 3);
  bytes.writeUInt16BE(content === 65536 ? 0 : content, 5);
  bytes.writeUInt32BE(leaves.at(-1)?.page ?? 0, 8);
  return bytes;
}

function varint(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest % 128) + 128);
  return bytes;
}

/** Ids of a growing table begin with 1 and have no gaps; a stage's are its indices, from 0. */
function consecutive(table: GrowingTable, previous: number | null): (id: number) => boolean {
  let next = previous === null ? (table === 'stage' ? 0 : 1) : previous + 1;
  return (id) => {
    const follows = id === next;
    next += 1;
    return follows;
  };
}

function* untilError(copy: string, table: TableName, accepts: (id: number) => boolean): Generator<Row> {
  const db = openLeniently(copy);
  try {
    for (const row of db.prepare(`SELECT rowid AS row_id, * FROM ${table} ORDER BY rowid`).iterate()) {
      if (typeof row.row_id !== 'number' || !accepts(row.row_id)) return;
      yield row;
    }
  } catch (cause) {
    if (!isSqliteError(cause)) throw cause;
  } finally {
    db.close();
  }
}

function readPage(copy: string, pageSize: number, page: number): Buffer {
  const bytes = Buffer.alloc(pageSize);
  const file = openSync(copy, 'r');
  try {
    readSync(file, bytes, 0, pageSize, (page - 1) * pageSize);
  } finally {
    closeSync(file);
  }
  return bytes;
}

function writePage(copy: string, pageSize: number, page: number, bytes: Buffer): void {
  const file = openSync(copy, 'r+');
  try {
    writeSync(file, bytes, 0, pageSize, (page - 1) * pageSize);
  } finally {
    closeSync(file);
  }
}
