import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const folder = fileURLToPath(new URL('../static/', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
/** For an hour; the balancer keeps it no longer either. */
const cacheControl = 'public, max-age=3600';

/** Content codings that are made, the smallest first (RFC 9110, 8.4.1). */
const codings = ['br', 'gzip', 'identity'] as const;
type Coding = (typeof codings)[number];

interface Representation {
  readonly body: Buffer;
  /** Strong: of these very bytes, so that each coding has its own. */
  readonly etag: string;
}

/**
 * `/static/…`. With `caching`: compressed once at the start, with a strong ETag and Cache-Control, 304 to whoever has it
 * already. Without: read from disk for each request and sent whole.
 */
export function addStaticResources(app: FastifyInstance, caching: boolean): void {
  for (const name of readdirSync(folder)) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const path = join(folder, name);
    const made = caching ? representationsOf(readFileSync(path)) : undefined;
    app.get(`/static/${name}`, { exposeHeadRoute: true }, async (request, reply) => {
      reply.type(type);
      return made === undefined ? reply.send(await readFile(path)) : answer(request, reply, made);
    });
  }
}

function representationsOf(body: Buffer): Readonly<Record<Coding, Representation>> {
  const of = (bytes: Buffer): Representation => ({
    body: bytes,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
  });
  return {
    br: of(brotliCompressSync(body)),
    gzip: of(gzipSync(body, { level: 9 })),
    identity: of(body),
  };
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  made: Readonly<Record<Coding, Representation>>,
): FastifyReply {
  const coding = chooseCoding(request.headers['accept-encoding']);
  const { body, etag } = made[coding];
  reply.headers({ etag, 'cache-control': cacheControl, vary: 'Accept-Encoding' });
  if (matches(request.headers['if-none-match'], etag))
    return reply.removeHeader('content-type').code(304).send();
  if (coding !== 'identity') reply.header('content-encoding', coding);
  return reply.send(body);
}

/**
 * The coding that the client likes best, the smallest of equals (RFC 9110, 12.5.3). Without a header, or with none that is
 * made: as it is.
 */
export function chooseCoding(header: string | string[] | undefined): Coding {
  const weights = new Map<string, number>();
  for (const part of String(header ?? '').split(',')) {
    const [, name, weight] = /^\s*([\w*-]+)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(part) ?? [];
    if (name !== undefined) weights.set(name.toLowerCase(), weight === undefined ? 1 : Number(weight));
  }
  let best: Coding = 'identity';
  let bestWeight = weights.get('identity') ?? 0;
  for (const coding of codings.toReversed()) {
    const weight = weights.get(coding) ?? (coding === 'identity' ? 0 : (weights.get('*') ?? 0));
    if (weight > 0 && weight >= bestWeight) {
      best = coding;
      bestWeight = weight;
    }
  }
  return best;
}

/** Weak comparison, as If-None-Match wants it (RFC 9110, 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((each) => ['*', etag].includes(each.trim().replace(/^W\//, '')));
}
