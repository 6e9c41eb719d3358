import { capitalised, paragraph, word, words } from './prose.ts';
import { integer, type Random, seededRandom } from './random.ts';
import type { Field, Resource } from './resource.ts';
import { resources } from './resource.ts';

type Value = string | number | boolean;
/** Columns of one row, by the table that holds them. */
export type SeedRow = Readonly<Record<string, Value>>;

/** JSONPlaceholder's counts. */
export const seedCounts: Readonly<Record<string, number>> = {
  users: 10,
  posts: 100,
  comments: 500,
  albums: 100,
  photos: 5000,
  todos: 200,
};

export const defaultSeed = 1;

/** The rows of each table as one JSON array, made once and given to PostgreSQL as they are. */
export type SeedTexts = ReadonlyMap<string, string>;

export function seedTexts(seed: number): SeedTexts {
  return new Map(Object.entries(seedRows(seed)).map(([table, rows]) => [table, JSON.stringify(rows)]));
}

/** All rows of the seed by table: the same seed gives the same rows. */
export function seedRows(seed: number): Readonly<Record<string, readonly SeedRow[]>> {
  const tables: Record<string, SeedRow[]> = {};
  for (const [ordinal, resource] of resources.entries()) {
    const random = seededRandom(seed * resources.length + ordinal);
    for (const table of [resource.name, ...resource.parts]) tables[table] = [];
    for (let id = 1; id <= (seedCounts[resource.name] ?? 0); id += 1) {
      const values = valuesOf(resource, id, random);
      for (const table of [resource.name, ...resource.parts]) {
        tables[table]?.push({ id, ...values.get(table) });
      }
    }
  }
  return tables;
}

function valuesOf(resource: Resource, id: number, random: Random): Map<string, Record<string, Value>> {
  const byTable = new Map<string, Record<string, Value>>();
  for (const field of resource.fields) {
    const table = field.part ?? resource.name;
    const row = byTable.get(table) ?? {};
    row[field.column] = seedValue(resource, field, id, random);
    byTable.set(table, row);
  }
  return byTable;
}

/** Children are dealt out evenly and in order: posts 1..10 belong to user 1, as in JSONPlaceholder. */
function parentOf(resource: Resource, field: Field, id: number): number {
  const children = seedCounts[resource.name] ?? 1;
  const parents = seedCounts[field.references ?? ''] ?? 1;
  return Math.ceil((id * parents) / children);
}

function seedValue(resource: Resource, field: Field, id: number, random: Random): Value {
  switch (field.kind) {
    case 'reference':
      return parentOf(resource, field, id);
    case 'boolean':
      return random() < 0.45;
    case 'text':
      return textOf(resource, field, id, random);
    default:
      return field.kind satisfies never;
  }
}

function textOf(resource: Resource, field: Field, id: number, random: Random): string {
  switch (field.path) {
    case 'body':
      return paragraph(random);
    case 'email':
      return `${word(random)}.${word(random)}${id}@example.com`;
    case 'name':
      return resource.name === 'users'
        ? `${capitalised(word(random))} ${capitalised(word(random))}`
        : words(random, 3, 7);
    case 'username':
      return `${capitalised(word(random))}${id}`;
    case 'url':
    case 'thumbnailUrl': {
      const edge = field.path === 'url' ? 600 : 150;
      return `https://images.example.com/${edge}/${integer(random, 0, 0xffffff).toString(16).padStart(6, '0')}`;
    }
    case 'phone':
      return `555-${integer(random, 100, 999)}-${integer(random, 1000, 9999)}`;
    case 'website':
      return `${word(random)}.example.org`;
    case 'address.zipcode':
      return `${integer(random, 10000, 99999)}-${integer(random, 1000, 9999)}`;
    case 'address.suite':
      return `Apt. ${integer(random, 100, 999)}`;
    case 'address.street':
      return `${capitalised(word(random))} Street`;
    case 'address.geo.lat':
      return (random() * 180 - 90).toFixed(4);
    case 'address.geo.lng':
      return (random() * 360 - 180).toFixed(4);
    case 'address.city':
    case 'company.name':
      return capitalised(words(random, 1, 2));
    default:
      return words(random, 3, 8);
  }
}
