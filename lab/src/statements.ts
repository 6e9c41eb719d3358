import type { FieldValues } from './body.ts';
import type { ListQuery } from './list-query.ts';
import type { Field, Resource } from './resource.ts';

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
  return {
    text: `${selectFrom(resource, joined)}${where} ORDER BY ${resource.name}.id ${page}`,
    values: [...values, query.limit, query.offset],
  };
}

export function countList(resource: Resource, query: ListQuery): Statement {
  const { where, values } = conditions(resource, query);
  return { text: `SELECT count(*)::integer FROM ${resource.name}${where}`, values };
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
  const tests: string[] = [];
  for (const id of query.ids) tests.push(`${resource.name}.id = $${values.push(id)}`);
  for (const { field, value } of query.filters) {
    tests.push(`${resource.name}.${field.column} = $${values.push(value)}`);
  }
  return { where: tests.length === 0 ? '' : ` WHERE ${tests.join(' AND ')}`, values };
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
