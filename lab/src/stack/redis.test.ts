import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandLine, identify } from '../process-identity.ts';
import { describeWithPrograms } from '../test-programs.ts';
import { startRedis } from './redis.ts';
import type { Running } from './running.ts';
import { notedProcesses, stackStateIn } from './state.ts';

/** One command to a Redis, in its inline form; answers what it said. */
function ask(url: string, commands: readonly string[]): Promise<string> {
  const { port, password } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.end([`AUTH ${password}`, ...commands, 'QUIT', ''].join('\r\n')),
    );
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(text));
  });
}

describeWithPrograms({ 'redis-server': 'redis-server' }, 'Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-redis-'));
  const state = stackStateIn(folder);
  const started: Running[] = [];
  afterAll(async () => {
    for (const each of started) await each.stop();
    rmSync(folder, { recursive: true });
  });

  test('is a bounded cache with a password, noted on disk, and comes back where it was', async () => {
    const first = await startRedis(state);
    started.push(first);
    expect(notedProcesses(folder)).toMatchObject([{ name: 'redis', ...identify(first.pid) }]);

    const { password, port } = new URL(first.url);
    expect(await ask(first.url.replace(password, 'f'.repeat(32)), ['PING'])).toContain('-WRONGPASS');
    const answers = await ask(first.url, [
      'SET a 1',
      'CONFIG GET maxmemory',
      'CONFIG GET maxmemory-policy',
      'CONFIG GET save',
      'CONFIG GET bind',
    ]);
    expect(answers.split('\r\n').filter((line) => !/^[*$]/.test(line))).toEqual([
      '+OK',
      '+OK',
      ...['maxmemory', '67108864', 'maxmemory-policy', 'allkeys-lru', 'save', '', 'bind', '127.0.0.1'],
      '+OK',
      '',
    ]);
    expect(commandLine(first.pid).join(' ')).not.toContain(password);
    expect(statSync(join(folder, 'redis.conf')).mode & 0o777).toBe(0o600);

    process.kill(first.pid, 'SIGKILL');
    await first.stop();
    expect(identify(first.pid)).toBeUndefined();
    const second = await startRedis(state, first.url);
    started.push(second);
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, ['GET a'])).toContain('$-1');
    await second.stop();
    await second.stop();
    expect(identify(second.pid)).toBeUndefined();

    // The port of another: says so, with its log, and leaves nothing running.
    const third = await startRedis(state, first.url);
    started.push(third);
    await expect(startRedis(state, `redis://:${'0'.repeat(32)}@127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'component-not-started',
      message: expect.stringContaining('Address already in use'),
    });
    expect(readFileSync(join(folder, 'redis.log'), 'utf8')).toContain('Ready to accept connections');
    expect(await ask(third.url, ['PING'])).toContain('+PONG');
  });

  test.each([
    'redis://127.0.0.1:6379',
    'redis://:secret@127.0.0.1:6379',
    `redis://:${'0'.repeat(32)}@10.0.0.1:1`,
  ])('is not started again as %s, which no lab made', async (url) => {
    await expect(startRedis(state, url)).rejects.toMatchObject({ code: 'not-our-redis' });
  });
});
