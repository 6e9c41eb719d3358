import type { DataTable, ResolvedEndpoint } from './plan.ts';

/** The endpoint with the first row of its data alone: every request of it is the same. */
export function frozen(endpoint: ResolvedEndpoint): ResolvedEndpoint {
  return { ...endpoint, tables: endpoint.tables.map(firstRow) };
}

/** It has data of more than one row: it can be asked for the same key, and for others. */
export function isKeyed({ tables }: Pick<ResolvedEndpoint, 'tables'>): boolean {
  return tables.some((table) => (table.kind === 'range' ? table.to > table.from : table.rows.length > 1));
}

function firstRow(table: DataTable): DataTable {
  if (table.kind === 'range') return { kind: 'range', name: table.name, from: table.from, to: table.from };
  return { kind: 'rows', names: table.names, rows: table.rows.slice(0, 1) };
}
