import type { Client, Exchange, Failure, WireMessage, WireRequest } from '../engine.ts';
import { blankExchange, resetExchange } from '../exchange.ts';
import { KeptBody } from '../http1/kept-body.ts';
import { defaultReaderLimits } from '../http1/response-reader.ts';
import { type AnswerListener, AnswerStream } from './answer-stream.ts';
import { fieldBytes, frameHead, sentBytes } from './fields.ts';
import type { Http2Connection, Http2Shared } from './http2-connection.ts';
import type { SessionPool, Waiter } from './session-pool.ts';
import { failureOfStream, headTooLarge, refusedStream } from './stream-failure.ts';

export type ClientOptions = {
  readonly pool: SessionPool;
  /** The pool is this client's own, with one session. */
  readonly alone: boolean;
  /** A new session for each request. */
  readonly fresh: boolean;
};

const { headBytes, bodyBytes, keptBytes } = defaultReaderLimits;

/** How often a request goes to another connection that the server did not look at. */
const mostTries = 5;

/** One request at a time, on a stream of a session that the pool lends. */
export class Http2Client implements Client, Waiter, AnswerListener {
  readonly exchange: Exchange = blankExchange();
  readonly #shared: Http2Shared;
  readonly #options: ClientOptions;
  readonly #ended: () => void;
  readonly #body = new KeptBody(bodyBytes, keptBytes);
  #fields: readonly string[] = [];
  #message: WireMessage | null = null;
  #connection: Http2Connection | null = null;
  #answer: AnswerStream | null = null;
  /** Bytes that the connection had read when the stream began. */
  #readBefore = 0;
  #tries = 0;
  /** Counts the exchanges, so that what was put off knows whether it still applies. */
  #turn = 0;

  constructor(shared: Http2Shared, options: ClientOptions, ended: () => void) {
    this.#shared = shared;
    this.#options = options;
    this.#ended = ended;
  }

  send(request: WireRequest): void {
    if (request.message === null) throw new TypeError('a request over HTTP/2 needs its message');
    resetExchange(this.exchange);
    this.#turn += 1;
    this.#tries = 0;
    this.#fields = [];
    this.#body.begin(request.keepBody);
    this.#message = request.message;
    this.#options.pool.acquire(this);
  }

  cancel(as: 'timeout' | 'aborted'): void {
    if (this.#message === null) return;
    const connection = this.#connection;
    // Nothing at all came meanwhile: perhaps nothing ever will.
    const silent = connection !== null && connection.bytesRead === this.#readBefore;
    this.#fail(
      as,
      as === 'timeout' ? 'no complete answer within the time-out' : 'given up',
      this.#options.alone || (as === 'timeout' && silent),
    );
  }

  body(): Buffer {
    return this.#body.start();
  }

  get setsCookies(): boolean {
    return this.#fields.includes('set-cookie');
  }

  headers(name: string): readonly string[] {
    const values: string[] = [];
    for (let i = 0; i < this.#fields.length; i += 2)
      if (this.#fields[i] === name) values.push(this.#fields[i + 1] ?? '');
    return values;
  }

  close(): void {
    this.#turn += 1;
    this.#leave(false);
    this.#options.pool.quit(this);
  }

  opening(): void {
    this.#begin();
  }

  start(connection: Http2Connection, opened: boolean): void {
    const message = this.#message;
    if (message === null) return;
    const now = this.#begin();
    if (opened) this.exchange.connectedMs = now;
    this.#connection = connection;
    this.#readBefore = connection.bytesRead;
    this.#tries += 1;
    try {
      this.#answer = new AnswerStream(connection.request(message), this);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#later(() => this.#fail('unreachable', `the request can't be sent: ${problem}`, false));
      return;
    }
    if (!this.#options.alone) this.exchange.bytesOut += sentBytes(message);
  }

  notConnected(failure: Failure, problem: string): void {
    this.#fail(failure, problem, false);
  }

  head(status: number, fields: readonly string[]): void {
    this.#came(frameHead + (this.#options.alone ? 0 : fieldBytes(fields)));
    this.exchange.status = status;
    // Node holds the first streams of a session to no size: it does once the server has acknowledged the settings.
    if (fieldBytes(fields) > headBytes) this.#fail('oversized', headTooLarge, false);
    else this.#fields = fields;
  }

  data(chunk: Buffer): void {
    this.#came(frameHead + chunk.length);
    if (!this.#body.add(chunk, 0, chunk.length))
      this.#fail('oversized', `the body is longer than ${this.#body.maxBytes} bytes`, false);
  }

  ended(): void {
    this.exchange.endMs = this.#shared.now();
    if (this.exchange.status === 0) {
      this.#fail('malformed', 'the stream ended without a status', false);
      return;
    }
    this.#finish(this.#options.fresh);
  }

  broken(error: NodeJS.ErrnoException | null): void {
    const answer = this.#answer;
    const connection = this.#connection;
    if (answer === null || connection === null) return;
    const code = answer.stream.rstCode ?? 0;
    if (
      this.#tries < mostTries &&
      this.exchange.status === 0 &&
      (code === refusedStream || answer.stream.pending)
    ) {
      // That the server is leaving (GOAWAY) is told after its streams have ended.
      this.#later(() => {
        if (connection.tookNot(answer.stream)) this.#again();
        else this.#broke(error, code);
      });
    } else this.#broke(error, code);
  }

  #broke(error: NodeJS.ErrnoException | null, code: number): void {
    const bytesIn = (this.#connection?.bytesRead ?? 0) - this.#readBefore;
    const answered = this.exchange.status !== 0;
    const { failure, problem } = failureOfStream({
      error,
      code,
      answered,
      bytesIn: this.#options.alone ? bytesIn : 0,
      introduced: this.#connection?.introduced ?? false,
    });
    this.#fail(failure, problem, false);
  }

  /** The server never looked at the request: it goes over another connection (RFC 9113 §8.7), and its time runs on. */
  #again(): void {
    const message = this.#message;
    this.#leave(false);
    this.#message = message;
    this.#options.pool.acquire(this);
  }

  #begin(): number {
    const now = this.#shared.now();
    if (this.exchange.startMs === 0) this.exchange.startMs = now;
    return now;
  }

  #came(bytes: number): void {
    if (this.exchange.firstByteMs === 0) this.exchange.firstByteMs = this.#shared.now();
    if (!this.#options.alone) this.exchange.bytesIn += bytes;
  }

  /** Never within `send`. */
  #later(then: () => void): void {
    const turn = this.#turn;
    setImmediate(() => {
      if (turn === this.#turn && this.#message !== null) then();
    });
  }

  #fail(failure: Failure, problem: string, drop: boolean): void {
    const exchange = this.exchange;
    exchange.failure = failure;
    exchange.problem = problem;
    exchange.endMs = this.#shared.now();
    if (exchange.startMs === 0) exchange.startMs = exchange.endMs;
    this.#finish(drop || this.#options.fresh);
  }

  #finish(drop: boolean): void {
    this.#leave(drop);
    this.#ended();
  }

  /** Ends the exchange under way for the pool and the connection. `drop`: the connection is not used again. */
  #leave(drop: boolean): void {
    if (this.#message === null) return;
    this.#message = null;
    const connection = this.#connection;
    const answer = this.#answer;
    this.#connection = null;
    this.#answer = null;
    if (connection === null) {
      this.#options.pool.abandon(this);
      return;
    }
    if (!connection.usable) this.exchange.serverClosed = true;
    if (this.#options.alone) {
      const { bytesIn, bytesOut } = connection.count();
      this.exchange.bytesIn += bytesIn;
      this.exchange.bytesOut += bytesOut;
    }
    answer?.detach();
    this.#options.pool.release(connection, drop);
  }
}
