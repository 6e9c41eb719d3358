import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Client, Engine, Exchange } from './engine.ts';
import { createHttp1Engine } from './http1/http1-engine.ts';
import { shareConnections } from './shared-connections.ts';
import { contractRequest } from './testing/contract-server.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

type Bench = {
  readonly engine: Engine;
  /** Requests that wait for their answers, in the order in which they came. */
  readonly waiting: { readonly path: string; readonly response: ServerResponse }[];
  /** Paths that were asked for. */
  readonly asked: string[];
  readonly connections: () => number;
};

/** A server that answers when it is told to, and an engine of so many connections to it. */
async function bench(connections: number): Promise<Bench> {
  const waiting: Bench['waiting'] = [];
  const asked: string[] = [];
  let accepted = 0;
  const server = http.createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    waiting.push({ path, response });
  });
  server.on('connection', () => {
    accepted += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  const now = (): number => performance.now();
  const inner = createHttp1Engine(
    { to: { kind: 'tcp', host: '127.0.0.1', port }, proxy: null, tls: null },
    now,
  );
  return { engine: shareConnections(inner, connections, now), waiting, asked, connections: () => accepted };
}

type User = { readonly client: Client; readonly ends: Exchange[]; send(path: string): void };

function userOf(engine: Engine, onEnd: (client: Client) => void = () => {}): User {
  const ends: Exchange[] = [];
  const client = engine.client(() => {
    ends.push({ ...client.exchange });
    onEnd(client);
  });
  cleanups.push(() => client.close());
  const send = (path: string): void =>
    client.send(contractRequest(1, { path }, { keepBody: true, keepHead: true }));
  return { client, ends, send };
}

/** Answers the request that came first, once one came. */
async function answerNext({ waiting }: Bench): Promise<string> {
  await expect.poll(() => waiting.length).toBeGreaterThan(0);
  const first = waiting.shift();
  first?.response.setHeader('x-path', first.path).setHeader('set-cookie', `at=${first.path}`).end(first.path);
  return first?.path ?? '';
}

describe('connections that are shared', () => {
  it('serve who came first, and an exchange starts with its turn', async () => {
    const all = await bench(1);
    const users = ['/0', '/1', '/2', '/3', '/4'].map(() => userOf(all.engine));
    for (const [index, { send }] of users.entries()) send(`/${index}`);
    for (const [index, { ends }] of users.entries()) {
      expect(await answerNext(all)).toBe(`/${index}`);
      await expect.poll(() => ends.length).toBe(1);
    }
    expect([all.connections(), all.engine.openConnections]).toEqual([1, 1]);
    for (let i = 1; i < users.length; i += 1) {
      const [before, after] = [users[i - 1]?.ends[0], users[i]?.ends[0]];
      expect(after?.startMs).toBeGreaterThanOrEqual(before?.endMs ?? Number.NaN);
      expect(after?.connectedMs).toBe(0);
    }
  });

  it('let who sends again at once stand behind those who wait', async () => {
    const all = await bench(1);
    let again = true;
    const eager = userOf(all.engine, () => {
      if (again) eager.send('/again');
      again = false;
    });
    const patient = userOf(all.engine);
    eager.send('/first');
    patient.send('/patient');
    for (const path of ['/first', '/patient', '/again']) expect(await answerNext(all)).toBe(path);
    await expect.poll(() => eager.ends.length).toBe(2);
    expect(patient.ends.length).toBe(1);
  });

  it('are not more than are needed', async () => {
    const all = await bench(3);
    let left = 4;
    const user = userOf(all.engine, () => {
      left -= 1;
      if (left > 0) user.send(`/${left}`);
    });
    user.send('/');
    for (let i = 0; i < 4; i += 1) await answerNext(all);
    await expect.poll(() => user.ends.length).toBe(4);
    expect([all.connections(), all.engine.openConnections]).toEqual([1, 1]);
  });

  it('leave each client its own answer until it sends again', async () => {
    const all = await bench(1);
    const users = ['/0', '/1', '/2'].map(() => userOf(all.engine));
    for (const [index, { send }] of users.entries()) send(`/${index}`);
    for (const { ends } of users) {
      await answerNext(all);
      await expect.poll(() => ends.length).toBe(1);
    }
    for (const [index, { client }] of users.entries()) {
      expect(client.body().toString()).toBe(`/${index}`);
      expect([client.setsCookies, client.headers('x-path')]).toEqual([true, [`/${index}`]]);
    }
    users[0]?.send('/next');
    expect([users[0]?.client.body().length, users[0]?.client.headers('x-path')]).toEqual([0, []]);
    expect(users[2]?.client.body().toString()).toBe('/2');
  });

  it.each(['timeout', 'aborted'] as const)('do not keep who gives up while waiting: %s', async (as) => {
    const all = await bench(1);
    const users = ['/0', '/1', '/2', '/3'].map(() => userOf(all.engine));
    for (const [index, { send }] of users.entries()) send(`/${index}`);
    // One in the middle of the line, and the last.
    for (const index of [1, 3]) {
      const given = users[index];
      given?.client.cancel(as);
      given?.client.cancel(as);
      expect(given?.ends).toHaveLength(1);
      expect(given?.ends[0]).toMatchObject({ failure: as, status: 0, bytesOut: 0, connectedMs: 0 });
      expect(given?.ends[0]?.startMs).toBe(given?.ends[0]?.endMs);
    }
    users[1]?.send('/late');
    for (const path of ['/0', '/2', '/late']) expect(await answerNext(all)).toBe(path);
    await expect.poll(() => users[1]?.ends.length).toBe(2);
    expect(users[1]?.ends[1]?.failure).toBeNull();
    expect(all.asked).toEqual(['/0', '/2', '/late']);
  });

  it('are given on when an exchange is given up, or its client closed', async () => {
    const all = await bench(1);
    const [first, second, third] = [userOf(all.engine), userOf(all.engine), userOf(all.engine)];
    first.send('/first');
    second.send('/second');
    third.send('/third');
    await expect.poll(() => all.asked).toEqual(['/first']);
    first.client.cancel('timeout');
    expect(first.ends.map(({ failure }) => failure)).toEqual(['timeout']);
    await expect.poll(() => all.asked).toEqual(['/first', '/second']);
    second.client.close();
    await expect.poll(() => all.asked).toEqual(['/first', '/second', '/third']);
    expect(second.ends).toEqual([]);
    all.waiting.at(-1)?.response.end();
    await expect.poll(() => third.ends.length).toBe(1);
    expect(all.connections()).toBe(3);
  });

  it('stay open between clients, and close with the last', async () => {
    const all = await bench(2);
    const users = [userOf(all.engine), userOf(all.engine), userOf(all.engine)];
    for (const { send } of users) send('/');
    for (const _ of users) await answerNext(all);
    for (const { ends } of users) await expect.poll(() => ends.length).toBe(1);
    users[0]?.client.close();
    users[1]?.client.close();
    expect(all.engine.openConnections).toBe(2);
    users[2]?.client.close();
    users[2]?.client.close();
    expect(all.engine.openConnections).toBe(0);
    const late = userOf(all.engine);
    late.send('/late');
    await answerNext(all);
    await expect.poll(() => late.ends.length).toBe(1);
    expect(all.engine.openConnections).toBe(1);
  });

  it('are made anew when they fail, and nobody waits for ever', async () => {
    const all = await bench(2);
    const users = Array.from({ length: 6 }, () => userOf(all.engine));
    for (const { send } of users) send('/');
    for (const _ of users) {
      await expect.poll(() => all.waiting.length).toBeGreaterThan(0);
      all.waiting.shift()?.response.destroy();
    }
    for (const { ends } of users) await expect.poll(() => ends.length).toBe(1);
    expect(users.map(({ ends }) => ends[0]?.failure)).toEqual(Array(6).fill('reset'));
  });
});
