import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadOf, tally } from './load-of.ts';
import { freePort, missing, ServerProgram, serverFolder } from './server-program.ts';

const skipped = missing('python3');
const folder = serverFolder();
afterAll(() => folder.remove());

const modified = new Date('2026-02-10T10:15:00Z');
mkdirSync(path.join(folder.path, 'www'));
const file = path.join(folder.path, 'www', 'small.txt');
writeFileSync(file, 'a needle in the hay\n');
writeFileSync(path.join(folder.path, 'www', 'large.bin'), 'hay '.repeat(700_000));
utimesSync(file, modified, modified);

describe.skipIf(skipped !== '')(`Python's http.server${skipped}`, () => {
  it('HTTP/1.0: a connection for each request, all of them counted', async () => {
    const port = await freePort();
    const server = await ServerProgram.start(folder.path, port, [
      ...['python3', '-u', '-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', 'www'],
    ]);
    // Its queue of connections holds five: more users would wait for the system's next try, a second later.
    const told = await loadOf(
      port,
      `
      { request: GET /small.txt, expect: { bodyContains: needle } }
      HEAD /small.txt
      { request: GET /, expect: { bodyContains: small.txt } }
      GET /large.bin
      { request: 'GET /small.txt?since', headers: { if-modified-since: '${modified.toUTCString()}' }, expect: { status: 304 } }
      { request: GET /absent, expect: { status: 404 } }
      { request: POST /small.txt, body: text, expect: { status: 501 } }
      `,
      3,
    );
    // 127.0.0.1 - - [10/Feb/2026 10:15:00] "GET /small.txt HTTP/1.1" 200 -
    const logged = (await server.stop()).flatMap((line) => {
      const match = /"(\S+ \S+) HTTP\/1\.1" (\d+) -$/.exec(line);
      return match === null ? [] : [`${match[1]} ${match[2]}`];
    });
    expect(told.requests).toEqual(tally(logged));
    expect(Object.keys(told.requests)).toHaveLength(7);
    expect(told.outcomes).toEqual({ ok: logged.length });
    expect([told.connections, told.serverCloses]).toEqual([logged.length, logged.length]);
  });
});

describe.skipIf(skipped !== '')(`answers that no library writes${skipped}`, () => {
  const program = path.join(import.meta.dirname, 'programs', 'raw-server.py');
  const loaded = async (endpoints: string) => {
    const port = await freePort();
    const server = await ServerProgram.start(folder.path, port, ['python3', program, String(port)]);
    const told = await loadOf(port, endpoints);
    return { told, logged: tally(await server.stop()) };
  };
  const withStatus = (logged: Readonly<Record<string, number>>, status: (request: string) => string) =>
    Object.fromEntries(Object.entries(logged).map(([request, n]) => [`${request} ${status(request)}`, n]));

  it('odd but right: the connection is kept, and the next answer is read from its first byte', async () => {
    const sound = ['/bytes', '/extended', '/trailers', '/slow', '/interim', '/old-kept'];
    const { told, logged } = await loaded(`
      ${sound.map((at) => `{ request: GET ${at}, expect: { bodyContains: 'a needle in the hay' } }`).join('\n')}
      HEAD /slow
      HEAD /trailers
      GET /none
      GET /unchanged
    `);
    expect(told.requests).toEqual(
      withStatus(logged, (request) =>
        request === 'GET /none' ? '204' : request === 'GET /unchanged' ? '304' : '200',
      ),
    );
    expect(Object.keys(logged)).toHaveLength(10);
    expect(told.outcomes).toEqual({ ok: expect.any(Number) });
    expect([told.connections, told.serverCloses]).toEqual([6, 0]);
  });

  it('the end of the connection is the end of the answer, where the answer says so', async () => {
    const { told, logged } = await loaded(`
      { request: GET /to-close, expect: { bodyContains: 'a needle in the hay' } }
      { request: GET /old, expect: { bodyContains: 'a needle in the hay' } }
      { request: GET /last, expect: { bodyContains: 'a needle in the hay' } }
    `);
    const all = Object.values(logged).reduce((a, b) => a + b, 0);
    expect(told.requests).toEqual(withStatus(logged, () => '200'));
    expect([told.outcomes, told.connections, told.serverCloses]).toEqual([{ ok: all }, all, all]);
  });

  it('wrong: an outcome of its own, never a guess', async () => {
    const { told, logged } = await loaded(`
      GET /cut
      GET /cut-chunk
      GET /two-lengths
      GET /both
      GET /not-http
    `);
    const of = (...paths: readonly string[]) =>
      paths.reduce((sum, at) => sum + (logged[`GET ${at}`] ?? Number.NaN), 0);
    expect(told.outcomes).toEqual({
      reset: of('/cut', '/cut-chunk'),
      malformed: of('/two-lengths', '/both', '/not-http'),
    });
    expect(told.connections).toBe(of('/cut', '/cut-chunk', '/two-lengths', '/both', '/not-http'));
  });
});
