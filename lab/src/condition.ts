import { largestId } from './body.ts';
import { type Fault, shown } from './request-fault.ts';
import { type Field, idField, type Resource } from './resource.ts';

/** Equal, different, at least, at most, contains. */
const operators = ['eq', 'ne', 'gte', 'lte', 'like'] as const;
type Operator = (typeof operators)[number];

/** What a field must be: several values mean one of them, or, with `ne`, none of them. */
export interface Condition {
  readonly field: Field;
  readonly operator: Operator;
  readonly values: readonly (string | number | boolean)[];
}

/** Values that one parameter may repeat, and characters that a text may have. */
const valueLimit = 100;
export const textLimit = 1000;

/** Every field that a list can be filtered and sorted by. */
export function fieldsOf(resource: Resource): readonly Field[] {
  return [idField, ...resource.fields];
}

/**
 * Reads `title=…`, `id_gte=…`, `title_like=…` and their like, in the fields' order. A parameter that names no field is
 * left alone, as json-server does, but not one with an operator.
 */
export function readConditions(resource: Resource, query: URLSearchParams, faults: Fault[]): Condition[] {
  if (query.size === 0) return [];
  const conditions: Condition[] = [];
  for (const field of fieldsOf(resource)) {
    for (const operator of operators) {
      const name = operator === 'eq' ? field.path : `${field.path}_${operator}`;
      const texts = query.getAll(name);
      if (texts.length === 0) continue;
      if (texts.length > valueLimit) {
        const expected = `at most ${valueLimit} values`;
        faults.push({ path: `query.${name}`, expected, received: `${texts.length} of them` });
        continue;
      }
      const values = texts.flatMap((text) => {
        const value = valueIn(text, field, operator);
        if (value !== undefined) return [value];
        faults.push({
          path: `query.${name}`,
          expected: expectation(field, operator),
          received: shown(text),
        });
        return [];
      });
      conditions.push({ field, operator, values });
    }
  }
  for (const name of new Set(query.keys())) {
    const [, path] = /^(.+)_(?:ne|gte|lte|like)$/.exec(name) ?? [];
    if (path === undefined || fieldsOf(resource).some((field) => field.path === path)) continue;
    faults.push({
      path: `query.${name}`,
      expected: `one of ${namesOf(resource)}`,
      received: 'an unknown field',
    });
  }
  return conditions;
}

export function namesOf(resource: Resource): string {
  return fieldsOf(resource)
    .map(({ path }) => path)
    .join(', ');
}

function valueIn(text: string, field: Field, operator: Operator): string | number | boolean | undefined {
  if (operator === 'like' || field.kind === 'text')
    return text.length <= textLimit && !text.includes('\0') ? text : undefined;
  switch (field.kind) {
    case 'reference': {
      const id = /^\d{1,10}$/.test(text) ? Number(text) : -1;
      return id >= (operator === 'eq' ? 1 : 0) && id <= largestId ? id : undefined;
    }
    case 'boolean':
      if (operator === 'gte' || operator === 'lte') return undefined;
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return field.kind satisfies never;
  }
}

function expectation(field: Field, operator: Operator): string {
  if (operator === 'like' || field.kind === 'text') return `a text of at most ${textLimit} characters`;
  switch (field.kind) {
    case 'reference':
      return operator === 'eq' ? 'an id' : `a whole number 0..${largestId}`;
    case 'boolean':
      return operator === 'eq' || operator === 'ne' ? 'true or false' : 'no range of what has no order';
    default:
      return field.kind satisfies never;
  }
}
