import type { FieldValues } from './body.ts';
import { type Condition, fieldsOf } from './condition.ts';
import type { ListQuery } from './list-query.ts';
import type { Relation } from './relation.ts';
import { type Field, idField, type Resource } from './resource.ts';

/** A statement and its values; nothing that a client sent stands in the text. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Selects `id`, then the fields in order. */
export function selectOne(resource: Resource, id: number, joined: boolean): Statement {
  return { text: `${selectFrom(resource, joined)} WHERE ${resource.name}.id = $1`, values: [id] };
}

export function selectList(resource: Resource, query: ListQuery, joined: boolean): Statement {
  const { where, values } = conditions(resource, query);
  const page = `LIMIT $${values.length + 1} OFFSET $${values.length + 2}`;
  const order = query.order.map(
    ({ field, descending }) => `${inOrder(resource, field)}${descending ? ' DESC' : ''}, `,
  );
  return {
    text: `${selectFrom(resource, joined)}${where} ORDER BY ${order.join('')}${resource.name}.id ${page}`,
    values: [...values, query.limit, query.offset],
  };
}

export function countList(resource: Resource, query: ListQuery): Statement {
  const { where, values } = conditions(resource, query);
  return { text: `SELECT count(*)::integer FROM ${resource.name}${where}`, values };
}

/** The rows of a relation whose id, or whose reference, is one of `ids`; `limit` of them at most. */
export function selectRelated(
  { kind, resource, through }: Relation,
  ids: readonly number[],
  limit: number,
  joined: boolean,
): Statement {
  const column = columnOf(resource, kind === 'embed' ? through : idField);
  return {
    text: `${selectFrom(resource, joined)} WHERE ${column} = ANY($1::integer[]) ORDER BY ${resource.name}.id LIMIT $2`,
    values: [ids, limit],
  };
}

/** The fields of one part of one resource. */
export function selectPart(resource: Resource, part: string, id: number): Statement {
  const columns = resource.fields.filter((field) => field.part === part).map((field) => field.column);
  return { text: `SELECT ${columns.join(', ')} FROM ${part} WHERE id = $1`, values: [id] };
}

function selectFrom(resource: Resource, joined: boolean): string {
  const columns = resource.fields.map((field) => {
    if (field.part === undefined) return `${resource.name}.${field.column}`;
    return joined ? `${field.part}.${field.column}` : 'NULL';
  });
  const joins = joined
    ? resource.parts.map((part) => ` LEFT JOIN ${part} ON ${part}.id = ${resource.name}.id`)
    : [];
  return `SELECT ${resource.name}.id, ${columns.join(', ')} FROM ${resource.name}${joins.join('')}`;
}

function conditions(resource: Resource, query: ListQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const tests = query.conditions.map((condition) => {
    const { operator } = condition;
    const given =
      operator === 'like' ? condition.values.map((each) => pattern(String(each))) : condition.values;
    const [value] = given;
    return test(resource, condition, values.push(given.length === 1 ? value : given));
  });
  if (query.search !== undefined) {
    const place = values.push(pattern(query.search));
    const each = fieldsOf(resource).map((field) => `${columnOf(resource, field)}::text ILIKE $${place}`);
    tests.push(`(${each.join(' OR ')})`);
  }
  return { where: tests.length === 0 ? '' : ` WHERE ${tests.join(' AND ')}`, values };
}

function test(resource: Resource, { field, operator, values }: Condition, place: number): string {
  const column = columnOf(resource, field);
  const type = operator === 'like' ? 'text' : types[field.kind];
  const [one, none] =
    values.length === 1
      ? [`$${place}`, `$${place}`]
      : [`ANY($${place}::${type}[])`, `ALL($${place}::${type}[])`];
  switch (operator) {
    case 'eq':
      return `${column} = ${one}`;
    case 'ne':
      return `${column} <> ${none}`;
    case 'gte':
      return `${inOrder(resource, field)} >= ${one}`;
    case 'lte':
      return `${inOrder(resource, field)} <= ${one}`;
    case 'like':
      return `${column}::text ILIKE ${one}`;
    default:
      return operator satisfies never;
  }
}

const types = { reference: 'integer', boolean: 'boolean', text: 'text' } as const;

/** LIKE's own signs mean themselves. */
function pattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

/** A part's column is looked up, so that it can stand where nothing is joined. */
function columnOf(resource: Resource, { column, part }: Field): string {
  if (part === undefined) return `${resource.name}.${column}`;
  return `(SELECT ${part}.${column} FROM ${part} WHERE ${part}.id = ${resource.name}.id)`;
}

/** Texts by their characters' codes, as JavaScript orders them, whatever the database's language. */
function inOrder(resource: Resource, field: Field): string {
  const column = columnOf(resource, field);
  return field.kind === 'text' ? `${column} COLLATE "C"` : column;
}

/** Inserts the main row and answers its id. */
export function insertMain(resource: Resource, given: FieldValues): Statement {
  const fields = [...given.keys()].filter((field) => field.part === undefined);
  const columns = fields.map((field) => field.column);
  const places = fields.map((_, at) => `$${at + 1}`);
  return {
    text: `INSERT INTO ${resource.name} (${columns.join(', ')}) VALUES (${places.join(', ')}) RETURNING id`,
    values: fields.map((field) => given.get(field)),
  };
}

export function insertPart(part: string, id: number, given: FieldValues): Statement {
  const fields = [...given.keys()].filter((field) => field.part === part);
  const columns = ['id', ...fields.map((field) => field.column)];
  const places = columns.map((_, at) => `$${at + 1}`);
  return {
    text: `INSERT INTO ${part} (${columns.join(', ')}) VALUES (${places.join(', ')})`,
    values: [id, ...fields.map((field) => given.get(field))],
  };
}

/** Updates what was given in one table, and answers the id if the row is there. */
export function update(table: string, fields: readonly Field[], id: number, given: FieldValues): Statement {
  const sets = fields.map((field, at) => `${field.column} = $${at + 2}`);
  return {
    text: `UPDATE ${table} SET ${sets.length === 0 ? 'id = id' : sets.join(', ')} WHERE id = $1 RETURNING id`,
    values: [id, ...fields.map((field) => given.get(field))],
  };
}

export function remove(resource: Resource, id: number): Statement {
  return { text: `DELETE FROM ${resource.name} WHERE id = $1 RETURNING id`, values: [id] };
}

export function insertActivity(action: string, resource: string, id: number | undefined): Statement {
  return {
    text: 'INSERT INTO activity (action, resource, entity) VALUES ($1, $2, $3)',
    values: [action, resource, id ?? null],
  };
}

export function insertRevision(resource: string, id: number, document: string | null): Statement {
  return {
    text: 'INSERT INTO revisions (resource, entity, document) VALUES ($1, $2, $3)',
    values: [resource, id, document],
  };
}

export function insertNotice(topic: string, id: number): Statement {
  return { text: 'INSERT INTO outbox (topic, entity) VALUES ($1, $2)', values: [topic, id] };
}
