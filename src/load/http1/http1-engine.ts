import { Route } from '../connection.ts';
import type { Address } from '../engine.ts';
import type { LendingEngine } from '../shared-connections.ts';
import { HeadMemo } from './head-memo.ts';
import { Http1Client, type Http1Shared } from './http1-client.ts';
import { Outbox } from './outbox.ts';
import { QuickWriter } from './quick-write.ts';

/** Bytes read at once, by all connections of a thread: an answer is parsed before the next read, so one buffer does. */
const readBufferBytes = 65_536;

export type Http1Options = {
  /** A connection for each request: it is closed once the answer came, by the client if the server doesn't. */
  readonly freshConnections: boolean;
};

/**
 * HTTP/1.1 on `node:net` and `node:tls`: one connection a client, kept alive as long as the server allows. Throws if
 * the certificates that the address names can't be used.
 */
export function createHttp1Engine(
  address: Address,
  now: () => number,
  { freshConnections }: Http1Options = { freshConnections: false },
): LendingEngine {
  const buffer = Buffer.allocUnsafe(readBufferBytes);
  const shared: Http1Shared = {
    route: new Route(address, 'http/1.1', buffer),
    now,
    buffer,
    freshConnections,
    outbox: new Outbox(),
    memo: new HeadMemo(),
    writer: new QuickWriter(),
    openConnections: 0,
    connectErrors: 0,
  };
  return {
    client: (ended) => new Http1Client(shared, ended),
    get openConnections() {
      return shared.openConnections;
    },
    get connectErrors() {
      return shared.connectErrors;
    },
  };
}
