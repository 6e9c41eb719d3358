import { createServer, type RequestListener } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type LoadSink, openLoad, runLoad } from './run-load.ts';
import { stagesOf } from './stage-shape.ts';
import { TargetUnreachableError } from './target.ts';
import { memorySink, outcomeCounts } from './testing/memory-sink.ts';
import { planFor } from './testing/plan-for.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function httpServer(handler: RequestListener): Promise<number> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that answers each connection's first bytes as it likes. */
async function rawServer(answer: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('a stage by another number of workers', () => {
  it('is made by so many, and the next one by as many as before', async () => {
    let seen = 0;
    const port = await httpServer((_request, response) => {
      seen += 1;
      response.end('ok');
    });
    const sink = memorySink();
    const plan = await planFor(`
target: http://127.0.0.1:${port}
endpoints: [GET /]
load: { users: 4, spawnRate: 100, duration: 300ms }
`);
    const [stage] = stagesOf(plan.plan.load);
    if (stage === undefined) throw new Error('a stage expected');
    const session = await openLoad(plan, { workers: 1, seed: 7, open: () => sink });
    try {
      expect(await session.stage(stage, 3)).toBe('complete');
      expect(await session.stageBy(2, stage, 3)).toBe('complete');
      expect(await session.stageBy(1, stage, 3)).toBe('complete');
    } finally {
      await session.close();
    }
    const workers = [0, 1, 2].map(
      (index) => new Set(sink.health.filter((h) => h.stage === index).map(({ worker }) => worker)).size,
    );
    expect(workers).toEqual([1, 2, 1]);
    expect(outcomeCounts(sink)).toEqual({ ok: seen });
  });
});

describe('what Loadline counts is what the server counted', () => {
  it('exactly, over several stages and workers, with all methods, bodies and data', async () => {
    const seen: Record<string, number> = {};
    const bodies = new Set<string>();
    const port = await httpServer((request, response) => {
      const key = `${request.method} ${request.url?.replace(/\d+/, '{id}')}`;
      seen[key] = (seen[key] ?? 0) + 1;
      let body = '';
      request.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        if (request.method === 'POST') bodies.add(body);
        response
          .writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' })
          .end('{"ok":true}');
      });
    });
    const sink = memorySink();
    const plan = await planFor(`
target: http://127.0.0.1:${port}
endpoints:
  - GET /posts
  - { request: 'GET /posts/{id}', weight: 3, data: { id: 1..9 } }
  - { request: POST /posts, body: { title: 'ü – "q" {id}' , n: '{id}' }, data: { id: 1..3 }, expect: { status: 201 } }
  - HEAD /posts
load: { users: [3, 8], spawnRate: 100, duration: 400ms }
`);
    const state = await runLoad(plan, { workers: 2, seed: 7, open: () => sink });
    const recorded: Record<string, number> = {};
    for (const { endpoint, count } of sink.windows) {
      const name = plan.plan.endpoints[endpoint]?.name ?? '?';
      recorded[name] = (recorded[name] ?? 0) + count;
    }
    expect(state).toBe('complete');
    expect(outcomeCounts(sink)).toEqual({ ok: Object.values(seen).reduce((a, b) => a + b, 0) });
    expect(recorded).toEqual(seen);
    expect([...bodies].sort()).toEqual([1, 2, 3].map((n) => JSON.stringify({ title: `ü – "q" ${n}`, n })));
  });

  it('exactly, when interrupted: what is in flight is awaited', async () => {
    let seen = 0;
    const port = await httpServer((_request, response) => {
      seen += 1;
      if (seen === 30) stop.abort();
      setTimeout(() => response.end('late'), 150);
    });
    const stop = new AbortController();
    const sink = memorySink();
    const plan = await planFor(
      `{ target: 'http://127.0.0.1:${port}', endpoints: [GET /], load: { users: 20, spawnRate: 1000, duration: 60s } }`,
    );
    const state = await runLoad(plan, { workers: 1, seed: 1, open: () => sink, stop: stop.signal });
    expect({
      state,
      counts: outcomeCounts(sink),
      ended: sink.ended,
      events: sink.events.map(({ kind }) => kind),
    }).toEqual({
      state: 'interrupted',
      counts: { ok: seen },
      ended: [{ state: 'interrupted' }],
      events: ['interrupted'],
    });
    expect(sink.windows.some(({ phase }) => phase === 'drain')).toBe(true);
  });

  it('gives up what is in flight when interrupted twice', async () => {
    const stop = new AbortController();
    const abort = new AbortController();
    let seen = 0;
    const port = await rawServer(() => {
      seen += 1;
      if (seen < 5) return;
      stop.abort();
      setTimeout(() => abort.abort(), 50);
    });
    const sink = memorySink();
    const plan = await planFor(
      `{ target: 'http://127.0.0.1:${port}', endpoints: [GET /], load: { users: 5, spawnRate: 1000, duration: 60s } }`,
    );
    expect(
      await runLoad(plan, { workers: 1, seed: 1, open: () => sink, stop: stop.signal, abort: abort.signal }),
    ).toBe('interrupted');
    expect(outcomeCounts(sink)).toEqual({ aborted: 5 });
  });
});

describe('the open model counts what the server counted', () => {
  it.each(['poisson', 'uniform'])('exactly, %s arrivals, two stages, two workers', async (arrivals) => {
    const seen = { '/a': 0, '/b': 0 };
    const port = await httpServer((request, response) => {
      if (request.url === '/a' || request.url === '/b') seen[request.url] += 1;
      // Slow enough that requests overlap.
      setTimeout(() => response.end('ok'), 30);
    });
    const sink = memorySink();
    const plan = await planFor(`
target: http://127.0.0.1:${port}
endpoints: [GET /a, { request: GET /b, weight: 3 }]
load: { rate: [100, 400], arrivals: ${arrivals}, duration: 500ms }
`);
    expect(await runLoad(plan, { workers: 2, seed: 7, open: () => sink })).toBe('complete');
    const sent = [0, 1].map((index) =>
      sink.windows
        .filter(({ endpoint, outcome }) => endpoint === index && outcome === 'ok')
        .reduce((sum, { count }) => sum + count, 0),
    );
    expect(sent).toEqual([seen['/a'], seen['/b']]);
    // Stage and a fifth of settling: 600 ms at 100/s, 600 ms at 400/s; what a busy machine could not send is told.
    const due = Object.values(outcomeCounts(sink)).reduce((sum, count) => sum + count, 0);
    if (arrivals === 'uniform') expect(due).toBe(60 + 240);
    expect(
      Object.keys(outcomeCounts(sink)).filter((outcome) => !/^(ok|not-sent-late)$/.test(outcome)),
    ).toEqual([]);
    expect(new Set(sink.windows.map(({ phase }) => phase)).has('ramp')).toBe(true);
  });

  it('exactly, when interrupted: what is in flight is awaited', async () => {
    let seen = 0;
    const port = await httpServer((_request, response) => {
      seen += 1;
      if (seen === 100) stop.abort();
      setTimeout(() => response.end('late'), 150);
    });
    const stop = new AbortController();
    const sink = memorySink();
    const plan = await planFor(
      `{ target: 'http://127.0.0.1:${port}', endpoints: [GET /], load: { rate: 500, duration: 60s } }`,
    );
    const state = await runLoad(plan, { workers: 1, seed: 1, open: () => sink, stop: stop.signal });
    expect({
      state,
      ok: outcomeCounts(sink).ok,
      ended: sink.ended,
      events: sink.events.map(({ kind }) => kind),
    }).toEqual({
      state: 'interrupted',
      ok: seen,
      ended: [{ state: 'interrupted' }],
      events: ['interrupted'],
    });
  });

  it('a target that goes silent: each request times out, none waits for another', async () => {
    const port = await rawServer(() => {});
    const sink = memorySink();
    const plan = await planFor(
      `{ target: 'http://127.0.0.1:${port}', timeout: 200ms, endpoints: [GET /], load: { rate: 200, arrivals: uniform, duration: 500ms } }`,
    );
    await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
    const { timeout = 0, 'not-sent-late': late = 0, ...others } = outcomeCounts(sink);
    expect({ ended: timeout + late, others }).toEqual({ ended: 120, others: {} });
    expect(timeout).toBeGreaterThan(0);
  });
});

describe('a failed request is data of its kind', () => {
  const huge = Buffer.alloc(1 << 20, 'x');
  const rows: { name: string; answer: (socket: net.Socket) => void; kind: string; timeout?: string }[] = [
    { name: 'garbage', answer: (socket) => socket.end('\x00\x01garbage\xff'.repeat(100)), kind: 'malformed' },
    {
      name: 'half an answer',
      answer: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
      kind: 'reset',
    },
    { name: 'half a header', answer: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'), kind: 'reset' },
    { name: 'a close without an answer', answer: (socket) => socket.end(), kind: 'reset' },
    { name: 'a reset', answer: (socket) => socket.resetAndDestroy(), kind: 'reset' },
    {
      name: 'two lengths',
      answer: (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
      kind: 'malformed',
    },
    {
      name: 'an endless header',
      answer: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const more = (): void => {
          while (socket.writable && socket.write(`x-${'y'.repeat(1000)}: z\r\n`));
        };
        socket.on('drain', more);
        more();
      },
      kind: 'malformed',
    },
    {
      name: 'a gigabyte',
      answer: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        let left = 1024;
        const more = (): void => {
          while (left > 0 && socket.writable && socket.write(huge)) left -= 1;
        };
        socket.on('drain', more);
        more();
      },
      kind: 'oversized',
    },
    { name: 'silence', answer: () => {}, kind: 'timeout', timeout: '100ms' },
    {
      name: 'a drip',
      answer: (socket) => {
        const drip = setInterval(() => socket.write('H'), 20);
        socket.on('close', () => clearInterval(drip));
        socket.write('HTTP/1.1 200 OK\r\nx: ');
      },
      kind: 'timeout',
      timeout: '150ms',
    },
  ];
  for (const { name, answer, kind, timeout } of rows) {
    it(`${name}: ${kind}`, async () => {
      const port = await rawServer(answer);
      const sink = memorySink();
      const plan = await planFor(
        `{ target: 'http://127.0.0.1:${port}', timeout: ${timeout ?? '20s'}, endpoints: [GET /], load: { users: 2, spawnRate: 100, duration: 300ms } }`,
      );
      await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
      expect(Object.keys(outcomeCounts(sink))).toEqual([kind]);
      expect(process.memoryUsage.rss()).toBeLessThan(1024 * 1024 * 1024);
    });
  }

  it('an unexpected status, and a body without the expected text', async () => {
    const port = await httpServer((request, response) => {
      response.writeHead(request.url === '/missing' ? 404 : 200).end('the body');
    });
    const sink = memorySink();
    const plan = await planFor(`
target: http://127.0.0.1:${port}
endpoints:
  - GET /missing
  - { request: GET /wanted, expect: { status: 404 } }
  - { request: GET /text, expect: { bodyContains: nothing of it } }
  - { request: GET /fine, expect: { bodyContains: the body } }
load: { users: 4, spawnRate: 100, duration: 300ms }
`);
    await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
    const kinds = new Set(
      sink.windows.map(({ endpoint, outcome }) => `${plan.plan.endpoints[endpoint]?.path} ${outcome}`),
    );
    expect([...kinds].sort()).toEqual(['/fine ok', '/missing status', '/text expectation', '/wanted status']);
  });

  it('a target that goes away: refused, without spinning', async () => {
    const server = createServer((_request, response) => {
      response.end('ok');
      server.close();
      server.closeAllConnections();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const sink = memorySink();
    const plan = await planFor(
      `{ target: 'http://127.0.0.1:${port}', endpoints: [GET /], load: { users: 3, spawnRate: 100, duration: 500ms } }`,
    );
    await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
    const { refused = 0 } = outcomeCounts(sink);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(3 * 7);
  });
});

describe('a target that is not there', () => {
  it('is told at once, with a hint, and no run file is opened', async () => {
    const closed = net.createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const plan = await planFor(
      `{ target: 'http://127.0.0.1:${port}', endpoints: [GET /], load: { users: 1, duration: 1s } }`,
    );
    let opened = false;
    const open = (): LoadSink => {
      opened = true;
      return memorySink();
    };
    await expect(runLoad(plan, { workers: 1, seed: 1, open })).rejects.toThrow(TargetUnreachableError);
    await expect(runLoad(plan, { workers: 1, seed: 1, open })).rejects.toThrow(/refused/);
    expect(opened).toBe(false);
  });
});
