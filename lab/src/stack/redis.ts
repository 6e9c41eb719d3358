import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { LabError } from '../lab-error.ts';
import type { Running } from './running.ts';
import { startService } from './service.ts';
import type { StackState } from './state.ts';
import { systemProgram } from './system-program.ts';

const maxMemory = '64mb';
const answerLimitMs = 1000;

/**
 * Starts Redis as a cache: in memory only, bounded, the least recently used key goes first. It listens on 127.0.0.1 with
 * a random password, which is in the url: `redis://:password@127.0.0.1:port`.
 *
 * @param again The url of one that ran before, to start it where its clients look for it.
 * @throws LabError when redis-server is missing or does not start.
 */
export async function startRedis(
  state: StackState,
  again?: string,
): Promise<Running & { readonly url: string }> {
  const program = systemProgram('redis-server', 'redis-server');
  const url = again ?? `redis://:${randomBytes(16).toString('hex')}@127.0.0.1:${await freePort()}`;
  const { port, password } = addressIn(url);
  const file = join(state.folder, 'redis.conf');
  // In a file, since every user of the machine sees a command line.
  writeFileSync(file, configuration(port, password, state.folder), { mode: 0o600 });
  chmodSync(file, 0o600);
  const running = await startService(state, {
    name: 'redis',
    url,
    program,
    args: [file],
    isReady: () => answersPing(port, password),
  });
  return { ...running, url };
}

function addressIn(url: string): { port: number; password: string } {
  const found = /^redis:\/\/:([0-9a-f]{32})@127\.0\.0\.1:(\d{1,5})$/.exec(url);
  const [, password, port] = found ?? [];
  if (password !== undefined && port !== undefined) return { port: Number(port), password };
  throw new LabError('not-our-redis', `${url} is not the url of a lab's Redis`, 'give the url that it had');
}

function configuration(port: number, password: string, folder: string): string {
  return `${[
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    'save ""',
    'appendonly no',
    `maxmemory ${maxMemory}`,
    'maxmemory-policy allkeys-lru',
    'daemonize no',
    'databases 1',
  ].join('\n')}\n`;
}

/** Whether this Redis, and no other on the port, answers: the password is its own. */
function answersPing(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerLimitMs, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(0, 100);
      if (text.startsWith('-')) finish(false);
      else if (text === '+OK\r\n+PONG\r\n') finish(true);
    });
  });
}
