import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { describeWith, openTestDatabase } from '../test-database.ts';
import { deployedAssignment } from './deployment.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const databaseUrl = 'postgres://u:secret@db:5432/lab';

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', ...env },
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    ended.then(() => reject(new Error(complaints)));
  });
  return { child, line, ended, complaints: () => complaints };
}

test('the environment: a Redis brings its cache, and the pool is its own', () => {
  const { switches, ...rest } = deployedAssignment({
    DATABASE_URL: databaseUrl,
    REDIS_URL: 'redis://r',
    POOL: '30',
  });
  expect([switches.cache, switches.pool, switches.keepAlive]).toEqual(['redis', 30, true]);
  expect(rest).toEqual({
    port: 3000,
    host: '0.0.0.0',
    instance: 1,
    databaseUrl,
    replicaUrl: null,
    redisUrl: 'redis://r',
  });
  expect(deployedAssignment({ DATABASE_URL: databaseUrl }).switches.cache).toBe('memory');
});

test.each([
  [{}, 'DATABASE_URL is not set'],
  [{ DATABASE_URL: databaseUrl, POOL: '0' }, 'POOL is "0"'],
  [{ DATABASE_URL: databaseUrl, POOL: '401' }, 'POOL is "401"'],
  [{ DATABASE_URL: databaseUrl, PORT: '80 ' }, 'PORT is "80 "'],
])('the environment %o: %s', (environment, message) => {
  expect(() => deployedAssignment(environment)).toThrow(message);
});

const database = await openTestDatabase();

describeWith(database, 'replicas over one database', ({ url, stop }) => {
  afterAll(stop);

  test('that start together: one prepares, all serve the same rows, and a later one keeps what was written', async () => {
    const pair = [1, 2].map(() => start({ DATABASE_URL: url, PORT: '0', POOL: '2' }));
    const ready = await Promise.all(pair.map(async ({ line }) => JSON.parse(await line)));
    expect(ready.map(({ prepared }) => prepared).toSorted()).toEqual([false, true]);
    const [first, second] = ready.map(({ port }) => `http://127.0.0.1:${port}`);
    const created = await fetch(`${first}/posts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'kept', body: 'b', userId: 1 }),
    });
    expect(created.status).toBe(201);
    const { id } = JSON.parse(await created.text());
    expect(await (await fetch(`${second}/posts/${id}`)).json()).toMatchObject({ title: 'kept' });
    for (const { child } of pair) child.kill('SIGTERM');
    expect(await Promise.all(pair.map(({ ended }) => ended))).toEqual([0, 0]);

    const later = start({ DATABASE_URL: url, PORT: '0' });
    const { port, prepared } = JSON.parse(await later.line);
    expect(prepared).toBe(false);
    expect(await (await fetch(`http://127.0.0.1:${port}/posts/${id}`)).json()).toMatchObject({
      title: 'kept',
    });
    later.child.kill('SIGTERM');
    expect(await later.ended).toBe(0);
  });

  test('without a database: exit 1 and what to do', async () => {
    const { line, ended, complaints } = start({ PORT: '0' });
    await expect(line).rejects.toThrow();
    expect(await ended).toBe(1);
    expect(complaints()).toContain('DATABASE_URL is not set\n  set it to postgres://');
  });
});
