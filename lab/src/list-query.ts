import { largestId } from './body.ts';
import { type Condition, fieldsOf, namesOf, readConditions, textLimit } from './condition.ts';
import { type Relation, readRelations, relationsKey } from './relation.ts';
import { type Fault, RequestFault, shown } from './request-fault.ts';
import type { Field, Resource } from './resource.ts';

/** What a list was asked for. */
export interface ListQuery {
  readonly conditions: readonly Condition[];
  /** Contained in any field, whatever its case. */
  readonly search: string | undefined;
  /** Rows that are equal in all of it follow one another by their ids. */
  readonly order: readonly { readonly field: Field; readonly descending: boolean }[];
  readonly offset: number;
  readonly limit: number;
  /** From 1, when a page was asked for by its number. */
  readonly page: number | undefined;
  /** Whether a part was asked for: then the whole's count is told in `X-Total-Count`. */
  readonly paged: boolean;
  readonly relations: readonly Relation[];
}

/** No list is longer: JSONPlaceholder's longest (photos) has as many. */
const listLimit = 5000;
const defaultPage = 10;
const orderLimit = 5;

/**
 * Reads `?userId=1&_start=0&_limit=10`, `?_sort=title&_order=desc` and all else that json-server 0.17 takes. Parameters
 * that name no field are left alone, as JSONPlaceholder does.
 *
 * @throws RequestFault 400 with every fault.
 */
export function readListQuery(resource: Resource, query: URLSearchParams): ListQuery {
  const faults: Fault[] = [];
  const conditions = readConditions(resource, query, faults);
  const search = query.get('q') || undefined;
  if (search !== undefined && (search.length > textLimit || search.includes('\0'))) {
    const expected = `a text of at most ${textLimit} characters`;
    faults.push({ path: 'query.q', expected, received: shown(search) });
  }
  const order = readOrder(resource, query, faults);
  const part = readPart(query, faults);
  const relations = readRelations(resource, query, faults);
  if (faults.length > 0) throw new RequestFault(400, 'invalid-query', 'the query cannot be answered', faults);
  return { conditions, search, order, ...part, relations };
}

/** `_sort=userId,title&_order=desc,asc`; where `_order` is short, it is asc. */
function readOrder(resource: Resource, query: URLSearchParams, faults: Fault[]): ListQuery['order'] {
  const names = (query.get('_sort') || undefined)?.split(',') ?? [];
  const directions = (query.get('_order') || undefined)?.toLowerCase().split(',') ?? [];
  for (const direction of directions.filter((each) => each !== 'asc' && each !== 'desc'))
    faults.push({ path: 'query._order', expected: 'asc or desc', received: shown(direction) });
  if (names.length > orderLimit) {
    const expected = `at most ${orderLimit} fields`;
    faults.push({ path: 'query._sort', expected, received: `${names.length} of them` });
    return [];
  }
  return names.flatMap((name, at) => {
    const field = fieldsOf(resource).find(({ path }) => path === name);
    if (field !== undefined) return [{ field, descending: directions[at] === 'desc' }];
    faults.push({ path: 'query._sort', expected: `one of ${namesOf(resource)}`, received: shown(name) });
    return [];
  });
}

/** `_page` with `_limit`, or `_start` with `_end` or `_limit`; `_end` counts before `_limit`. */
function readPart(
  query: URLSearchParams,
  faults: Fault[],
): Pick<ListQuery, 'offset' | 'limit' | 'page' | 'paged'> {
  const number = (name: string, low: number, high: number): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    faults.push({ path: `query.${name}`, expected: `a whole number ${low}..${high}`, received: shown(text) });
    return undefined;
  };
  const start = number('_start', 0, largestId);
  const end = number('_end', 0, largestId);
  const limit = number('_limit', 0, listLimit);
  const page = number('_page', 1, largestId);
  if (page !== undefined && (start !== undefined || end !== undefined)) {
    const other = start === undefined ? '_end' : '_start';
    faults.push({ path: 'query._page', expected: `either ${other} or _page`, received: 'both' });
  }
  if (page !== undefined) {
    const size = limit || defaultPage;
    return { offset: (page - 1) * size, limit: size, page, paged: true };
  }
  const offset = start ?? 0;
  const size = end === undefined ? (limit ?? listLimit) : Math.min(Math.max(end - offset, 0), listLimit);
  const paged = start !== undefined || end !== undefined || limit !== undefined;
  return { offset, limit: size, page, paged };
}

/** The same request gives the same key, in whatever order its parameters stand. */
export function listKey(query: ListQuery): string {
  const { search, offset, limit, page, paged } = query;
  const conditions = query.conditions.map(({ field, operator, values }) => [field.path, operator, values]);
  const order = query.order.map(({ field, descending }) => [field.path, descending]);
  const relations = relationsKey(query.relations);
  return JSON.stringify([conditions, search, order, offset, limit, page, paged, relations]);
}
