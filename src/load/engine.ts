import type { Outcome } from '../record/run.ts';

/**
 * The port between users and the network: an engine makes clients, a client carries one request at a time over its
 * own connection. Implementations: `http1/`. Times are ms on the clock that the engine was given.
 */
export type Engine = {
  /** `ended` is called once for every `send`, never within it. */
  client(ended: () => void): Client;
  readonly openConnections: number;
  /** Connection attempts that failed, since the start. */
  readonly connectErrors: number;
};

export type Client = {
  /** The last exchange; valid from `ended` until the next `send`. */
  readonly exchange: Exchange;
  /** Connects first if no connection is open. Must not be called while an exchange is under way. */
  send(request: WireRequest): void;
  /** Ends the exchange under way, if there is one, as the given failure, and drops its connection. */
  cancel(as: 'timeout' | 'aborted'): void;
  /** The kept start of the last answer's body, as it came (perhaps compressed); empty unless the request asked for it. */
  body(): Buffer;
  /** The last answer has Set-Cookie lines. */
  readonly setsCookies: boolean;
  /**
   * Values of the last answer's header lines of that name (lower case), in their order. Known of every answer with the
   * status 3xx or 401 or with Set-Cookie, of others only if the request asked for its head.
   */
  headers(name: string): readonly string[];
  close(): void;
};

/** A request as it goes over the wire. */
export type WireRequest = {
  /** Latin-1 text, or bytes where the text is not Latin-1. */
  readonly data: string | Buffer;
  /** Where further header lines go in `data`: before the empty line. */
  readonly headEnd: number;
  readonly bytes: number;
  /** The answer to a HEAD request has no body. */
  readonly head: boolean;
  readonly keepBody: boolean;
  readonly keepHead: boolean;
  /** The same request in parts, for an engine that frames it otherwise (HTTP/2), and `data` is empty then. */
  readonly message: WireMessage | null;
};

export type WireMessage = {
  readonly method: string;
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case; no host, no content-length. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
};

export type Failure = Exclude<Outcome, 'ok' | 'status' | 'expectation' | 'not-sent-late' | 'not-sent-busy'>;

export type Exchange = {
  /** Null: a complete answer came. */
  failure: Failure | null;
  /** Of the answer; 0 if none came. */
  status: number;
  /** When the sending (or the connecting before it) began. */
  startMs: number;
  /** When TCP and TLS were set up; 0: an open connection was used. */
  connectedMs: number;
  /** 0: no byte came. */
  firstByteMs: number;
  endMs: number;
  bytesIn: number;
  bytesOut: number;
  /** The server ended the connection with this answer. */
  serverClosed: boolean;
  /** What was wrong, for the log; empty if nothing was. */
  problem: string;
};

/** Where to connect: resolved once, so that name look-ups don't count as the target's time. */
export type Address = {
  /** An IP address and a port, or a Unix socket. */
  readonly to: SocketAddress;
  /** `to` is a proxy: it is asked for a tunnel to this authority (TLS), or for absolute URLs (plain). */
  readonly proxy: ProxyHop | null;
  /** TLS to this server name, or plain TCP. */
  readonly tls: TlsTo | null;
};

export type SocketAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export type ProxyHop = {
  /** `host:port` of the target; null: no tunnel, the request line carries the absolute URL. */
  readonly tunnelTo: string | null;
  /** `Basic …`; null: none. */
  readonly authorization: string | null;
};

export type TlsTo = {
  readonly servername: string;
  readonly verify: boolean;
  readonly ca: string | null;
  readonly client: { readonly cert: string; readonly key: string; readonly passphrase: string | null } | null;
  /** Take up sessions of earlier connections. */
  readonly resume: boolean;
};
