import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addStaticResources, chooseCoding } from './static-resources.ts';

const original = readFileSync(new URL('../static/guide.html', import.meta.url));
const apps: FastifyInstance[] = [];
afterAll(async () => {
  for (const app of apps) await app.close();
});

async function serve(caching: boolean): Promise<number> {
  const app = Fastify();
  addStaticResources(app, caching);
  apps.push(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** Without fetch's own Accept-Encoding and decompression. */
function ask(port: number, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', path: '/static/guide.html', method, headers });
      asked.on('error', reject).end();
      asked.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
    },
  );
}

describe('with caching', () => {
  let port = 0;
  beforeAll(async () => {
    port = await serve(true);
  });

  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('%s: smaller, and the same when it is unpacked', async (coding, unpack) => {
    const { status, headers, body } = await ask(port, { 'accept-encoding': coding });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-encoding': coding,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=3600',
      vary: 'Accept-Encoding',
      'content-length': String(body.length),
    });
    expect(body.length).toBeLessThan(original.length / 2);
    expect(unpack(body)).toEqual(original);
  });

  test('a strong ETag of each coding, and 304 without a body to whoever has it', async () => {
    const plain = await ask(port);
    const packed = await ask(port, { 'accept-encoding': 'gzip' });
    expect(plain.body).toEqual(original);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers.etag).toMatch(/^"[\w-]{22}"$/);
    expect(packed.headers.etag).not.toBe(plain.headers.etag);
    const etag = String(plain.headers.etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask(port, { 'if-none-match': known });
      expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag]);
    }
    const changed = await ask(port, { 'if-none-match': etag, 'accept-encoding': 'gzip' });
    expect(changed.status, 'the ETag of another coding').toBe(200);
  });

  test('HEAD: the head of GET', async () => {
    const head = await ask(port, { 'accept-encoding': 'br' }, 'HEAD');
    const got = await ask(port, { 'accept-encoding': 'br' });
    expect(head.body).toHaveLength(0);
    expect(head.headers.etag).toBe(got.headers.etag);
    expect(head.headers['content-length']).toBe(got.headers['content-length']);
  });
});

test('without caching: whole, and nothing to keep it by', async () => {
  const { status, headers, body } = await ask(await serve(false), { 'accept-encoding': 'br' });
  expect([status, body]).toEqual([200, original]);
  for (const name of ['etag', 'cache-control', 'content-encoding']) expect(headers[name]).toBeUndefined();
});

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['*;q=0.1, gzip;q=0', 'br'],
  ['identity, gzip;q=0.5', 'identity'],
  ['GZIP', 'gzip'],
  ['zstd', 'identity'],
  ['gzip;q=high', 'identity'],
])('Accept-Encoding %j: %s', (header, coding) => {
  expect(chooseCoding(header)).toBe(coding);
});
