import type { FieldValues } from './body.ts';
import { type Connection, type ConnectionPool, sqlState } from './connection-pool.ts';
import { type Document, toDocument } from './document.ts';
import type { ListQuery } from './list-query.ts';
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
  one(resource: Resource, id: number): Promise<Document | undefined>;
  create(resource: Resource, given: FieldValues): Promise<Document>;
  /** Changes what is given; `undefined` when there is no such row. */
  change(resource: Resource, id: number, given: FieldValues): Promise<Document | undefined>;
  remove(resource: Resource, id: number): Promise<boolean>;
  reset(): Promise<void>;
}

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
        const counted = query.paged ? await send(connection, statements.countList(resource, query)) : [];
        await audited(connection, resource);
        return { items, total: query.paged ? Number(counted[0]?.[0] ?? 0) : undefined };
      }),
    one: (resource, id) =>
      hold(resource.name, async (connection) => {
        const document = await readOne(connection, resource, id);
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
  };
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
