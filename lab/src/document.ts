import { nestedRoutes, type Resource } from './resource.ts';

/** A resource as JSON. */
export type Document = Readonly<Record<string, unknown>>;

/** Builds the JSON of one row: `values` are in the order of the resource's fields. */
export function toDocument(resource: Resource, id: number, values: readonly unknown[]): Document {
  const document: Record<string, unknown> = {};
  for (const [at, field] of resource.fields.entries()) {
    if (at === resource.idAt) document.id = id;
    place(document, field.path.split('.'), values[at]);
  }
  return document;
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const inner = target[head];
  const next = isObject(inner) ? inner : {};
  target[head] = next;
  place(next, rest, value);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The resources whose rows go when one of `name` is deleted. */
export function dependants(name: string): readonly string[] {
  const children = nestedRoutes.filter((route) => route.parent === name).map((route) => route.child);
  return [...new Set([...children, ...children.flatMap(dependants)])];
}
