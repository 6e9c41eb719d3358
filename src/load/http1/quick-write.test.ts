import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { QuickWriter } from './quick-write.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const pem = (name: string): string =>
  readFileSync(new URL(`../../../test/tls/${name}.pem`, import.meta.url), 'utf8');

type Pair = { client: net.Socket; server: net.Socket };

/** Two ends of a connection; the server's reads nothing until it is told to. */
async function pair(kind: 'tcp' | 'unix' | 'tls'): Promise<Pair> {
  const accepted = Promise.withResolvers<net.Socket>();
  const took = (socket: net.Socket): void => {
    socket.on('error', () => {});
    accepted.resolve(socket);
  };
  const server =
    kind === 'tls'
      ? tls.createServer({ key: pem('key'), cert: pem('cert') }, took)
      : net.createServer({ pauseOnConnect: true }, took);
  const folder = mkdtempSync(path.join(tmpdir(), 'loadline-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  await new Promise<void>((resolve) =>
    kind === 'unix' ? server.listen(path.join(folder, 's'), resolve) : server.listen(0, '127.0.0.1', resolve),
  );
  const bound = server.address() as AddressInfo | string;
  const where = typeof bound === 'string' ? { path: bound } : { host: '127.0.0.1', port: bound.port };
  const client =
    kind === 'tls'
      ? tls.connect({ ...where, rejectUnauthorized: false })
      : net.connect({ ...where, noDelay: true });
  await new Promise<void>((resolve) => client.once(kind === 'tls' ? 'secureConnect' : 'connect', resolve));
  const pair = { client, server: await accepted.promise };
  cleanups.push(() => {
    pair.client.destroy();
    pair.server.destroy();
    server.close();
  });
  return pair;
}

/** Reads until so many bytes came. */
async function received(socket: net.Socket, bytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve) => {
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length >= bytes) resolve();
    });
    socket.resume();
  });
  return Buffer.concat(parts).toString('latin1');
}

async function failure(socket: net.Socket): Promise<string | undefined> {
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
  return error.code;
}

type Write = (socket: net.Socket, text: string) => void;

/** Both ways of writing; what they do must not differ. */
const ways: [string, () => Write][] = [
  ['the stream', () => (socket, text) => void socket.write(text, 'latin1')],
  [
    'the handle',
    () => {
      const writer = new QuickWriter();
      return (socket, text) => writer.write(socket, text);
    },
  ],
];

const large = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(300_000);

describe.each(ways)('writing by %s', (_way, make) => {
  it('delivers texts whole and in order', async () => {
    const { client, server } = await pair('tcp');
    const write = make();
    const texts = Array.from({ length: 200 }, (_, i) => `${i} \xe9\xff\0\r\n`);
    for (const text of texts) write(client, text);
    expect(await received(server, texts.join('').length)).toBe(texts.join(''));
  });

  it('queues what the kernel does not take, and what comes after it', async () => {
    const { client, server } = await pair('tcp');
    const write = make();
    write(client, 'first');
    write(client, large);
    write(client, 'then');
    write(client, large);
    write(client, 'last');
    const all = `first${large}then${large}last`;
    expect((await received(server, all.length)) === all).toBe(true);
    write(client, 'again');
    expect(await received(server, 5)).toBe('again');
  });

  it('keeps the order beside writes of bytes', async () => {
    const { client, server } = await pair('tcp');
    const write = make();
    write(client, 'first');
    client.write(Buffer.from(large));
    write(client, 'then');
    client.write(Buffer.from(large));
    write(client, 'last');
    const all = `first${large}then${large}last`;
    expect((await received(server, all.length)) === all).toBe(true);
  });

  it('tells when the peer resets while bytes are queued', async () => {
    const { client, server } = await pair('tcp');
    const write = make();
    write(client, 'first');
    write(client, large);
    const failed = failure(client);
    server.resetAndDestroy();
    expect(['ECONNRESET', 'EPIPE']).toContain(await failed);
    expect(client.destroyed).toBe(true);
  });

  it('tells when the peer is gone', async () => {
    const { client, server } = await pair('tcp');
    const write = make();
    client.pause();
    write(client, 'first');
    await new Promise<void>((resolve) => {
      server.destroy();
      server.once('close', resolve);
    });
    const failed = failure(client);
    const again = setInterval(() => write(client, 'more'), 5);
    cleanups.push(() => clearInterval(again));
    expect(['ECONNRESET', 'EPIPE']).toContain(await failed);
  });

  it('tells when the socket was closed by ourselves', async () => {
    const { client } = await pair('tcp');
    const write = make();
    write(client, 'first');
    client.end();
    const failed = failure(client);
    write(client, 'more');
    expect(await failed).toBe('ERR_STREAM_WRITE_AFTER_END');
  });

  it('writes over TLS', async () => {
    const { client, server } = await pair('tls');
    const write = make();
    write(client, 'first');
    write(client, large);
    const all = `first${large}`;
    expect((await received(server, all.length)) === all).toBe(true);
  });
});

describe('which way is taken', () => {
  it('the stream once, to learn from it, and the handle from then on, on every connection', async () => {
    const [one, other] = [await pair('tcp'), await pair('tcp')];
    const writer = new QuickWriter();
    const spies = [vi.spyOn(one.client, 'write'), vi.spyOn(other.client, 'write')];
    for (let i = 0; i < 5; i += 1) for (const { client } of [one, other]) writer.write(client, 'text.');
    expect(spies.map((spy) => spy.mock.calls.length)).toEqual([1, 0]);
    expect([await received(one.server, 25), await received(other.server, 25)]).toEqual([
      'text.'.repeat(5),
      'text.'.repeat(5),
    ]);
  });

  it('the handle of Unix sockets too, in order', async () => {
    const { client, server } = await pair('unix');
    const writer = new QuickWriter();
    const spy = vi.spyOn(client, 'write');
    for (const text of ['first', 'second', large, 'then', 'last']) writer.write(client, text);
    const all = `firstsecond${large}thenlast`;
    expect((await received(server, all.length)) === all).toBe(true);
    writer.write(client, 'again');
    expect(await received(server, 5)).toBe('again');
    expect(spy).toHaveBeenCalledTimes(1);
  });

  it('the handle of Unix sockets, which tells that the peer is gone', async () => {
    const { client, server } = await pair('unix');
    const writer = new QuickWriter();
    client.pause();
    for (const text of ['first', large]) writer.write(client, text);
    const failed = failure(client);
    server.destroy();
    expect(['ECONNRESET', 'EPIPE']).toContain(await failed);
    expect(client.destroyed).toBe(true);
  });

  it('always the stream over TLS, beside plain connections that take the handle', async () => {
    const [secure, plain] = [await pair('tls'), await pair('tcp')];
    const writer = new QuickWriter();
    const spies = [vi.spyOn(secure.client, 'write'), vi.spyOn(plain.client, 'write')];
    for (let i = 0; i < 5; i += 1) for (const { client } of [secure, plain]) writer.write(client, 'text.');
    expect(spies.map((spy) => spy.mock.calls.length)).toEqual([5, 1]);
  });

  it('always the stream where the handle is not written to as expected', async () => {
    const { client, server } = await pair('tcp');
    const writer = new QuickWriter();
    // A Node whose streams hand over bytes, never text.
    const plain = client.write.bind(client);
    const spy = vi
      .spyOn(client, 'write')
      .mockImplementation((text: unknown) => plain(Buffer.from(String(text), 'latin1')));
    for (let i = 0; i < 5; i += 1) writer.write(client, 'text.');
    expect(spy).toHaveBeenCalledTimes(5);
    expect(await received(server, 25)).toBe('text.'.repeat(5));
  });

  it('always the stream where the handle lacks a method', async () => {
    const { client, server } = await pair('tcp');
    const writer = new QuickWriter();
    if (!('_handle' in client) || typeof client._handle !== 'object' || client._handle === null)
      throw new Error('this Node has no handle: the test must be written anew');
    Object.defineProperty(client._handle, 'writeQueueSize', { value: undefined });
    const spy = vi.spyOn(client, 'write');
    for (let i = 0; i < 5; i += 1) writer.write(client, 'text.');
    expect(spy).toHaveBeenCalledTimes(5);
    expect(await received(server, 25)).toBe('text.'.repeat(5));
  });
});
