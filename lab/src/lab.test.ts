import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { isObject } from './document.ts';
import { type Lab, startLab } from './lab.ts';
import { spawnLab } from './lab-process.ts';
import { berthsFolder, clearLeftovers, serverOf } from './leftovers.ts';
import { isAlive } from './process-identity.ts';
import { describeWith, openTestDatabase } from './test-database.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly line: string;
  readonly ended: Promise<number | null>;
  /** Its folder in the folder of all labs, when it has a server of its own. */
  readonly folder: string;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, DATABASE_URL: '', ...env },
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, complaints: () => complaints };
}

async function startMain(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const before = new Set(readdirSync(berthsFolder()));
  const { child, ended, complaints } = run(args, env);
  const line = await new Promise<string>((resolve, reject) => {
    if (child.stdout !== null) createInterface({ input: child.stdout }).once('line', resolve);
    ended.then(() => reject(new Error(complaints())));
  });
  const names = readdirSync(berthsFolder()).filter((name) => !before.has(name) && !name.endsWith('.json'));
  const folder =
    names.map((name) => `${berthsFolder()}/${name}`).find((each) => existsSync(`${each}/data`)) ?? '';
  return { child, line, ended, folder };
}

function fault(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => (isObject(error) ? error.code : error),
  );
}

test('a wrong command line: exit 2, and every fault', async () => {
  const { ended, complaints } = run(['--pool', 'x', '--cahce', 'on']);
  expect(await ended).toBe(2);
  expect(complaints()).toContain('--pool "x" is not one of its values: 1..400');
  expect(complaints()).toContain('unknown option --cahce');
});

test('help: exit 0', async () => {
  expect(await run(['--help']).ended).toBe(0);
});

test('a database that is not there: exit 1 and what to do', async () => {
  const { ended, complaints } = run([], { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' });
  expect(await ended).toBe(1);
  expect(complaints()).toMatch(/PostgreSQL cannot be reached: .*ECONNREFUSED/);
  expect(complaints()).toContain('check DATABASE_URL');
});

const database = await openTestDatabase();
const running: Lab[] = [];

describeWith(database, 'a lab starts and leaves nothing behind', ({ url, witness, stop }) => {
  afterAll(async () => {
    for (const lab of running) await lab.stop();
    await stop();
  });
  const schemas = async () => {
    const rows = await witness("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'loadline%'");
    return rows.map(({ nspname }) => nspname);
  };

  test('on another server: its own schema only, dropped at the end; one lab at a time', async () => {
    await witness('CREATE TABLE IF NOT EXISTS public.posts (mine integer)');
    const lab = await startLab({ databaseUrl: url, profile: 'tuned' });
    running.push(lab);
    expect(lab.config).toMatchObject({ profile: 'tuned', pool: 20, database: 'external' });
    expect(await schemas()).toEqual(['loadline_lab']);
    expect(await fault(startLab({ databaseUrl: url }))).toBe('database-in-use');
    expect((await fetch(`${lab.url}/posts/1`)).status).toBe(200);
    await lab.stop();
    await lab.stop();
    expect(await schemas()).toEqual([]);
    expect(await witness('SELECT * FROM public.posts')).toEqual([]);
  });

  test('a port that is taken, more connections than there are: a fault with its code, nothing left', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    expect(await fault(startLab({ databaseUrl: url, profile: 'tuned', port }))).toBe('port-taken');
    await new Promise((resolve) => holder.close(resolve));
    const switches = { pool: 400, commit: 'each' } as const;
    expect(await fault(startLab({ databaseUrl: url, switches }))).toBe('too-many-connections');
    expect(await schemas()).toEqual([]);
  });

  test('spawned: serves from another process until it is stopped', async () => {
    const lab = await spawnLab({ databaseUrl: url, profile: 'tuned', switches: { pool: 2 } });
    running.push(lab);
    expect(lab.pid).not.toBe(process.pid);
    expect(lab.config).toMatchObject({ profile: 'tuned', pool: 2, cache: 'memory' });
    expect(await (await fetch(`${lab.url}/_lab/health`)).json()).toEqual({ status: 'ok' });
    await lab.stop();
    expect(await schemas()).toEqual([]);
  });

  test('SIGTERM: exit 0, the schema dropped', async () => {
    const { child, line, ended } = await startMain([], { DATABASE_URL: url });
    expect(line).toMatch(/^lab ready at http:\/\/127\.0\.0\.1:\d+$/);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await schemas()).toEqual([]);
  });

  test('its input closes: it stops when asked to', async () => {
    const { child, ended } = await startMain(['--stop-with-parent'], { DATABASE_URL: url });
    child.stdin?.end();
    expect(await ended).toBe(0);
  });
});

/** Only where the embedded server is the one that the tests run on. */
const embedded =
  database !== undefined && existsSync(berthsFolder()) && (process.env.DATABASE_URL ?? '') === '';

describeWith(embedded ? database : undefined, 'a lab with a server of its own', () => {
  test('SIGINT: exit 0, no process and no folder is left', async () => {
    const { child, line, ended, folder } = await startMain(['--json', '--profile', 'tuned']);
    const ready: unknown = JSON.parse(line);
    expect(ready).toMatchObject({
      pid: child.pid,
      config: { profile: 'tuned', database: 'embedded' },
      planted: [],
    });
    const server = serverOf(`${folder}/data`);
    expect(server && isAlive(server)).toBe(true);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(server && isAlive(server)).toBe(false);
    expect([existsSync(folder), existsSync(`${folder}.json`)]).toEqual([false, false]);
  });

  test('killed: the next start ends its server and removes its folder', async () => {
    const { child, ended, folder } = await startMain([]);
    const server = serverOf(`${folder}/data`);
    child.kill('SIGKILL');
    await ended;
    expect(server && isAlive(server)).toBe(true);
    expect(existsSync(folder)).toBe(true);
    await clearLeftovers();
    expect(server && isAlive(server)).toBe(false);
    expect([existsSync(folder), existsSync(`${folder}.json`)]).toEqual([false, false]);
  });
});
