import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type net from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ConnectFailure } from '../connect-failure.ts';
import { Connection, type Route } from '../connection.ts';
import type { Failure, WireMessage } from '../engine.ts';
import { defaultReaderLimits } from '../http1/response-reader.ts';
import { fieldsOf } from './fields.ts';
import { notHttp2 } from './stream-failure.ts';

/** What all connections of an engine share. */
export type Http2Shared = {
  readonly route: Route;
  readonly now: () => number;
  openConnections: number;
  connectErrors: number;
};

export type ConnectionListener = {
  connected(connection: Http2Connection): void;
  notConnected(connection: Http2Connection, failure: Failure, problem: string): void;
  /** It takes more streams than before, or none any more. */
  changed(connection: Http2Connection): void;
};

/** Streams at a time on one connection, though the server may allow more. */
const mostStreams = 1000;

/** How much the server may send ahead of what was read: of one answer, and of all answers of a connection. */
const streamWindowBytes = 2 ** 20;
const sessionWindowBytes = 16 * 2 ** 20;

const { headBytes } = defaultReaderLimits;

const sessionOptions = {
  settings: { enablePush: false, maxHeaderListSize: headBytes, initialWindowSize: streamWindowBytes },
  // RFC 9113 §6.5.2: a field counts 32 bytes beside its name and value.
  maxHeaderListPairs: headBytes / 32,
  // MB. Beyond it Node breaks streams off with ENHANCE_YOUR_CALM, as if the target had; and what it counts is above all
  // bodies that wait to be sent, which are in memory anyway. What comes is bounded by the windows and the two above.
  maxSessionMemory: 100_000,
} as const;

/**
 * Node counts the memory of its HTTP/2 library by session and aborts the whole process if some is left when a session is
 * collected. A stream that was broken off within its head (too many fields, for one) holds such memory until it is
 * collected itself, and the two come in any order. So the session waits for its broken streams. Seen in Node 24.21:
 * `~Http2Session`, `current_nghttp2_memory_ == 0` (nodejs/node#39951 is of the same kind).
 */
const sessionsOfBroken = new FinalizationRegistry<object>(() => {});

/** What stands for a session outside JavaScript; Node gives it no public name. Null if there is none. */
function handleOf(session: ClientHttp2Session): object | null {
  const name = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'kHandle');
  const handle: unknown = name === undefined ? null : Reflect.get(session, name);
  return typeof handle === 'object' ? handle : null;
}

/** One HTTP/2 session and its connection, from the first packet on. */
export class Http2Connection {
  /** Streams under way. */
  active = 0;
  /** The server has sent its settings. */
  introduced = false;
  readonly #shared: Http2Shared;
  readonly #listener: ConnectionListener;
  readonly #connection: Connection;
  readonly #origin: URL;
  #session: ClientHttp2Session | null = null;
  #handle: object | null = null;
  #socket: net.Socket | null = null;
  #gone = false;
  #leaving = false;
  #lastTaken = Number.POSITIVE_INFINITY;
  #streamLimit = 1;
  #countedIn = 0;
  #countedOut = 0;

  constructor(shared: Http2Shared, listener: ConnectionListener) {
    this.#shared = shared;
    this.#listener = listener;
    this.#origin = new URL(shared.route.address.tls === null ? 'http://localhost' : 'https://localhost');
    this.#connection = new Connection(shared.route, {
      connected: ({ socket }) => this.#connected(socket),
      notConnected: (_connection, failure) => this.#notConnected(failure.failure, problemOf(failure)),
      // The session reads, and tells how it ends.
      read: () => {},
      ended: () => {},
    });
  }

  /** False while it is being connected, and once no further stream may be opened. */
  get usable(): boolean {
    const session = this.#session;
    return session !== null && !this.#gone && !this.#leaving && !session.closed && !session.destroyed;
  }

  get connecting(): boolean {
    return this.#session === null && !this.#gone;
  }

  /** Streams at a time; 1 until the server has told its settings. */
  get streamLimit(): number {
    return this.#streamLimit;
  }

  /** All bytes that were read so far, TLS taken off. */
  get bytesRead(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  /** Opens a stream. Throws what node:http2 throws for a message that can't be sent. */
  request(message: WireMessage): ClientHttp2Stream {
    const session = this.#session;
    if (session === null) throw new Error('the connection is not open');
    const { body } = message;
    const empty = body === null || body.length === 0;
    const stream = session.request(fieldsOf(message, this.#origin.protocol), { endStream: empty });
    if (!empty) stream.end(body);
    stream.once('close', () => {
      if (stream.rstCode !== 0 || !stream.readableEnded) this.#outlive(stream);
    });
    return stream;
  }

  /** Bytes in both directions since the last call, TLS taken off. */
  count(): { readonly bytesIn: number; readonly bytesOut: number } {
    const [readBytes, written] = [this.#socket?.bytesRead ?? 0, this.#socket?.bytesWritten ?? 0];
    const bytes = { bytesIn: readBytes - this.#countedIn, bytesOut: written - this.#countedOut };
    this.#countedIn = readBytes;
    this.#countedOut = written;
    return bytes;
  }

  /** The server said that it did not look at this stream (RFC 9113 §6.8), or the stream was never opened. */
  tookNot(stream: ClientHttp2Stream): boolean {
    return !this.usable && (stream.id === undefined || stream.id > this.#lastTaken);
  }

  /** No further stream; it is dropped when the last one has ended. */
  leave(): void {
    this.#leaving = true;
  }

  drop(): void {
    if (this.#gone) return;
    this.#gone = true;
    const session = this.#session;
    if (session !== null) {
      this.#shared.openConnections -= 1;
      session.destroy();
    }
    this.#connection.destroy();
  }

  /** The session is not collected as long as the stream is there. */
  #outlive(stream: ClientHttp2Stream): void {
    if (this.#handle !== null) sessionsOfBroken.register(stream, this.#handle);
  }

  #notConnected(failure: Failure, problem: string): void {
    this.drop();
    this.#listener.notConnected(this, failure, problem);
  }

  #connected(socket: net.Socket): void {
    if (socket instanceof TLSSocket && socket.alpnProtocol !== 'h2') {
      const chosen = socket.alpnProtocol || 'no protocol';
      this.#notConnected('tls', `${notHttp2}: it chose ${chosen} in the TLS handshake`);
      return;
    }
    const session = http2.connect(this.#origin, { ...sessionOptions, createConnection: () => socket });
    this.#socket = socket;
    this.#session = session;
    this.#shared.openConnections += 1;
    // Its streams tell of the error as well.
    session.on('error', () => {});
    session.on('connect', () => {
      this.#handle = handleOf(session);
      if (!session.destroyed) session.setLocalWindowSize(sessionWindowBytes);
    });
    session.on('remoteSettings', ({ maxConcurrentStreams }) => {
      this.introduced = true;
      this.#streamLimit = Math.min(mostStreams, maxConcurrentStreams ?? mostStreams);
      this.#listener.changed(this);
    });
    session.on('goaway', (_code, lastTaken) => {
      this.#leaving = true;
      this.#lastTaken = lastTaken;
      this.#listener.changed(this);
    });
    session.on('close', () => {
      this.drop();
      this.#listener.changed(this);
    });
    this.#listener.connected(this);
  }
}

function problemOf({ code, problem }: ConnectFailure): string {
  return code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'
    ? `${notHttp2}: it refused the protocol h2 in the TLS handshake`
    : problem;
}
