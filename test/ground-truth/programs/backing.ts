/**
 * The other party that the servers wait for: a process that serves queries, one after the other on each connection.
 * A query is a line of JSON ({@link Query}), its answer the line `ok`. `node backing.ts [MOST CONNECTIONS]`
 */
import { closeSync, fsync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import net, { type AddressInfo, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Query } from '../server-config.ts';
import { compute } from './hash-work.ts';
import { endWithParent, tellPort } from './parent.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'loadline-backing-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGTERM', () => process.exit(0));

/** A log whose flushes are shared by all who wait for one (PostgreSQL: `commit_delay`). */
const log = openSync(path.join(folder, 'log'), 'w');
process.once('exit', () => closeSync(log));
const record = Buffer.alloc(200, 1);
let waiting: (() => void)[] = [];
let flushing = false;

function flushed(): Promise<void> {
  writeSync(log, record, 0, record.length, 0);
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (!flushing) flush();
  });
}

function flush(): void {
  flushing = true;
  const served = waiting;
  waiting = [];
  fsync(log, () => {
    flushing = false;
    for (const resolve of served) resolve();
    if (waiting.length > 0) flush();
  });
}

async function answer({ ms, commitMs, lateMs, slow }: Query): Promise<void> {
  if (ms > 0) compute(ms);
  if (commitMs > 0) {
    await wait(commitMs);
    await flushed();
  }
  const late = slow !== null && Math.random() < slow.share ? slow.ms : lateMs;
  if (late > 0) await wait(late);
}

const most = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);
const open = new Set<Socket>();

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  if (open.size >= most) {
    socket.destroy();
    return;
  }
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  let last = Promise.resolve();
  createInterface({ input: socket }).on('line', (line) => {
    const query: Query = JSON.parse(line);
    last = last.then(() => answer(query)).then(() => void socket.write('ok\n'));
  });
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () =>
  tellPort((server.address() as AddressInfo).port),
);
endWithParent();
