import { expect, test } from 'vitest';
import { defaultSeed, seedRows } from './seed.ts';

test("counts are JSONPlaceholder's, and every part has its row", () => {
  const counts = Object.entries(seedRows(defaultSeed)).map(([table, rows]) => [table, rows.length]);
  expect(Object.fromEntries(counts)).toEqual({
    users: 10,
    addresses: 10,
    companies: 10,
    posts: 100,
    comments: 500,
    albums: 100,
    photos: 5000,
    todos: 200,
  });
});

test('the same seed gives the same rows, another seed others', () => {
  expect(seedRows(7)).toEqual(seedRows(7));
  expect(seedRows(8).posts).not.toEqual(seedRows(7).posts);
});

test.each([
  ['posts', 'user_id', 10, 1],
  ['posts', 'user_id', 11, 2],
  ['comments', 'post_id', 5, 1],
  ['comments', 'post_id', 500, 100],
  ['photos', 'album_id', 51, 2],
  ['todos', 'user_id', 200, 10],
])('%s: %s of row %i is %i', (table, column, id, parent) => {
  expect(seedRows(defaultSeed)[table]?.find((row) => row.id === id)?.[column]).toBe(parent);
});
