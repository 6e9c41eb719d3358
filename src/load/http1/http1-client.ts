import { type ConnectFailure, failureOf } from '../connect-failure.ts';
import { Connection, type ConnectionUser, type Route } from '../connection.ts';
import type { Exchange, Failure, WireRequest } from '../engine.ts';
import { blankExchange, resetExchange } from '../exchange.ts';
import type { AnswerView, LendableClient } from '../shared-connections.ts';
import type { HeadMemo } from './head-memo.ts';
import type { Outbox } from './outbox.ts';
import type { QuickWriter } from './quick-write.ts';
import { defaultReaderLimits, ResponseReader } from './response-reader.ts';

/** What all clients of an engine share. */
export type Http1Shared = {
  readonly route: Route;
  readonly now: () => number;
  /** The route's. */
  readonly buffer: Buffer;
  readonly freshConnections: boolean;
  readonly outbox: Outbox;
  readonly memo: HeadMemo;
  readonly writer: QuickWriter;
  openConnections: number;
  connectErrors: number;
};

export class Http1Client implements LendableClient, ConnectionUser {
  readonly exchange: Exchange = blankExchange();
  readonly #shared: Http1Shared;
  readonly #ended: () => void;
  readonly #reader: ResponseReader;
  #connection: Connection | null = null;
  #connecting = false;
  #busy = false;
  /** Not yet written: it waits for the connection or in the outbox. */
  #request: WireRequest | null = null;
  /** Written last. */
  #sent: WireRequest | null = null;
  /** When the exchange before ended. */
  #lastEndMs = 0;

  constructor(shared: Http1Shared, ended: () => void) {
    this.#shared = shared;
    this.#ended = ended;
    this.#reader = new ResponseReader(defaultReaderLimits, shared.memo);
  }

  send(request: WireRequest): void {
    const exchange = this.exchange;
    this.#lastEndMs = exchange.endMs;
    resetExchange(exchange);
    this.#busy = true;
    this.#reader.begin(request.head, request.keepBody, request.keepHead);
    if (this.#connection === null) {
      exchange.startMs = this.#shared.now();
      this.#request = request;
      this.#connect();
    } else if (this.#shared.outbox.reading) {
      this.#request = request;
      this.#shared.outbox.add(this);
    } else {
      exchange.startMs = this.#shared.now();
      this.#write(this.#connection, request);
    }
  }

  /** Writes the request that waited in the outbox, unless it was given up or goes over a new connection meanwhile. */
  post(): void {
    const request = this.#request;
    if (request === null || this.#connection === null || this.#connecting) return;
    this.#request = null;
    this.exchange.startMs = this.#shared.now();
    this.#write(this.#connection, request);
  }

  cancel(as: 'timeout' | 'aborted'): void {
    if (this.#busy) this.#fail(as, as === 'timeout' ? 'no complete answer within the time-out' : 'given up');
  }

  body(): Buffer {
    return this.#reader.body();
  }

  get setsCookies(): boolean {
    return this.#reader.setsCookies;
  }

  headers(name: string): readonly string[] {
    return this.#reader.headers(name);
  }

  takeAnswer(): AnswerView {
    return this.#reader.takeAnswer();
  }

  close(): void {
    this.#busy = false;
    this.#request = null;
    this.#drop();
  }

  connected(connection: Connection): void {
    this.#connecting = false;
    this.#shared.openConnections += 1;
    this.exchange.connectedMs = this.#shared.now();
    const request = this.#request;
    this.#request = null;
    if (request !== null && this.#busy) this.#write(connection, request);
  }

  notConnected(_connection: Connection, { failure, problem, hop, code }: ConnectFailure): void {
    if (code === '' && hop !== 'tunnel') this.exchange.serverClosed = true;
    this.#fail(failure, problem);
  }

  read(_connection: Connection, length: number): void {
    const exchange = this.exchange;
    // Bytes that nobody asked for: the connection can't be trusted any more.
    if (this.#idle) {
      this.#dropIdle();
      return;
    }
    const now = this.#shared.now();
    if (exchange.firstByteMs === 0) exchange.firstByteMs = now;
    exchange.bytesIn += length;
    const state = this.#reader.feed(this.#shared.buffer, length);
    if (state === 'more') return;
    const { outbox } = this.#shared;
    outbox.reading = true;
    if (state === 'done') this.#done(now);
    else this.#fail(state, this.#reader.problem);
    outbox.reading = false;
  }

  ended(_connection: Connection, error: NodeJS.ErrnoException | null): void {
    if (this.#idle) {
      this.#dropIdle();
      return;
    }
    if (this.#sent !== null && this.#wasStale(error) && isIdempotent(this.#sent)) {
      this.#request = this.#sent;
      this.#drop();
      this.#connect();
      return;
    }
    if (error !== null) {
      const overTls = this.#shared.route.address.tls !== null;
      this.#fail(failureOf(error, false, overTls), error.message);
      return;
    }
    this.exchange.serverClosed = true;
    const state = this.#reader.close();
    if (state === 'done') this.#done(this.#shared.now());
    else if (state === 'more')
      this.#fail(
        'reset',
        `the server closed the connection ${this.#reader.begun ? 'within its answer' : 'without an answer'}`,
      );
    else this.#fail(state, this.#reader.problem);
  }

  #write(connection: Connection, request: WireRequest): void {
    this.#sent = request;
    this.exchange.bytesOut = request.bytes;
    if (typeof request.data === 'string') this.#shared.writer.write(connection.socket, request.data);
    else connection.socket.write(request.data);
  }

  #connect(): void {
    this.#connecting = true;
    this.#connection = new Connection(this.#shared.route, this);
  }

  #done(now: number): void {
    this.exchange.status = this.#reader.status;
    this.exchange.endMs = now;
    this.#busy = false;
    if (this.#shared.freshConnections) {
      // The request asked for the close: that the server closes says nothing.
      this.exchange.serverClosed = false;
      this.#drop();
    } else if (!this.#reader.keepAlive) {
      this.exchange.serverClosed = true;
      this.#drop();
    }
    this.#ended();
  }

  /**
   * The server gave up a connection that had been idle, while a request was on its way: that says nothing of how it
   * answers. RFC 9112 §9.3.1 lets an idempotent request be sent again, over a new connection; so do browsers and other
   * clients. Should the new one end likewise, the request has failed; and so has one on a connection in use, which no
   * server gives up for being idle.
   */
  #wasStale(error: NodeJS.ErrnoException | null): boolean {
    const { connectedMs, bytesIn, startMs } = this.exchange;
    if (startMs - this.#lastEndMs < idleMs) return false;
    const gone = error === null || error.code === 'ECONNRESET' || error.code === 'EPIPE';
    return gone && connectedMs === 0 && bytesIn === 0;
  }

  /** Nothing was sent that an answer could belong to. */
  get #idle(): boolean {
    return !this.#busy || (this.#request !== null && !this.#connecting);
  }

  /** Leaves a connection that ended while idle; a request that is still in the outbox goes over a new one. */
  #dropIdle(): void {
    this.#drop();
    if (this.#request === null) return;
    this.exchange.startMs = this.#shared.now();
    this.#connect();
  }

  #fail(failure: Failure, problem: string): void {
    if (this.#connecting) this.#shared.connectErrors += 1;
    this.exchange.failure = failure;
    this.exchange.problem = problem;
    this.exchange.status = this.#reader.status;
    this.exchange.endMs = this.#shared.now();
    if (this.exchange.startMs === 0) this.exchange.startMs = this.exchange.endMs;
    this.#busy = false;
    this.#request = null;
    this.#drop();
    this.#ended();
  }

  #drop(): void {
    const connection = this.#connection;
    if (connection === null) return;
    if (!this.#connecting) this.#shared.openConnections -= 1;
    this.#connecting = false;
    this.#connection = null;
    connection.destroy();
  }
}

/** Servers keep idle connections for longer (Node 5 s, nginx 75 s). */
const idleMs = 1000;

/** RFC 9110 §9.2.2. */
function isIdempotent({ data }: WireRequest): boolean {
  const start = typeof data === 'string' ? data.slice(0, 8) : data.toString('latin1', 0, 8);
  return /^(GET|HEAD|PUT|DELETE|OPTIONS|TRACE) /.test(start);
}
