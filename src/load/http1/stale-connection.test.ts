import net, { type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { runLoad } from '../run-load.ts';
import { memorySink, outcomeCounts } from '../testing/memory-sink.ts';
import { planFor } from '../testing/plan-for.ts';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Answers `answers` requests of each connection, and meets the next one with a close or a reset. */
async function forgetful(
  answers: number,
  how: 'close' | 'reset',
): Promise<{ port: number; seen: () => number }> {
  let seen = 0;
  const server = net.createServer((socket) => {
    let count = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      count += 1;
      if (count <= answers) {
        seen += 1;
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      } else if (how === 'close') socket.end();
      else socket.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, seen: () => seen };
}

async function load(request: string, port: number, thinkTime = '1050ms') {
  const sink = memorySink();
  const plan = await planFor(
    `{ target: 'http://127.0.0.1:${port}', endpoints: [${request}], load: { users: 2, duration: 2600ms, thinkTime: ${thinkTime} } }`,
  );
  await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
  return outcomeCounts(sink);
}

it.each(['close', 'reset'] as const)(
  'a request that meets an idle connection given up meanwhile (%s) goes over a new one',
  async (how) => {
    const { port, seen } = await forgetful(1, how);
    const counts = await load('GET /', port);
    expect(counts).toEqual({ ok: seen() });
    expect(counts.ok).toBeGreaterThan(3);
  },
);

it('but not one that may have changed something', async () => {
  const { port, seen } = await forgetful(1, 'close');
  const { ok, reset } = await load('POST /', port);
  expect(ok).toBe(seen());
  expect(reset).toBeGreaterThan(0);
});

it('nor one on a connection in use, which no server gives up for being idle', async () => {
  const { port, seen } = await forgetful(1, 'close');
  const { ok, reset } = await load('GET /', port, '20ms');
  expect(ok).toBe(seen());
  expect(reset).toBeGreaterThan(0);
});

it('and not for ever: a new connection that ends likewise is a failure', async () => {
  const { port } = await forgetful(0, 'close');
  expect(Object.keys(await load('GET /', port))).toEqual(['reset']);
});
