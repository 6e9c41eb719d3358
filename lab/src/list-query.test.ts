import { afterAll, beforeAll, expect, test } from 'vitest';
import { isObject } from './document.ts';
import { type Lab, startLab } from './lab.ts';
import { describeWith, openTestDatabase } from './test-database.ts';

const database = await openTestDatabase();

describeWith(database, 'lists are asked for as of json-server 0.17', ({ url, stop }) => {
  let lab: Lab;
  const written = { userId: 10, title: '100%_\\ (sure)', body: 'zzz' };
  beforeAll(async () => {
    lab = await startLab({ databaseUrl: url, profile: 'tuned', switches: { cache: 'memory', pool: 2 } });
    await post('/posts', written);
  });
  afterAll(async () => {
    await lab?.stop();
    await stop();
  });
  const post = (path: string, body: unknown) =>
    fetch(lab.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const get = async (path: string) => {
    const response = await fetch(lab.url + path);
    const json: unknown = await response.json();
    const items = Array.isArray(json) ? json.filter(isObject) : [];
    return { status: response.status, headers: response.headers, json, items };
  };
  const ids = async (path: string) => (await get(path)).items.map(({ id }) => id);
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

  test.each<[string, number[]]>([
    ['/posts?id=1&id=5&id=999', [1, 5]],
    ['/posts?id_gte=5&id_lte=8&id_ne=6', [5, 7, 8]],
    ['/posts?id_ne=1&id_ne=2&_limit=3', [3, 4, 5]],
    ['/posts?id_gte=99&id_gte=100', [99, 100, 101]],
    ['/posts?userId_gte=10&id_lte=92', [91, 92]],
    ['/posts?title_like=100%25_', [101]],
    ['/posts?title_like=%5C', [101]],
    ['/posts?title_like=(SURE', [101]],
    ['/posts?title_like=%25', [101]],
    ['/posts?title_like=.*', []],
    ['/posts?title_like=(SURE&title_like=aen%20peprae', [1, 101]],
    ['/posts?id_like=00', [100]],
    ['/posts?title_gte=x&title_lte=z', []],
    ['/posts?body_gte=zz', [101]],
    ['/posts?q=ZZZ', [101]],
    ['/posts?q=%25_', [101]],
    ['/posts?q=', range(1, 101)],
    ['/posts?q=prae&userId=10&q=zzz&_limit=1', [91]],
    ['/posts?_start=3&_end=5', [4, 5]],
    ['/posts?_end=2&_limit=9', [1, 2]],
    ['/posts?_start=5&_end=3', []],
    ['/posts?_page=2&_limit=3&userId=2', [14, 15, 16]],
    ['/posts?_page=10&_limit=0', range(91, 100)],
    ['/posts?_sort=userId,id&_order=DESC,asc&_limit=3', [91, 92, 93]],
    ['/posts?_sort=userId&_order=desc&_limit=2', [91, 92]],
    ['/posts?_sort=userId,id&_order=asc,desc&_limit=2', [10, 9]],
    ['/posts?_sort=body&_order=desc&_limit=1', [101]],
    ['/posts?_sort=&_order=&_limit=1', [1]],
    ['/users/10/posts?_sort=id&_order=desc&_limit=2', [101, 100]],
    ['/posts/1/comments?postId=2&id_gte=4', [4, 5]],
    ['/albums/1/photos?id_gte=49', [49, 50]],
    ['/users/1/albums?id_ne=1&_limit=2', [2, 3]],
    ['/users/1/todos?completed_ne=true', [3, 4, 5, 6, 8, 12, 13]],
    ['/todos?completed=true&completed=false&userId=10', range(181, 200)],
    ['/todos?completed_like=TRU&userId=1&_limit=2', [1, 2]],
    ['/users?address.city=Piamaet', [3]],
    ['/users?address.city_like=piama&address.city_ne=x', [3]],
    ['/users?_sort=address.city&_order=desc&_limit=2', [1, 7]],
    ['/users?q=vuvaer', [1]],
  ])('GET %s: %j', async (path, expected) => {
    expect(await ids(path)).toEqual(expected);
  });

  test('texts are found and ordered as JavaScript does it', async () => {
    const { items } = await get('/comments');
    const titles = items.map(({ id, name }) => ({ id, name: String(name) }));
    const byName = titles.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    expect(await ids('/comments?_sort=name')).toEqual(byName.map(({ id }) => id));
    const later = titles.filter(({ name }) => name >= 'p').map(({ id }) => id);
    expect(later.length).toBeGreaterThan(0);
    expect(await ids('/comments?name_gte=p')).toEqual(later);
    const found = items.filter((item) => Object.values(item).some((value) => `${value}`.includes('42')));
    expect(found.length).toBeGreaterThan(5);
    expect(await ids('/comments?q=42')).toEqual(found.map(({ id }) => id));
  });

  test.each<[string, string, string | null]>([
    ['/posts?_start=3&_end=6', '101', null],
    ['/posts?_end=2&userId=1', '10', null],
    ['/posts?_page=1&_limit=200', '101', null],
    ['/posts?_page=12', '101', null],
    ['/posts?_page=1&_limit=101', '101', null],
    ['/posts?_page=1', '101', 'first 1, next 2, last 11'],
    ['/posts?_page=11', '101', 'first 1, prev 10, last 11'],
    ['/users/1/posts?q=a&_page=2&_limit=4', '10', 'first 1, prev 1, next 3, last 3'],
  ])('GET %s: X-Total-Count %s, Link %s', async (path, total, link) => {
    // The second comes from the cache.
    for (const state of ['miss', 'hit']) {
      const { headers } = await get(path);
      expect([headers.get('x-cache'), headers.get('x-total-count')]).toEqual([state, total]);
      const asked = new URL(path, lab.url);
      const links = headers
        .get('link')
        ?.split(', ')
        .map((each) => {
          const [, target = '', relation] = /^<(.*)>; rel="(\w+)"$/.exec(each) ?? [];
          const { origin, pathname, searchParams } = new URL(target);
          expect([origin, pathname]).toEqual([lab.url, asked.pathname]);
          expect(searchParams.get('_limit')).toBe(asked.searchParams.get('_limit'));
          return `${relation} ${searchParams.get('_page')}`;
        });
      expect(links?.join(', ') ?? null).toBe(link);
    }
  });

  test('_embed and _expand bring the rows that belong to a row, in one more query each', async () => {
    const queries = async () => Number(Reflect.get(Object((await read()).pool), 'queries'));
    const read = async () => Object((await get('/_lab/stats')).json);
    const cost = async (path: string) => {
      const before = await queries();
      const { json } = await get(path);
      return { json, queries: (await queries()) - before };
    };
    const user = (await get('/users/1')).json;
    const [first] = (await get('/posts?id=1')).items;
    const comments = (await get('/posts/1/comments')).items;
    expect(await cost('/posts/1?_expand=user&_embed=comments')).toEqual({
      json: { ...first, comments, user },
      queries: 3,
    });
    expect((await get('/posts/1?_embed=comments&_expand=user')).headers.get('x-cache')).toBe('hit');
    expect(await cost('/comments?_expand=post&id=2&id=7')).toMatchObject({
      json: [
        { id: 2, postId: 1, post: first },
        { id: 7, postId: 2, post: { id: 2 } },
      ],
      queries: 2,
    });
    const { items } = await get('/posts?_embed=comments');
    expect(items.map((each) => [each.id, Array.isArray(each.comments) && each.comments.length])).toEqual(
      range(1, 101).map((id) => [id, id === 101 ? 0 : 5]),
    );
    const [of1] = (await get('/users?_embed=albums&_embed=todos&_embed=posts&_limit=1')).items;
    expect(Object.keys(of1 ?? {}).slice(-3)).toEqual(['albums', 'posts', 'todos']);
    expect(of1).toMatchObject({ albums: { length: 10 }, posts: { length: 10 }, todos: { length: 20 } });
    expect((await get('/posts/999?_embed=comments')).status).toBe(404);
    expect((await cost('/posts?userId=3')).queries, 'a plain list').toBe(1);
  });

  test('a write to either of them does away with what is kept of both', async () => {
    const path = '/posts/50?_embed=comments';
    expect((await get(path)).headers.get('x-cache')).toBe('miss');
    expect((await get(path)).headers.get('x-cache')).toBe('hit');
    const comment = { postId: 50, name: 'n', email: 'e', body: 'fresh' };
    expect((await post('/comments', comment)).status).toBe(201);
    const { headers, json } = await get(path);
    expect(headers.get('x-cache')).toBe('miss');
    expect(JSON.stringify(json)).toContain('fresh');
  });

  test.each<[string, string[]]>([
    ['/posts?_sort=nope,id', ['query._sort']],
    ['/posts?_sort=id;drop&_order=up', ['query._order', 'query._sort']],
    ['/posts?_sort=id,id,id,id,id,id', ['query._sort']],
    ['/posts?_start=x&_end=-1', ['query._start', 'query._end']],
    ['/posts?_page=0', ['query._page']],
    ['/posts?_page=1&_end=3', ['query._page']],
    ['/posts?id_gte=a&id_lte=1.5&userId_ne=99999999999', ['query.id_gte', 'query.id_lte', 'query.userId_ne']],
    ['/posts?titel_like=x', ['query.titel_like']],
    ['/todos?completed_gte=true', ['query.completed_gte']],
    ['/todos?completed_ne=1', ['query.completed_ne']],
    [`/posts?title_like=${'x'.repeat(1001)}`, ['query.title_like']],
    [`/posts?q=${'x'.repeat(1001)}`, ['query.q']],
    ['/posts?q=%00', ['query.q']],
    [`/posts?${'id=1&'.repeat(101)}`, ['query.id']],
    ['/posts?_embed=photos&_expand=nobody', ['query._embed', 'query._expand']],
    ['/comments/1?_embed=posts', ['query._embed']],
  ])('GET %s: 400 %j', async (path, paths) => {
    const { status, json } = await get(path);
    expect(status).toBe(400);
    const faults: unknown = isObject(json) ? json.faults : [];
    expect(Array.isArray(faults) && faults.map((fault: unknown) => isObject(fault) && fault.path)).toEqual(
      paths,
    );
  });
});
