import { isObject } from './document.ts';
import { type Fault, RequestFault, shown } from './request-fault.ts';
import { emptyValue, type Field, type Resource } from './resource.ts';

export type FieldValues = ReadonlyMap<Field, string | number | boolean>;

/** `create` and `replace` want a whole resource, `patch` any of its fields. */
export type BodyKind =
  | { readonly kind: 'create' }
  | { readonly kind: 'replace' | 'patch'; readonly id: number };

const textLimit = 10_000;
export const largestId = 2_147_483_647;

/** Reads a body; throws a 400 that names every fault in it. */
export function readBody(resource: Resource, body: unknown, as: BodyKind): FieldValues {
  const faults: Fault[] = [];
  const values = new Map<Field, string | number | boolean>();
  if (!isObject(body)) {
    faults.push({ path: 'body', expected: `a JSON object of ${resource.name}`, received: shown(body) });
  } else {
    readObject(resource, body, [], as, values, faults);
    if (as.kind !== 'patch') complete(resource, values, faults);
  }
  if (faults.length > 0) {
    throw new RequestFault(400, 'invalid-body', `this is no ${resource.one} that can be stored`, faults);
  }
  return values;
}

function readObject(
  resource: Resource,
  object: Record<string, unknown>,
  prefix: readonly string[],
  as: BodyKind,
  values: Map<Field, string | number | boolean>,
  faults: Fault[],
): void {
  for (const [key, value] of Object.entries(object)) {
    const path = [...prefix, key];
    const name = path.join('.');
    const field = resource.fields.find((each) => each.path === name);
    if (name === 'id') {
      if (as.kind !== 'create' && value !== as.id) {
        faults.push({ path: 'body.id', expected: `${as.id}, as in the path`, received: shown(value) });
      }
    } else if (field !== undefined) {
      const fault = faultOf(field, value);
      if (fault === undefined) values.set(field, asValue(value));
      else faults.push({ path: `body.${name}`, expected: fault, received: shown(value) });
    } else if (!resource.fields.some((each) => each.path.startsWith(`${name}.`))) {
      const siblings = knownUnder(resource, prefix);
      faults.push({
        path: `body.${name}`,
        expected: `one of ${siblings.join(', ')}`,
        received: 'an unknown field',
      });
    } else if (isObject(value)) {
      readObject(resource, value, path, as, values, faults);
    } else {
      faults.push({ path: `body.${name}`, expected: 'an object', received: shown(value) });
    }
  }
}

function complete(resource: Resource, values: Map<Field, string | number | boolean>, faults: Fault[]): void {
  for (const field of resource.fields) {
    const path = `body.${field.path}`;
    if (values.has(field) || faults.some((fault) => fault.path === path)) continue;
    if (field.optional === true) values.set(field, emptyValue(field));
    else faults.push({ path, expected: expectation(field), received: 'nothing' });
  }
}

function knownUnder(resource: Resource, prefix: readonly string[]): readonly string[] {
  const under = resource.fields.map((field) => field.path.split('.'));
  const siblings = under.filter((path) => prefix.every((part, at) => path[at] === part));
  return [...new Set(siblings.map((path) => path[prefix.length] ?? ''))];
}

function expectation(field: Field): string {
  switch (field.kind) {
    case 'text':
      return `a text of at most ${textLimit} characters`;
    case 'reference':
      return `the id of one of the ${field.references}`;
    case 'boolean':
      return 'true or false';
    default:
      return field.kind satisfies never;
  }
}

function faultOf(field: Field, value: unknown): string | undefined {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' && value.length <= textLimit && !value.includes('\0')
        ? undefined
        : expectation(field);
    case 'reference':
      return isId(value) ? undefined : expectation(field);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : expectation(field);
    default:
      return field.kind satisfies never;
  }
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= largestId;
}

function asValue(value: unknown): string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}
