import fc from 'fast-check';
import { JSONPathEnvironment } from 'json-p3';
import { expect, test } from 'vitest';
import { compileJsonPath, JsonPathFault } from './json-path.ts';

const shop = { items: [{ id: 1, name: 'a' }, { id: 2 }], owner: null, 'a b': { c: 3 } };

test.each([
  ['$', [shop]],
  ['$.items[0].id', [1]],
  ['$.items[-1].id', [2]],
  ['$.items[2]', []],
  ['$.items[-3]', []],
  ['$.items.length', []],
  ['$.items[*].id', [1, 2]],
  ['$.items[?@.id > 1].id', [2]],
  ["$.items[?match(@.name, '[a-c]')].id", [1]],
  ['$.owner', [null]],
  ['$.owner.name', []],
  ['$["a b"].c', [3]],
  ['$..id', [1, 2]],
  ['$.toString', []],
  ['$.__proto__', []],
] as const)('%s', (path, found) => {
  expect(compileJsonPath(path)(shop)).toEqual(found);
});

test.each([
  ['', 'an empty text'],
  ['items', "expected '$', found 'i', at character 1"],
  ['$.', 'a name or index is missing, at character 3'],
  ['$[', 'unclosed bracketed selection, at character 3'],
  ['$.a b', "expected '.', '..' or a bracketed selection, found 'b', at character 5"],
])('%s is no path: %s', (path, message) => {
  expect(() => compileJsonPath(path)).toThrow(new JsonPathFault(message));
});

test('a value deeper than the evaluator goes holds nothing', () => {
  const deep: unknown = JSON.parse(`${'{"x":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
  expect(compileJsonPath('$..y')(deep)).toEqual([]);
  expect(compileJsonPath('$.x.x')(deep)).toHaveLength(1);
});

test('a plain path finds what the library finds', () => {
  const step = fc.oneof(
    fc.constantFrom('.a', '.b', '.length', '.toString', '[0]', '[1]', '[-1]'),
    fc.integer({ min: -4, max: 4 }).map((index) => `[${index === 0 ? 0 : index}]`),
  );
  const path = fc.array(step, { maxLength: 4 }).map((steps) => `$${steps.join('')}`);
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom(null, 1, 'text', true),
      fc.dictionary(fc.constantFrom('a', 'b', 'length'), tie('tree'), { noNullPrototype: true }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  const library = new JSONPathEnvironment();
  fc.assert(
    fc.property(path, tree, (text, value) => {
      const json: null = JSON.parse(JSON.stringify(value));
      expect(compileJsonPath(text)(json)).toEqual(library.query(text, json).values());
    }),
    { numRuns: 500 },
  );
});
