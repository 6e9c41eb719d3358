import { type Fault, RequestFault, shown } from './request-fault.ts';
import { type Field, type Resource, resourceNamed, resources } from './resource.ts';

/** Other rows that an answer carries beside each row. */
export interface Relation {
  /** `embed`: those that point to the row, as a list; `expand`: the one that it points to. */
  readonly kind: 'embed' | 'expand';
  /** Its key in the JSON: `comments`, `post`. */
  readonly name: string;
  /** Of the other rows. */
  readonly resource: Resource;
  /** What points: a field of the other rows, or, for `expand`, of the row itself. */
  readonly through: Field;
}

/**
 * Reads `?_embed=comments&_expand=user`; each may be repeated. Without any of them, an empty list.
 *
 * @param faults Where faults are told; without it they are thrown.
 * @throws RequestFault 400 for what the resource has not.
 */
export function readRelations(
  resource: Resource,
  query: URLSearchParams,
  faults?: Fault[],
): readonly Relation[] {
  const found = (['embed', 'expand'] as const).flatMap((kind) => {
    const possible = kind === 'embed' ? embeddable(resource) : expandable(resource);
    return [...new Set(query.getAll(`_${kind}`))].flatMap((name) => {
      const relation = possible.find((each) => each.name === name);
      if (relation !== undefined) return [relation];
      const names = possible.map((each) => each.name).join(', ');
      const fault = {
        path: `query._${kind}`,
        expected: names === '' ? `nothing: ${resource.name} have none` : `one of ${names}`,
        received: shown(name),
      };
      if (faults === undefined)
        throw new RequestFault(400, 'invalid-query', 'this cannot be related', [fault]);
      faults.push(fault);
      return [];
    });
  });
  return found.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** For a key: the same relations, in whatever order they were asked for, give the same text. */
export function relationsKey(relations: readonly Relation[]): string {
  return relations.map(({ kind, name }) => `${kind} ${name}`).join(' ');
}

function embeddable(resource: Resource): readonly Relation[] {
  return resources.flatMap((child) =>
    child.fields
      .filter((field) => field.references === resource.name)
      .map((through) => ({ kind: 'embed', name: child.name, resource: child, through }) as const),
  );
}

function expandable(resource: Resource): readonly Relation[] {
  return resource.fields.flatMap((through) => {
    if (through.references === undefined) return [];
    const parent = resourceNamed(through.references);
    return [{ kind: 'expand', name: parent.one, resource: parent, through } as const];
  });
}
