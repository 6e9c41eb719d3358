import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isObject } from './document.ts';
import type { Lab, LabOptions } from './lab.ts';
import { LabError } from './lab-error.ts';
import { defaultSeed } from './seed.ts';
import { profiles, type Switches, switchTable } from './switches.ts';

const stopLimitMs = 10_000;

/**
 * Starts the lab in a process of its own, so that its work is not on this one's event loop. It ends with this one, however this one ends.
 *
 * @throws LabError when it did not become ready, with what it said.
 */
export async function spawnLab(options: LabOptions = {}): Promise<Lab> {
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./main.ts', import.meta.url)),
      '--json',
      '--stop-with-parent',
      ...argumentsFor(options),
    ],
    {
      // Its own group: Ctrl-C on the terminal is for the load test, which stops the lab when it is done.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, DATABASE_URL: options.databaseUrl ?? '', REDIS_URL: options.redisUrl ?? '' },
    },
  );
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      complaints += error.message;
      resolve();
    });
  });
  const firstLine = new Promise<string>((resolve) =>
    createInterface({ input: child.stdout }).once('line', resolve),
  );
  const line = await Promise.race([firstLine, ended.then(() => undefined)]);
  if (line === undefined) {
    throw new LabError(
      'lab-not-ready',
      `the lab ended before it was ready\n${complaints.trim()}`,
      'see what it said',
    );
  }
  return {
    url: urlIn(line),
    pid: child.pid ?? 0,
    config: {
      ...switchesOf(options),
      profile: options.profile ?? 'baseline',
      seed: options.seed ?? defaultSeed,
      database: options.databaseUrl === undefined ? 'embedded' : 'external',
    },
    async stop() {
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
      await ended;
      clearTimeout(impatience);
    },
  };
}

function switchesOf(options: LabOptions): Switches {
  return { ...profiles[options.profile ?? 'baseline'], ...options.switches };
}

function argumentsFor(options: LabOptions): string[] {
  const given = switchesOf(options);
  const values = switchTable.flatMap(({ key, flag }) => {
    const value = given[key];
    return [`--${flag}`, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)];
  });
  const others = { profile: options.profile, port: options.port, seed: options.seed };
  const rest = Object.entries(others).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  return [...values, ...rest];
}

function urlIn(line: string): string {
  const ready: unknown = JSON.parse(line);
  if (isObject(ready) && typeof ready.url === 'string') return ready.url;
  throw new LabError('lab-not-ready', `the lab said ${line}`, 'this is a fault of the lab');
}
