import type { Scouted } from '../record/scouting.ts';
import { decodeBody } from './decode-body.ts';
import type { Client } from './engine.ts';
import { serverTimingOf } from './server-timing.ts';

/** One answer as a scout keeps it. */
export type Seen = {
  /** Unpacked; at most the engine's kept part of it. */
  readonly body: Buffer;
  readonly told: Pick<
    Scouted,
    | 'status'
    | 'bodyBytes'
    | 'etag'
    | 'lastModified'
    | 'cacheControl'
    | 'age'
    | 'server'
    | 'contentEncoding'
    | 'serverTiming'
    | 'closes'
    | 'retryAfter'
  >;
};

/** What the client's last answer told; every text bounded, and without control characters. */
export function seenAnswer(client: Client): Seen {
  const text = (name: string, longest: number): string | null => {
    const [line] = client.headers(name);
    return line === undefined || line.length > longest || !/^[\x20-\x7e\xa0-\xff]*$/.test(line) ? null : line;
  };
  const { status, bytesIn, serverClosed } = client.exchange;
  const kept = client.body();
  const body = decodeBody(kept, client.headers('content-encoding')) ?? Buffer.alloc(0);
  const length = Number(text('content-length', 16) ?? Number.NaN);
  const age = Number(text('age', 16) ?? Number.NaN);
  return {
    body: Buffer.from(body),
    told: {
      status,
      // As it went over the wire; without a length the kept part, which is all of it up to 1 MiB.
      bodyBytes: Number.isSafeInteger(length) && length >= 0 && length <= bytesIn ? length : kept.length,
      etag: text('etag', 512),
      lastModified: text('last-modified', 128),
      cacheControl: text('cache-control', 512),
      age: Number.isFinite(age) && age >= 0 ? age : null,
      server: text('server', 128),
      contentEncoding: text('content-encoding', 64),
      serverTiming: serverTimingOf(client.headers('server-timing')),
      closes: serverClosed,
      retryAfter: text('retry-after', 64),
    },
  };
}

/** Length of the JSON list that the body is, or that the only list-valued key of its object holds; null: no such list. */
export function listLengthOf({ body }: Pick<Seen, 'body'>): number | null {
  const value = jsonOf(body);
  if (Array.isArray(value)) return value.length;
  if (typeof value !== 'object' || value === null) return null;
  const lists = Object.values(value).filter((one) => Array.isArray(one));
  const [list] = lists;
  return list !== undefined && lists.length === 1 ? list.length : null;
}

function jsonOf(body: Buffer): unknown {
  const [begin] = body.toString('latin1', 0, 64).trimStart().replace(/^ï»¿/, '');
  if (begin !== '[' && begin !== '{') return null;
  try {
    return JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''));
  } catch {
    return null;
  }
}
