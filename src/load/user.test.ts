import { createHash, randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { runLoad } from './run-load.ts';
import { endpointCounts, type MemorySink, memorySink, outcomeCounts } from './testing/memory-sink.ts';
import { planFor } from './testing/plan-for.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function httpServer(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function load(yaml: string): Promise<MemorySink> {
  const sink = memorySink();
  await runLoad(await planFor(yaml), { workers: 1, seed: 7, open: () => sink });
  return sink;
}

describe('cookies', () => {
  /** Gives each new user a name, and knows it again. */
  async function nameGiver(): Promise<{
    target: string;
    seen: Map<string, number>;
    strangers: () => number;
  }> {
    const seen = new Map<string, number>();
    let strangers = 0;
    const target = await httpServer((request, response) => {
      const name = /(?:^|; )name=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
      if (name === undefined) {
        strangers += 1;
        response.setHeader('set-cookie', [
          `name=${randomUUID()}; Path=/; HttpOnly`,
          'elsewhere=1; Path=/other',
          'gone=1; Max-Age=0',
          'foreign=1; Domain=example.org',
        ]);
      } else seen.set(name, (seen.get(name) ?? 0) + 1);
      if (/elsewhere|gone|foreign/.test(request.headers.cookie ?? '')) response.statusCode = 500;
      response.end('hello');
    });
    return { target, seen, strangers: () => strangers };
  }

  it('are each user’s own, by path, and last as long as the user', async () => {
    const { target, seen, strangers } = await nameGiver();
    const sink = await load(`
target: ${target}
endpoints: [GET /a, GET /b]
load: { users: 4, spawnRate: 1000, duration: 300ms }
`);
    expect(Object.keys(outcomeCounts(sink))).toEqual(['ok']);
    expect(strangers()).toBe(4);
    expect(seen.size).toBe(4);
    expect([...seen.values()].every((count) => count > 1)).toBe(true);
  });

  it('of the open model are those of one arrival', async () => {
    const { target, seen, strangers } = await nameGiver();
    const sink = await load(`
target: ${target}
endpoints: [GET /a]
load: { rate: 50, arrivals: uniform, duration: 500ms }
`);
    expect(strangers()).toBe(outcomeCounts(sink).ok);
    expect(seen.size).toBe(0);
  });

  it('are not kept if the plan says so, and stand back behind a header of the plan', async () => {
    const { target, seen } = await nameGiver();
    const plain = await load(`
target: ${target}
cookies: false
endpoints: [GET /a]
load: { users: 1, duration: 100ms }
`);
    expect(outcomeCounts(plain).ok).toBeGreaterThan(1);
    expect(seen.size).toBe(0);
    await load(`
target: ${target}
endpoints: [{ request: GET /a, headers: { cookie: name=me } }]
load: { users: 1, duration: 100ms }
`);
    expect([...seen.keys()]).toEqual(['me']);
  });
});

describe('redirects', () => {
  async function maze(): Promise<{ target: string; seen: Record<string, number> }> {
    const seen: Record<string, number> = {};
    const target = await httpServer((request, response) => {
      const key = `${request.method} ${request.url}`;
      seen[key] = (seen[key] ?? 0) + 1;
      request.resume().on('end', () => {
        if (request.url === '/from') response.writeHead(302, { location: 'to?x=1' }).end('moved');
        else if (request.url === '/loop') response.writeHead(307, { location: '/loop' }).end();
        else if (request.url === '/out') response.writeHead(301, { location: 'http://127.0.0.1:1/' }).end();
        else response.writeHead(200).end('here');
      });
    });
    return { target, seen };
  }

  it('are followed within the origin; a request counts once, and the run tells of the rest', async () => {
    const { target, seen } = await maze();
    const sink = await load(`
target: ${target}
endpoints: [{ request: POST /from, body: { a: 1 }, expect: { bodyContains: here } }]
load: { users: 2, spawnRate: 1000, duration: 200ms }
`);
    const count = outcomeCounts(sink).ok ?? 0;
    expect(count).toBeGreaterThan(2);
    expect(seen).toEqual({ 'POST /from': count, 'GET /to?x=1': count });
    expect(sink.events).toEqual([
      {
        kind: 'followed',
        text: `stage 1: ${count} redirects were followed; each counts as part of the request that it belongs to`,
      },
    ]);
    expect(sink.windows.every(({ statuses }) => Object.keys(statuses).join() === '200')).toBe(true);
  });

  it('in a circle end, and the last answer counts', async () => {
    const { target, seen } = await maze();
    const sink = await load(`
target: ${target}
redirects: 3
endpoints: [GET /loop]
load: { users: 1, duration: 100ms }
`);
    expect(seen['GET /loop']).toBe(4 * (outcomeCounts(sink).ok ?? 0));
  });

  it('to another origin, expected ones, and those of a plan that wants none are not followed', async () => {
    const { target, seen } = await maze();
    const sink = await load(`
target: ${target}
endpoints: [GET /out, { request: GET /from, expect: { status: 302 } }]
load: { users: 1, duration: 100ms }
`);
    expect(Object.keys(outcomeCounts(sink))).toEqual(['ok']);
    expect(Object.keys(seen).sort()).toEqual(['GET /from', 'GET /out']);
    expect(sink.events[0]?.text).toContain('redirects to another origin were not followed');
    await load(`
target: ${target}
redirects: 0
endpoints: [GET /from]
load: { users: 1, duration: 100ms }
`);
    expect(Object.keys(seen).sort()).toEqual(['GET /from', 'GET /out']);
  });
});

describe('digest authentication', () => {
  it('answers the challenge once and uses its nonce again, counted', async () => {
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
    const counts: string[] = [];
    let challenges = 0;
    const target = await httpServer((request, response) => {
      const given = Object.fromEntries(
        [...(request.headers.authorization ?? '').matchAll(/(\w+)="?([^",]*)"?/g)].map((match) => [
          match[1],
          match[2],
        ]),
      );
      const { response: answer, nc, cnonce, nonce } = given;
      const expected = hash(
        `${hash('ann:lab:s3:cret')}:${nonce}:${nc}:${cnonce}:auth:${hash(`${request.method}:${request.url}`)}`,
      );
      if (nonce === 'n1' && answer === expected) {
        counts.push(nc ?? '');
        response.end('in');
        return;
      }
      challenges += 1;
      response
        .writeHead(401, {
          'www-authenticate': 'Digest realm="lab", nonce="n1", qop="auth", algorithm=SHA-256',
        })
        .end();
    });
    const sink = await load(`
target: ${target}
auth: { digest: { user: ann, password: 's3:cret' } }
endpoints: [{ request: 'GET /a/{id}', data: { id: 1..3 } }]
load: { users: 1, duration: 150ms }
`);
    const ok = outcomeCounts(sink).ok ?? 0;
    expect(challenges).toBe(1);
    expect(counts).toEqual(Array.from({ length: ok }, (_, i) => (i + 1).toString(16).padStart(8, '0')));
  });

  it('with the wrong password stays a 401', async () => {
    const target = await httpServer((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Digest realm="lab", nonce="n1"' }).end();
    });
    const sink = await load(`
target: ${target}
auth: { digest: { user: ann, password: wrong } }
endpoints: [GET /]
load: { users: 1, duration: 100ms }
`);
    expect(Object.keys(outcomeCounts(sink))).toEqual(['status']);
  });
});

it('a compressed body is read without its compression', async () => {
  const target = await httpServer((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"hidden":"treasure"}'));
  });
  const sink = await load(`
target: ${target}
endpoints:
  - { request: GET /found, expect: { bodyContains: treasure } }
  - { request: GET /lost, expect: { bodyContains: silver } }
load: { users: 1, duration: 150ms }
`);
  expect(Object.keys(endpointCounts(sink)).sort()).toEqual(['0 ok', '1 expectation']);
});

describe('data', () => {
  it('of one user stays the same, and differs from the others', async () => {
    const seen = new Set<string>();
    const target = await httpServer((request, response) => {
      seen.add(request.url ?? '');
      response.end();
    });
    await load(`
target: ${target}
endpoints: [{ request: 'GET /{id}', data: { id: { range: 1..9, order: unique, per: user } } }]
load: { users: 3, spawnRate: 1000, duration: 200ms }
`);
    expect([...seen].sort()).toEqual(['/1', '/2', '/3']);
  });

  it('that is unique ends the run when it is used up, and nothing comes twice', async () => {
    const seen: string[] = [];
    const target = await httpServer((request, response) => {
      seen.push(request.url ?? '');
      response.end();
    });
    const sink = await load(`
target: ${target}
endpoints: [{ request: 'GET /{id}', data: { id: { range: 1..50, order: unique } } }]
load: { users: 2, spawnRate: 1000, duration: 20s }
`);
    expect(outcomeCounts(sink)).toEqual({ ok: 50 });
    expect(new Set(seen).size).toBe(50);
    expect(sink.ended).toEqual([{ state: 'interrupted' }]);
    expect(sink.events[0]).toEqual({
      kind: 'abort',
      text: 'stage 1: the unique data of GET /{id} was used up',
    });
  });
});

it('pacing: passes begin evenly, the wait is think time', async () => {
  const times: number[] = [];
  const target = await httpServer((_request, response) => {
    times.push(performance.now());
    response.end();
  });
  const sink = await load(`
target: ${target}
endpoints: [GET /]
load: { users: 1, pacing: 100ms, duration: 1s }
`);
  // Ten passes and the first: a paced user can't be faster, and a slow machine can only lose some.
  expect(outcomeCounts(sink).ok).toBeLessThanOrEqual(11);
  expect(times.length).toBeGreaterThan(2);
});
