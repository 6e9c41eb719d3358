type FieldKind = 'text' | 'reference' | 'boolean';

/** One value of a resource: where it stands in the JSON and where in the database. */
export interface Field {
  /** Dotted, for instance `address.geo.lat`. */
  readonly path: string;
  readonly column: string;
  readonly kind: FieldKind;
  /** For a field that lives in a part of its own (a user's address). */
  readonly part?: string;
  /** For a `reference`: the table that it points to. */
  readonly references?: string;
  readonly optional?: boolean;
}

export interface Resource {
  /** The table and the first segment of the route. */
  readonly name: string;
  /** What one of them is called. */
  readonly one: string;
  /** In the order of JSONPlaceholder's JSON; `id` stands where `idAt` says. */
  readonly fields: readonly Field[];
  readonly idAt: number;
  /** Tables that hold one row per resource, keyed by `id`. */
  readonly parts: readonly string[];
}

function text(path: string, column = path, part?: string): Field {
  return { path, column, kind: 'text', ...(part === undefined ? {} : { part }) };
}

function reference(path: string, column: string, references: string): Field {
  return { path, column, kind: 'reference', references };
}

function optional(field: Field): Field {
  return { ...field, optional: true };
}

/** Every resource has one; it stands in no list of fields. */
export const idField: Field = { path: 'id', column: 'id', kind: 'reference' };

const author = reference('userId', 'user_id', 'users');

export const resources: readonly Resource[] = [
  {
    name: 'users',
    one: 'user',
    idAt: 0,
    parts: ['addresses', 'companies'],
    fields: [
      text('name'),
      text('username'),
      text('email'),
      optional(text('address.street', 'street', 'addresses')),
      optional(text('address.suite', 'suite', 'addresses')),
      optional(text('address.city', 'city', 'addresses')),
      optional(text('address.zipcode', 'zipcode', 'addresses')),
      optional(text('address.geo.lat', 'lat', 'addresses')),
      optional(text('address.geo.lng', 'lng', 'addresses')),
      optional(text('phone')),
      optional(text('website')),
      optional(text('company.name', 'company_name', 'companies')),
      optional(text('company.catchPhrase', 'catch_phrase', 'companies')),
      optional(text('company.bs', 'bs', 'companies')),
    ],
  },
  {
    name: 'posts',
    one: 'post',
    idAt: 1,
    parts: [],
    fields: [author, text('title'), optional(text('body'))],
  },
  {
    name: 'comments',
    one: 'comment',
    idAt: 1,
    parts: [],
    fields: [reference('postId', 'post_id', 'posts'), text('name'), text('email'), optional(text('body'))],
  },
  {
    name: 'albums',
    one: 'album',
    idAt: 1,
    parts: [],
    fields: [author, text('title')],
  },
  {
    name: 'photos',
    one: 'photo',
    idAt: 1,
    parts: [],
    fields: [
      reference('albumId', 'album_id', 'albums'),
      text('title'),
      optional(text('url')),
      optional(text('thumbnailUrl', 'thumbnail_url')),
    ],
  },
  {
    name: 'todos',
    one: 'todo',
    idAt: 1,
    parts: [],
    fields: [author, text('title'), optional({ path: 'completed', column: 'completed', kind: 'boolean' })],
  },
];

export function resourceNamed(name: string): Resource {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`no resource ${name}`);
  return found;
}

/** The value that a field has when nobody gave one. */
export function emptyValue(field: Field): string | boolean {
  return field.kind === 'boolean' ? false : '';
}

/** `/users/1/posts` and its like: JSONPlaceholder's nested routes. */
export const nestedRoutes: readonly { parent: string; child: string; through: string }[] = [
  { parent: 'posts', child: 'comments', through: 'postId' },
  { parent: 'albums', child: 'photos', through: 'albumId' },
  { parent: 'users', child: 'posts', through: 'userId' },
  { parent: 'users', child: 'albums', through: 'userId' },
  { parent: 'users', child: 'todos', through: 'userId' },
];
