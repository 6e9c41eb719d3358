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
  /** The kept start of the last answer's body; empty unless the request asked for it. */
  body(): Buffer;
  close(): void;
};

/** A request as it goes over the wire. */
export type WireRequest = {
  /** Latin-1 text, or bytes where the text is not Latin-1. */
  readonly data: string | Buffer;
  readonly bytes: number;
  /** The answer to a HEAD request has no body. */
  readonly head: boolean;
  readonly keepBody: boolean;
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
  readonly host: string;
  readonly port: number;
  /** TLS to this server name, or plain TCP. */
  readonly tls: { readonly servername: string; readonly verify: boolean; readonly ca: string | null } | null;
};
