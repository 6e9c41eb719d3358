import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { isObject } from './document.ts';
import { type Lab, startLab } from './lab.ts';
import { nestedRoutes, resources } from './resource.ts';
import { seedCounts } from './seed.ts';
import { describeWith, openTestDatabase } from './test-database.ts';

const database = await openTestDatabase();

describeWith(database, "the reference API has JSONPlaceholder's routes", ({ url, stop }) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ databaseUrl: url, profile: 'tuned', switches: { cache: 'off' } });
  });
  afterAll(async () => {
    await lab?.stop();
    await stop();
  });

  let dirty = false;
  const send = async (method: string, path: string, body?: unknown) => {
    dirty ||= method !== 'GET';
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(lab.url + path, {
      method,
      ...(body === undefined ? {} : { body: text, headers: { 'content-type': 'application/json' } }),
    });
    const json: unknown = await response.json();
    return { status: response.status, headers: response.headers, json };
  };
  const get = (path: string) => send('GET', path);
  const list = async (path: string): Promise<Record<string, unknown>[]> => {
    const { json } = await get(path);
    return Array.isArray(json) ? json.filter(isObject) : [];
  };
  const ids = async (path: string) => (await list(path)).map(({ id }) => id);

  beforeEach(async () => {
    if (dirty) await send('POST', '/_lab/reset');
    dirty = false;
  });

  test.each(Object.entries(seedCounts))('GET /%s: %i of them', async (name, count) => {
    expect(await list(`/${name}`)).toHaveLength(count);
  });

  test.each([
    ['/posts/1', ['userId', 'id', 'title', 'body']],
    ['/comments/1', ['postId', 'id', 'name', 'email', 'body']],
    ['/albums/1', ['userId', 'id', 'title']],
    ['/photos/1', ['albumId', 'id', 'title', 'url', 'thumbnailUrl']],
    ['/todos/1', ['userId', 'id', 'title', 'completed']],
    ['/users/1', ['id', 'name', 'username', 'email', 'address', 'phone', 'website', 'company']],
  ])('GET %s has the fields %j', async (path, fields) => {
    const { status, headers, json } = await get(path);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-signature')).toMatch(/^[\w-]{32}$/);
    expect(Object.keys(isObject(json) ? json : {})).toEqual(fields);
  });

  test("a user's address, place and company are nested", async () => {
    const { json } = await get('/users/10');
    expect(json).toMatchObject({
      id: 10,
      address: {
        street: expect.any(String),
        suite: expect.any(String),
        city: expect.any(String),
        zipcode: expect.any(String),
        geo: { lat: expect.any(String), lng: expect.any(String) },
      },
      company: { name: expect.any(String), catchPhrase: expect.any(String), bs: expect.any(String) },
    });
  });

  test.each(['/posts/0', '/posts/101', '/posts/x', '/posts/99999999999', '/nowhere', '/posts/1/nowhere'])(
    'GET %s: 404 {}',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 404, json: {} });
    },
  );

  test.each(nestedRoutes)(
    'GET /$parent/2/$child is GET /$child?$through=2',
    async ({ parent, child, through }) => {
      const nested = await list(`/${parent}/2/${child}`);
      expect(nested.length).toBeGreaterThan(0);
      expect(nested).toEqual(await list(`/${child}?${through}=2`));
      expect(nested.every((each) => each[through] === 2)).toBe(true);
      expect(await list(`/${parent}/999/${child}`)).toEqual([]);
    },
  );

  test.each([
    ['/posts?userId=10', [91, 92, 93, 94, 95, 96, 97, 98, 99, 100]],
    ['/posts?userId=1&id=3', [3]],
    ['/posts?_start=95', [96, 97, 98, 99, 100]],
    ['/posts?_start=10&_limit=2', [11, 12]],
    ['/posts?_page=2&_limit=3', [4, 5, 6]],
    ['/posts?_page=10', [91, 92, 93, 94, 95, 96, 97, 98, 99, 100]],
    ['/posts?_limit=0', []],
    ['/users/2/posts?_limit=2', [11, 12]],
    ['/users?_limit=2&nonsense=1', [1, 2]],
    ['/posts?title=%27%20OR%201%3D1%20--', []],
  ])('GET %s: %j', async (path, expected) => {
    expect(await ids(path)).toEqual(expected);
  });

  test('filters on text and on yes or no', async () => {
    const [first] = await list('/users?_limit=1');
    expect(await ids(`/users?username=${first?.username}`)).toEqual([1]);
    const done = await list('/todos?completed=true');
    const open = await list('/todos?completed=false');
    expect(done.length + open.length).toBe(200);
    expect(done.every(({ completed }) => completed === true)).toBe(true);
  });

  test('a page tells how many there are in all', async () => {
    expect((await get('/comments?postId=1&_limit=2')).headers.get('x-total-count')).toBe('5');
    expect((await get('/comments')).headers.get('x-total-count')).toBeNull();
  });

  test('POST persists until the reset', async () => {
    const created = await send('POST', '/posts', { title: 'a title', userId: 1 });
    expect(created).toMatchObject({ status: 201, json: { userId: 1, id: 101, title: 'a title', body: '' } });
    expect(created.headers.get('location')).toBe('/posts/101');
    expect((await get('/posts/101')).json).toEqual(created.json);
    expect(await ids('/users/1/posts')).toContain(101);
    await send('POST', '/_lab/reset');
    expect((await get('/posts/101')).status).toBe(404);
    expect((await send('POST', '/posts', { title: 'again', userId: 1 })).json).toMatchObject({ id: 101 });
  });

  test('PUT replaces, PATCH changes what is given', async () => {
    await send('PUT', '/posts/1', { id: 1, title: 'new', userId: 2 });
    expect((await get('/posts/1')).json).toEqual({ userId: 2, id: 1, title: 'new', body: '' });
    const patched = await send('PATCH', '/posts/1', { body: 'text' });
    expect(patched).toMatchObject({ status: 200, json: { userId: 2, id: 1, title: 'new', body: 'text' } });
    expect((await get('/posts/1')).json).toEqual(patched.json);
    expect((await send('PATCH', '/posts/1', {})).json).toEqual(patched.json);
  });

  test('DELETE removes, with everything that belongs to it', async () => {
    expect(await send('DELETE', '/users/1')).toMatchObject({ status: 200, json: {} });
    expect(await send('DELETE', '/users/1')).toMatchObject({ status: 404, json: {} });
    expect(await list('/posts?userId=1')).toEqual([]);
    expect(await list('/posts/1/comments')).toEqual([]);
    await send('POST', '/_lab/reset');
    expect(await list('/posts/1/comments')).toHaveLength(5);
  });

  test.each(resources.map(({ name }) => name))('%s: written, read, changed and deleted', async (name) => {
    const [sample] = await list(`/${name}?_limit=1`);
    const created = await send('POST', `/${name}`, { ...sample, id: undefined });
    const id = isObject(created.json) ? created.json.id : undefined;
    expect(created).toMatchObject({ status: 201, json: { ...sample, id } });
    const path = `/${name}/${id}`;
    expect((await get(path)).json).toEqual(created.json);
    expect((await send('PUT', path, created.json)).json).toEqual(created.json);
    const changed =
      name === 'users' ? { company: { bs: 'changed' } } : { [name === 'comments' ? 'name' : 'title']: 'c' };
    expect(await send('PATCH', path, changed)).toMatchObject({ status: 200, json: changed });
    expect((await send('DELETE', path)).status).toBe(200);
    expect((await get(path)).status).toBe(404);
  });

  test.each(['PUT', 'PATCH'])('%s of what is not there: 404 {}', async (method) => {
    const body = { title: 't', userId: 1 };
    expect(await send(method, '/posts/999', body)).toMatchObject({ status: 404, json: {} });
    expect(await send(method, '/posts/x', body)).toMatchObject({ status: 404, json: {} });
  });

  const good = { title: 't', userId: 1 };
  const faulty: readonly [string, string, unknown, number, string, readonly string[]][] = [
    [
      'POST',
      '/posts',
      { titel: 't', userId: '1' },
      400,
      'invalid-body',
      ['body.titel', 'body.userId', 'body.title'],
    ],
    ['POST', '/posts', { ...good, userId: 77 }, 400, 'invalid-body', ['body.userId']],
    ['POST', '/posts', { ...good, title: null }, 400, 'invalid-body', ['body.title']],
    ['POST', '/posts', { ...good, title: 'x'.repeat(10_001) }, 400, 'invalid-body', ['body.title']],
    ['POST', '/posts', { ...good, title: 'a\0b' }, 400, 'invalid-body', ['body.title']],
    ['POST', '/posts', '{"title":"t","userId":1,"__proto__":{}}', 400, 'invalid-body', ['body.__proto__']],
    ['POST', '/posts', [good], 400, 'invalid-body', ['body']],
    ['POST', '/posts', undefined, 400, 'invalid-body', ['body']],
    ['POST', '/posts', '{"title":', 400, 'invalid-json', ['body']],
    ['POST', '/posts', { ...good, body: 'x'.repeat(70_000) }, 413, 'body-too-large', []],
    ['PUT', '/posts/1', { ...good, id: 2 }, 400, 'invalid-body', ['body.id']],
    ['PUT', '/posts/1', { title: 't' }, 400, 'invalid-body', ['body.userId']],
    ['PATCH', '/posts/1', { userId: 1.5 }, 400, 'invalid-body', ['body.userId']],
    ['PATCH', '/posts/1', { userId: 12_345 }, 400, 'invalid-body', ['body.userId']],
    ['PATCH', '/users/1', { address: 'here' }, 400, 'invalid-body', ['body.address']],
    ['PATCH', '/users/1', { address: { geo: { lat: 1 } } }, 400, 'invalid-body', ['body.address.geo.lat']],
    ['PATCH', '/users/1', { address: { planet: '' } }, 400, 'invalid-body', ['body.address.planet']],
    ['PATCH', '/todos/1', { completed: 'yes' }, 400, 'invalid-body', ['body.completed']],
    ['GET', '/posts?userId=x&_limit=-1', undefined, 400, 'invalid-query', ['query.userId', 'query._limit']],
    ['GET', '/todos?completed=1', undefined, 400, 'invalid-query', ['query.completed']],
    ['GET', '/posts?_start=1&_page=1', undefined, 400, 'invalid-query', ['query._page']],
    ['GET', '/posts?title=%00', undefined, 400, 'invalid-query', ['query.title']],
  ];
  test.each(faulty)('%s %s with %j: %i %s', async (method, path, body, status, error, paths) => {
    const answer = await send(method, path, body);
    expect(answer).toMatchObject({ status, json: { error, message: expect.any(String) } });
    const faults = isObject(answer.json) && Array.isArray(answer.json.faults) ? answer.json.faults : [];
    expect(faults.map((fault: unknown) => (isObject(fault) ? fault.path : undefined))).toEqual(paths);
  });

  test('a body of another type: 415', async () => {
    const response = await fetch(`${lab.url}/posts`, { method: 'POST', body: 'a=b' });
    expect(response.status).toBe(415);
  });

  test('statistics count every request, themselves left out', async () => {
    const read = async () => {
      const { json } = await get('/_lab/stats');
      const requests = isObject(json) && isObject(json.requests) ? json.requests : {};
      const { total, routes, statuses } = requests;
      return {
        total: Number(total),
        routes: isObject(routes) ? routes : {},
        statuses: isObject(statuses) ? statuses : {},
      };
    };
    const before = await read();
    await Promise.all(Array.from({ length: 40 }, () => get('/posts/1')));
    await Promise.all([get('/posts/0'), get('/nowhere'), get('/_lab/health'), get('/%zz')]);
    const after = await read();
    expect(after.total - before.total).toBe(44);
    const gained = (key: string) => Number(after.routes[key] ?? 0) - Number(before.routes[key] ?? 0);
    expect([gained('GET /posts/:id'), gained('GET /_lab/health'), gained('GET (no route)')]).toEqual([
      41, 1, 2,
    ]);
    const sum = (counts: Record<string, unknown>) =>
      Object.values(counts).reduce<number>((all, n) => all + Number(n), 0);
    expect([sum(after.routes), sum(after.statuses)]).toEqual([after.total, after.total]);
  });
});
