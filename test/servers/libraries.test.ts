import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOf, tally } from './load-of.ts';
import { build, freePort, missing, ServerProgram, serverFolder } from './server-program.ts';

const programs = path.join(import.meta.dirname, 'programs');
const folder = serverFolder();
afterAll(() => folder.remove());

/** Servers of which each writes a line `METHOD /path|connection` for every request. */
const servers = [
  {
    name: "Node's http",
    skipped: missing('node'),
    build: null,
    command: [process.execPath, path.join(programs, 'node-server.ts')],
  },
  {
    name: "Go's net/http",
    skipped: missing('go'),
    build: ['go', 'build', '-o', path.join(folder.path, 'go-server'), path.join(programs, 'go-server.go')],
    command: [path.join(folder.path, 'go-server')],
  },
];

describe.each(servers)('$name $skipped', ({ skipped, build: how, command }) => {
  beforeAll(() => {
    if (how !== null && skipped === '') build(folder.path, how);
  });
  const test = it.skipIf(skipped !== '');
  const loaded = async (endpoints: string) => {
    const port = await freePort();
    const server = await ServerProgram.start(folder.path, port, [...command, String(port)]);
    const told = await loadOf(port, endpoints);
    const log = (await server.stop()).map((line) => line.split('|'));
    return {
      told,
      /** Without the statuses. */
      requests: Object.fromEntries(
        Object.entries(told.requests).map(([key, count]) => [key.replace(/ \S+$/, ''), count]),
      ),
      logged: tally(log.map(([request = '']) => request)),
      connections: new Set(log.map(([, connection]) => connection)).size,
    };
  };

  test('every framing: counted as the server counts, over one connection a user', async () => {
    const { told, requests, logged, connections } = await loaded(`
      { request: GET /plain, expect: { bodyContains: needle } }
      { request: GET /chunks, expect: { bodyContains: needle } }
      { request: GET /trailers, expect: { bodyContains: needle } }
      HEAD /plain
      HEAD /chunks
      HEAD /large
      { request: GET /none, expect: { status: 204 } }
      { request: GET /unchanged, headers: { if-modified-since: 'Tue, 10 Feb 2026 10:15:00 GMT' }, expect: { status: 304 } }
      { request: GET /hints, expect: { status: 200, bodyContains: needle } }
      { request: POST /echo, body: 'a needle – ü', expect: { bodyContains: 'needle – ü' } }
    `);
    expect(requests).toEqual(logged);
    expect(Object.keys(requests)).toHaveLength(10);
    expect(told.outcomes).toEqual({ ok: expect.any(Number) });
    expect([told.connections, told.serverCloses]).toEqual([connections, 0]);
    expect(connections).toBe(6);
  });

  test('bodies of megabytes arrive whole', async () => {
    const { told, requests, logged } = await loaded('GET /large');
    const count = logged['GET /large'] ?? 0;
    expect(requests).toEqual(logged);
    expect(told.outcomes).toEqual({ ok: count });
    expect(told.bytesIn).toBeGreaterThan(count * 80 * 4 * 8192);
    expect(told.connections).toBe(6);
  });

  test('a server that closes after each answer, or in the middle of one', async () => {
    const { told, requests, logged, connections } = await loaded(`
      { request: GET /close, expect: { bodyContains: needle } }
      GET /broken
    `);
    expect(requests).toEqual(logged);
    expect(told.outcomes).toEqual({ ok: logged['GET /close'], reset: logged['GET /broken'] });
    const all = (logged['GET /close'] ?? 0) + (logged['GET /broken'] ?? 0);
    expect([told.connections, told.serverCloses, connections]).toEqual([all, all, all]);
  });
});
