import type { AnswerView } from '../shared-connections.ts';
import { ChunkReader } from './chunk-reader.ts';
import { type Head, HeadMemo } from './head-memo.ts';
import { HeadReader, headerValues } from './head-reader.ts';
import { KeptBody } from './kept-body.ts';

/**
 * Reads one HTTP/1.x answer at a time from chunks of bytes, as strictly as RFC 9112 allows a client to be: an answer
 * whose framing is contradictory (two lengths, a length beside chunks, a folded header, a bare line feed, bytes after
 * the end) is malformed, never guessed. The chunk is not kept: the caller may reuse its buffer at once.
 */
export type ReadState = 'more' | 'done' | 'malformed' | 'oversized';

export type ReaderLimits = {
  /** Longest status line and headers, and trailers, in bytes. */
  readonly headBytes: number;
  /** Longest body in bytes. */
  readonly bodyBytes: number;
  /** How much of a body is kept when the caller wants to look into it. */
  readonly keptBytes: number;
};

export const defaultReaderLimits: ReaderLimits = {
  headBytes: 65_536,
  bodyBytes: 64 * 2 ** 20,
  keptBytes: 2 ** 20,
};

/** What is being read. */
const reading = { head: 0, length: 1, chunks: 2, toClose: 3, done: 4 } as const;

export class ResponseReader {
  /** Of the final answer; 0 before its status line was read. */
  status = 0;
  /** The connection may carry another request. */
  keepAlive = true;
  /** The answer has Set-Cookie lines. */
  setsCookies = false;
  /** What made the answer malformed; empty otherwise. */
  problem = '';

  readonly #limits: ReaderLimits;
  readonly #memo: HeadMemo;
  readonly #headReader = new HeadReader();
  readonly #body: KeptBody;
  readonly #chunks: ChunkReader;
  #state: number = reading.head;
  #pending: Buffer | null = null;
  #head = false;
  #keepHead = false;
  /** The final head as it came, Latin-1; empty unless it is kept. */
  #headText = '';
  #remaining = 0;
  #problemState: 'malformed' | 'oversized' = 'malformed';

  /** `memo`: may be shared with other readers that have the same limits. */
  constructor(limits: ReaderLimits = defaultReaderLimits, memo: HeadMemo = new HeadMemo()) {
    this.#limits = limits;
    this.#memo = memo;
    this.#body = new KeptBody(limits.bodyBytes, limits.keptBytes);
    this.#chunks = new ChunkReader(this.#body, limits.headBytes);
  }

  /**
   * Prepares for the answer to the next request. `headRequest`: its answer has no body whatever its headers say.
   * `keepHead`: {@link headers} are known whatever the answer is.
   */
  begin(headRequest: boolean, keepBody: boolean, keepHead = false): void {
    this.status = 0;
    this.keepAlive = true;
    this.setsCookies = false;
    this.problem = '';
    this.#state = reading.head;
    this.#pending = null;
    this.#head = headRequest;
    this.#keepHead = keepHead;
    this.#headText = '';
    this.#body.begin(keepBody);
  }

  /** Bytes of the body, framing taken off. */
  get bodyBytes(): number {
    return this.#body.bytes;
  }

  /** The kept start of the body. */
  body(): Buffer {
    return this.#body.start();
  }

  /**
   * Values of the final head's lines of that name (lower case), in their order. Known of an answer with the status 3xx
   * or 401 or with Set-Cookie, of others only if `keepHead` was asked for.
   */
  headers(name: string): readonly string[] {
    return headerValues(this.#headText, name);
  }

  /** What can be read of the answer, for whoever looks at it after the next `begin`. */
  takeAnswer(): AnswerView {
    const head = this.#headText;
    const body = this.body();
    return { body: () => body, setsCookies: this.setsCookies, headers: (name) => headerValues(head, name) };
  }

  /** Takes the bytes [0, length) of a chunk. */
  feed(chunk: Buffer, length: number): ReadState {
    let at = 0;
    for (;;) {
      if (this.#state === reading.head) {
        let head = chunk;
        let from = at;
        let to = length;
        const waiting = this.#pending;
        if (waiting !== null) {
          const seen = waiting.length;
          head = Buffer.concat([waiting, chunk.subarray(at, length)]);
          from = 0;
          to = head.length;
          if (to <= this.#limits.headBytes && head.indexOf('\r\n\r\n', Math.max(0, seen - 3), 'latin1') < 0) {
            this.#pending = head;
            return 'more';
          }
        }
        // Measured: 0.4 µs less a request, 4 % of its CPU.
        const known = waiting === null && from === 0 && this.#memo.begins(chunk, length);
        const end = known ? this.#takeKnown() : this.#readHead(head, from, to);
        if (end === -1) return this.#problemState;
        if (end === 0) {
          if (to - from > this.#limits.headBytes)
            return this.#fail(`the headers are longer than ${this.#limits.headBytes} bytes`);
          this.#pending = waiting === null ? Buffer.from(head.subarray(from, to)) : head;
          return 'more';
        }
        // Bytes of this chunk that the head took: what stood in `pending` came from earlier chunks.
        at = waiting === null ? end : at + end - waiting.length;
        this.#pending = null;
        if (this.status < 200) {
          if (this.status === 101) return this.#fail('the server switched protocols unasked (101)');
          continue;
        }
      }
      if (this.#state === reading.done) break;
      if (at >= length) return 'more';
      at = this.#readBody(chunk, at, length);
      if (at === -1) return this.#problemState;
      if (this.#state !== reading.done) return 'more';
      break;
    }
    if (at < length) return this.#fail(`${length - at} bytes came after the end of the answer`);
    return 'done';
  }

  /** The server closed the connection: `done` if that ends the answer, `malformed` if it was none, `more` if it is cut. */
  close(): ReadState {
    // A head in pieces is looked at when it is whole; this one never will be.
    const waiting = this.#pending;
    if (waiting !== null && this.#readHead(waiting, 0, waiting.length) === -1) return this.#problemState;
    if (this.#state === reading.toClose) {
      this.#state = reading.done;
      this.keepAlive = false;
      return 'done';
    }
    return 'more';
  }

  /** True once the first byte of the answer was read. */
  get begun(): boolean {
    return this.status !== 0 || this.#pending !== null;
  }

  #fail(problem: string, state: 'malformed' | 'oversized' = 'malformed'): 'malformed' | 'oversized' {
    this.problem = problem;
    this.keepAlive = false;
    this.#problemState = state;
    return state;
  }

  #wrong(problem: string, state: 'malformed' | 'oversized' = 'malformed'): -1 {
    this.#fail(problem, state);
    return -1;
  }

  /** Takes the head that the memo keeps, which the chunk begins with. Returns its length; -1 if its body is too long. */
  #takeKnown(): number {
    const memo = this.#memo;
    if (this.#keepHead || memo.head.textMatters) this.#headText = memo.text();
    return this.#frame(memo.head, memo.length);
  }

  /** Reads status line and headers from [from, to). Returns the index after them, 0 if they are not complete, -1 if wrong. */
  #readHead(b: Buffer, from: number, to: number): number {
    const end = this.#headReader.read(b, from, to);
    if (end === 0) return 0;
    if (end === -1) return this.#wrong(this.#headReader.problem);
    if (end - from > this.#limits.headBytes)
      return this.#wrong(`the headers are longer than ${this.#limits.headBytes} bytes`);
    const { head } = this.#headReader;
    this.status = head.status;
    if (head.status < 200) return end;
    if (this.#keepHead || head.textMatters) this.#headText = b.toString('latin1', from, end);
    if (from === 0) this.#memo.keep(b, end, head);
    return this.#frame(head, end);
  }

  /** Prepares for the body that the head announces. Returns `end`, the index after the head; -1 if it is too long. */
  #frame({ status, close, chunked, contentLength, setsCookies }: Head, end: number): number {
    this.status = status;
    this.keepAlive = !close;
    this.setsCookies = setsCookies;
    if (this.#head || this.status === 204 || this.status === 304) {
      this.#state = reading.done;
    } else if (chunked) {
      this.#state = reading.chunks;
      this.#chunks.begin();
    } else if (contentLength >= 0) {
      if (contentLength > this.#limits.bodyBytes)
        return this.#wrong(`the body is ${contentLength} bytes long`, 'oversized');
      this.#remaining = contentLength;
      this.#state = contentLength === 0 ? reading.done : reading.length;
    } else {
      this.keepAlive = false;
      this.#state = reading.toClose;
    }
    return end;
  }

  /** Reads body bytes from [from, to). Returns the index after the last byte taken, -1 if wrong. */
  #readBody(b: Buffer, from: number, to: number): number {
    if (this.#state === reading.chunks) {
      const end = this.#chunks.read(b, from, to);
      if (end === -1)
        return this.#wrong(this.#chunks.problem, this.#chunks.oversized ? 'oversized' : 'malformed');
      if (this.#chunks.done) this.#state = reading.done;
      return end;
    }
    const end = this.#state === reading.length ? Math.min(to, from + this.#remaining) : to;
    if (!this.#body.add(b, from, end))
      return this.#wrong(`the body is longer than ${this.#limits.bodyBytes} bytes`, 'oversized');
    if (this.#state === reading.length) {
      this.#remaining -= end - from;
      if (this.#remaining === 0) this.#state = reading.done;
    }
    return end;
  }
}
