import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planJsonSchema } from './plan-schema.ts';

const root = new URL('../../', import.meta.url);

test('the published JSON Schema is the one that plans are checked with', () => {
  const published: unknown = JSON.parse(readFileSync(new URL('schema/plan.schema.json', root), 'utf8'));
  // Written by: npm run schemas
  expect(published).toEqual(planJsonSchema());
});

test('every key of the JSON Schema has a description for editors', () => {
  const missing: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties' && typeof value === 'object' && value !== null) {
        for (const [name, property] of Object.entries(value)) {
          const described = typeof property === 'object' && property !== null && 'description' in property;
          if (!described) missing.push(`${path}.${name}`);
          visit(property, `${path}.${name}`);
        }
      } else visit(value, path);
    }
  };
  visit(planJsonSchema(), '');
  expect(missing).toEqual([]);
});

test('editors see that users and rate exclude each other, and what a duration looks like', () => {
  const { load } = JSON.parse(JSON.stringify(planJsonSchema().properties));
  expect(load.oneOf).toEqual([{ required: ['users'] }, { required: ['rate'] }]);
  const duration = new RegExp(load.properties.duration.anyOf[0].pattern);
  expect(['60s', '1m30s', '60', 'soon'].map((text) => duration.test(text))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
