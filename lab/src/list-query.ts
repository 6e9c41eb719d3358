import { largestId } from './body.ts';
import { type Fault, RequestFault, shown } from './request-fault.ts';
import type { Field, Resource } from './resource.ts';

/** What a list was asked for. */
export interface ListQuery {
  readonly ids: readonly number[];
  readonly filters: readonly { readonly field: Field; readonly value: string | number | boolean }[];
  readonly offset: number;
  readonly limit: number;
  /** Whether a part was asked for: then the whole's count is told in `X-Total-Count`. */
  readonly paged: boolean;
}

/** No list is longer: JSONPlaceholder's longest (photos) has as many. */
const listLimit = 5000;
const defaultPage = 10;

/**
 * Reads `?userId=1&_start=0&_limit=10` or `?_page=2&_limit=10`. Parameters that name no field are left alone, as
 * JSONPlaceholder does.
 */
export function readListQuery(resource: Resource, query: URLSearchParams): ListQuery {
  const faults: Fault[] = [];
  const filters: { field: Field; value: string | number | boolean }[] = [];
  for (const field of resource.fields) {
    if (field.part !== undefined) continue;
    const text = query.get(field.path);
    if (text === null) continue;
    const value = filterValue(field, text);
    if (value === undefined) {
      const expected =
        field.kind === 'reference' ? 'an id' : field.kind === 'boolean' ? 'true or false' : 'a text';
      faults.push({ path: `query.${field.path}`, expected, received: shown(text) });
    } else filters.push({ field, value });
  }
  const number = (name: string, low: number, high: number): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    faults.push({ path: `query.${name}`, expected: `a whole number ${low}..${high}`, received: shown(text) });
    return undefined;
  };
  const start = number('_start', 0, largestId);
  const limit = number('_limit', 0, listLimit);
  const page = number('_page', 1, largestId);
  const id = number('id', 1, largestId);
  if (start !== undefined && page !== undefined) {
    faults.push({ path: 'query._page', expected: 'either _start or _page', received: 'both' });
  }
  if (faults.length > 0) throw new RequestFault(400, 'invalid-query', 'the query cannot be answered', faults);
  const size = limit ?? (page === undefined ? listLimit : defaultPage);
  return {
    ids: id === undefined ? [] : [id],
    filters,
    offset: page === undefined ? (start ?? 0) : (page - 1) * size,
    limit: size,
    paged: start !== undefined || limit !== undefined || page !== undefined,
  };
}

function filterValue(field: Field, text: string): string | number | boolean | undefined {
  switch (field.kind) {
    case 'reference': {
      const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
      return id >= 1 && id <= largestId ? id : undefined;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'text':
      return text.includes('\0') ? undefined : text;
    default:
      return field.kind satisfies never;
  }
}

/** The same request gives the same key, in whatever order its parameters stand. */
export function listKey(query: ListQuery): string {
  const filters = query.filters.map(({ field, value }) => [field.path, value]);
  return JSON.stringify([query.ids, filters, query.offset, query.limit, query.paged]);
}
