import type { FieldValues } from './body.ts';
import { type Connection, type ConnectionPool, sqlState } from './connection-pool.ts';
import { type Document, toDocument } from './document.ts';
import type { ListQuery } from './list-query.ts';
import type { Relation } from './relation.ts';
import { RequestFault } from './request-fault.ts';
import type { Resource } from './resource.ts';
import { fillSchema } from './schema.ts';
import type { SeedTexts } from './seed.ts';
import * as statements from './statements.ts';
import type { Switches } from './switches.ts';
import { followTrail } from './troubles/trail.ts';
import { countingHold } from './troubles/use-counter.ts';

interface List {
  readonly items: readonly Document[];
  /** Of all pages, when a page was asked for. */
  readonly total: number | undefined;
}

/** The resources in PostgreSQL. Each call holds one connection of the pool from its first statement to its last. */
export interface Store {
  list(resource: Resource, query: ListQuery): Promise<List>;
  one(resource: Resource, id: number, relations: readonly Relation[]): Promise<Document | undefined>;
  create(resource: Resource, given: FieldValues): Promise<Document>;
  /** Changes what is given; `undefined` when there is no such row. */
  change(resource: Resource, id: number, given: FieldValues): Promise<Document | undefined>;
  remove(resource: Resource, id: number): Promise<boolean>;
  reset(): Promise<void>;
  /**
   * The WAL position that every read must have seen and a replica may not have: `undefined` where there is none. Other
   * processes, which share a cache with this one, are told it by `awaitPosition`. See replicated-store.ts.
   */
  awaitedPosition(): string | undefined;
  awaitPosition(position: string): void;
}

/** Rows that one relation may bring into an answer: twice as many as the largest resource has. */
const relatedLimit = 10_000;

type StoreSwitches = Pick<Switches, 'nPlusOne' | 'auditReads' | 'writeBatching' | 'countUses' | 'trailRows'>;

export function openStore(pool: ConnectionPool, switches: StoreSwitches, seed: SeedTexts): Store {
  const joined = !switches.nPlusOne;
  const hold = countingHold(pool, switches.countUses);

  const send = (connection: Connection, statement: statements.Statement) =>
    connection.query(statement.text, statement.values);

  const documentOf = async (connection: Connection, resource: Resource, row: readonly unknown[]) => {
    const [id, ...values] = row;
    if (!joined) {
      for (const part of resource.parts) {
        const [found] = await send(connection, statements.selectPart(resource, part, Number(id)));
        for (const [at, field] of resource.fields.filter((each) => each.part === part).entries()) {
          values[resource.fields.indexOf(field)] = found?.[at];
        }
      }
    }
    return toDocument(resource, Number(id), values);
  };

  const readOne = async (connection: Connection, resource: Resource, id: number) => {
    const [row] = await send(connection, statements.selectOne(resource, id, joined));
    return row === undefined ? undefined : documentOf(connection, resource, row);
  };

  const withRelation = async (
    connection: Connection,
    relation: Relation,
    documents: readonly Document[],
  ): Promise<readonly Document[]> => {
    const { kind, name, resource, through } = relation;
    const key = kind === 'embed' ? 'id' : through.path;
    const ids = [...new Set(documents.map((document) => Number(document[key])))];
    if (ids.length === 0) return documents;
    const rows = await send(connection, statements.selectRelated(relation, ids, relatedLimit + 1, joined));
    if (rows.length > relatedLimit) throw tooManyRelated(relation);
    const related = new Map<unknown, Document[]>(ids.map((id) => [id, []]));
    for (const row of rows) {
      const found = await documentOf(connection, resource, row);
      related.get(found[kind === 'embed' ? through.path : 'id'])?.push(found);
    }
    return documents.map((document) => {
      const found = related.get(document[key]) ?? [];
      return { ...document, [name]: kind === 'embed' ? found : found[0] };
    });
  };

  const withRelations = async (
    connection: Connection,
    relations: readonly Relation[],
    documents: readonly Document[],
  ) => {
    let all = documents;
    for (const relation of relations) all = await withRelation(connection, relation, all);
    return all;
  };

  const audited = async (connection: Connection, resource: Resource, id?: number) => {
    await followTrail(connection, switches.trailRows, resource.name, id);
    if (switches.auditReads) await send(connection, statements.insertActivity('read', resource.name, id));
  };

  /** Every row of a write: committed as one, or each statement by itself. */
  const write = <T>(resource: Resource, work: (connection: Connection) => Promise<T>): Promise<T> =>
    hold(resource.name, async (connection) => {
      if (!switches.writeBatching || switches.countUses !== 'off') return work(connection);
      await connection.run('BEGIN');
      try {
        const result = await work(connection);
        await connection.run('COMMIT');
        return result;
      } catch (error) {
        await connection.run('ROLLBACK');
        throw error;
      }
    });

  const record = async (
    connection: Connection,
    action: string,
    resource: Resource,
    id: number,
    document: Document | undefined,
  ) => {
    const text = document === undefined ? null : JSON.stringify(document);
    await followTrail(connection, switches.trailRows, resource.name, id);
    await send(connection, statements.insertRevision(resource.name, id, text));
    await send(connection, statements.insertNotice(`${resource.name}.${action}`, id));
    await send(connection, statements.insertActivity(action, resource.name, id));
  };

  return {
    list: (resource, query) =>
      hold(resource.name, async (connection) => {
        const rows = await send(connection, statements.selectList(resource, query, joined));
        const items: Document[] = [];
        for (const row of rows) {
          items.push(await documentOf(connection, resource, row));
        }
        const related = await withRelations(connection, query.relations, items);
        const counted = query.paged ? await send(connection, statements.countList(resource, query)) : [];
        await audited(connection, resource);
        return { items: related, total: query.paged ? Number(counted[0]?.[0] ?? 0) : undefined };
      }),
    one: (resource, id, relations) =>
      hold(resource.name, async (connection) => {
        const found = await readOne(connection, resource, id);
        const [document] = found === undefined ? [] : await withRelations(connection, relations, [found]);
        await audited(connection, resource, id);
        return document;
      }),
    create: (resource, given) =>
      write(resource, async (connection) => {
        const [row] = await send(connection, statements.insertMain(resource, given));
        const id = Number(row?.[0]);
        for (const part of resource.parts) await send(connection, statements.insertPart(part, id, given));
        const document = (await readOne(connection, resource, id)) ?? { id };
        await record(connection, 'create', resource, id, document);
        return document;
      }).catch((error: unknown) => {
        throw missingParent(resource, given, error);
      }),
    change: (resource, id, given) =>
      write(resource, async (connection) => {
        for (const table of [resource.name, ...resource.parts]) {
          const main = table === resource.name;
          const fields = [...given.keys()].filter((field) =>
            main ? field.part === undefined : field.part === table,
          );
          if (!main && fields.length === 0) continue;
          const [row] = await send(connection, statements.update(table, fields, id, given));
          if (main && row === undefined) return undefined;
        }
        const document = await readOne(connection, resource, id);
        if (document !== undefined) await record(connection, 'update', resource, id, document);
        return document;
      }).catch((error: unknown) => {
        throw missingParent(resource, given, error);
      }),
    remove: (resource, id) =>
      write(resource, async (connection) => {
        const [row] = await send(connection, statements.remove(resource, id));
        if (row === undefined) return false;
        await record(connection, 'delete', resource, id, undefined);
        return true;
      }),
    reset: () => pool.hold((connection) => fillSchema(connection, seed, 'used')),
    awaitedPosition: () => undefined,
    awaitPosition: () => undefined,
  };
}

function tooManyRelated({ kind, name }: Relation): RequestFault {
  const fault = {
    path: `query._${kind}`,
    expected: `at most ${relatedLimit} ${name} in one answer`,
    received: 'more',
  };
  return new RequestFault(400, 'invalid-query', 'there are too many: ask for fewer with _limit', [fault]);
}

/** A foreign key that points nowhere is the client's fault. */
function missingParent(resource: Resource, given: FieldValues, error: unknown): unknown {
  if (sqlState(error) !== '23503') return error;
  const faults = [...given.entries()]
    .filter(([field]) => field.kind === 'reference')
    .map(([field, value]) => ({
      path: `body.${field.path}`,
      expected: `the id of one of the ${field.references}`,
      received: `${value}, which is none`,
    }));
  return new RequestFault(400, 'invalid-body', `this is no ${resource.one} that can be stored`, faults);
}
