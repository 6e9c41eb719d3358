import { readDataRows } from './data-file.ts';
import { issue, type Path, printable, quoted } from './fault.ts';
import { limits } from './limits.ts';
import type { DataOrder, DataSource, DataTable, Endpoint, Load } from './plan.ts';
import type { Report } from './plan-text.ts';

/** Reads a file that the plan names; the error's `code` tells why it can't (`ENOENT`, `EFBIG`, …). */
export type ReadFile = (file: string, maxBytes: number) => Promise<Uint8Array>;

/** Tables of one endpoint; placeholders all of whose values are numbers stand without quotes in a JSON body. */
export type EndpointData = { readonly tables: readonly DataTable[]; readonly numeric: ReadonlySet<string> };

/** `users`: how many start in the whole run, {@link usersOf}; null: as many as come. */
export async function resolveData(
  data: Endpoint['data'],
  at: Path,
  readFile: ReadFile,
  report: Report,
  users: number | null,
): Promise<EndpointData> {
  const tables: DataTable[] = [];
  const numeric = new Set<string>();
  const files = new Map<string, { readonly name: string; readonly source: FileSource }[]>();
  for (const [name, source] of Object.entries(data)) {
    switch (source.kind) {
      case 'range':
        tables.push({ kind: 'range', name, from: source.from, to: source.to, ...orderOf(source) });
        numeric.add(name);
        break;
      case 'list':
        tables.push({
          kind: 'rows',
          names: [name],
          rows: source.values.map((value) => [String(value)]),
          ...orderOf(source),
        });
        if (source.values.every((value) => typeof value === 'number')) numeric.add(name);
        break;
      case 'file': {
        const others = files.get(source.file) ?? [];
        others.push({ name, source });
        files.set(source.file, others);
        break;
      }
      default:
        source satisfies never;
    }
  }
  for (const [file, columns] of files) {
    const first = columns[0];
    if (first === undefined) continue;
    const bytes = await readBytes(
      file,
      limits.dataBytes,
      'a data file',
      [...at, first.name],
      readFile,
      report,
    );
    if (bytes === null) continue;
    const read = readDataRows(
      bytes,
      first.source.format,
      columns.map(({ source }) => source.column),
    );
    if (read.state === 'faulty') {
      report(issue([...at, first.name], `${read.expected} in ${printable(file)}`, read.received, read.hint));
      continue;
    }
    tables.push({
      kind: 'rows',
      names: columns.map(({ name }) => name),
      rows: read.rows,
      ...orderOf(first.source),
    });
    for (const [index, { name }] of columns.entries()) if (read.numeric[index]) numeric.add(name);
  }
  if (users !== null) for (const table of tables) checkEnoughRows(table, users, at, report);
  return { tables, numeric };
}

/** Each stage starts users of its own, so a run has the sum of all stages; null: the open model has none. */
export function usersOf(load: Load): number | null {
  return load.kind === 'open' ? null : load.stages.reduce((sum, stage) => sum + stage.users, 0);
}

function checkEnoughRows(table: DataTable, users: number, at: Path, report: Report): void {
  if (table.order !== 'unique' || table.per !== 'user') return;
  const rows = table.kind === 'range' ? table.to - table.from + 1 : table.rows.length;
  if (rows >= users) return;
  const name = table.kind === 'range' ? table.name : (table.names[0] ?? '');
  const what = `at least ${users} rows, one for each user of all stages together`;
  const hint = `add ${users - rows}, or write order: sequential, which starts again at the top`;
  report(issue([...at, name], what, `${rows} rows`, hint));
}

function orderOf({ order, per }: DataOrder): DataOrder {
  return { ...(order === undefined ? {} : { order }), ...(per === undefined ? {} : { per }) };
}

type FileSource = Extract<DataSource, { kind: 'file' }>;

/** The file's bytes, or null after a fault was reported. */
export async function readBytes(
  file: string,
  maxBytes: number,
  what: string,
  at: Path,
  readFile: ReadFile,
  report: Report,
): Promise<Uint8Array | null> {
  try {
    const bytes = await readFile(file, maxBytes);
    if (bytes.length <= maxBytes) return bytes;
    report(issue(at, `${what} of at most ${maxBytes} bytes`, `${bytes.length} bytes`));
  } catch (error) {
    const [received, hint] = fileTrouble(error);
    report(issue(at, what, `${quoted(file)}: ${received}`, hint));
  }
  return null;
}

/** Why a file can't be read, and what to do. */
export function fileTrouble(error: unknown): readonly [received: string, hint: string | null] {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return ['no such file', "a file is looked for beside the plan's file"];
    case 'EACCES':
    case 'EPERM':
      return ['not readable', 'check its permissions'];
    case 'EISDIR':
      return ['a folder', 'name a file in it'];
    case 'EINVAL':
      return ['not a regular file', null];
    case 'EFBIG':
      return ['a larger file', 'make it smaller: a sample of its data serves as well'];
    default:
      return [printable((error instanceof Error ? error.message : String(error)).slice(0, 200)), null];
  }
}

export function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
