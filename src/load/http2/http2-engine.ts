import { Route } from '../connection.ts';
import type { Address, Engine } from '../engine.ts';
import { Http2Client } from './http2-client.ts';
import type { Http2Shared } from './http2-connection.ts';
import { SessionPool } from './session-pool.ts';

export type Http2Options = {
  /** A new session for each request; sessions are not shared then. */
  readonly freshConnections: boolean;
  /** So many sessions for all clients, each with as many streams as the server allows; 0: each client has its own. */
  readonly sharedSessions?: number;
};

/**
 * HTTP/2 on `node:http2`: over TLS by ALPN, over TCP and Unix sockets by prior knowledge (RFC 9113 §3.3). A client has
 * a session of its own and one stream at a time, or a stream of the sessions that all clients share; a client that
 * waits for a stream has not started, so that the wait is not the target's time. A request that the server did not
 * look at, because it was leaving (GOAWAY), goes over another connection by itself.
 *
 * Bytes: of a client's own session all that went over its connection (TLS taken off), with HPACK's compression and
 * the frames that keep the session. On shared sessions that can't be told apart: an exchange counts its bodies, the
 * heads of their frames, and its fields uncompressed, so more than went over the wire. Throws if the certificates that
 * the address names can't be used.
 */
export function createHttp2Engine(address: Address, now: () => number, options: Http2Options): Engine {
  const shared: Http2Shared = {
    route: new Route(address, 'h2', null),
    now,
    openConnections: 0,
    connectErrors: 0,
  };
  const { freshConnections: fresh, sharedSessions: sessions = 0 } = options;
  const common =
    sessions > 0 && !fresh ? new SessionPool(shared, { sessions, streams: Number.POSITIVE_INFINITY }) : null;
  return {
    client: (ended) => {
      const pool = common ?? new SessionPool(shared, { sessions: 1, streams: 1 });
      return new Http2Client(shared, { pool, alone: common === null, fresh }, ended);
    },
    get openConnections() {
      return shared.openConnections;
    },
    get connectErrors() {
      return shared.connectErrors;
    },
  };
}
