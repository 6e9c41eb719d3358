import { type Head, HeadMemo } from './head-memo.ts';

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
const reading = {
  head: 0,
  length: 1,
  chunkSize: 2,
  extensionName: 3,
  chunkSizeLf: 4,
  chunkData: 5,
  chunkCr: 6,
  chunkLf: 7,
  trailerStart: 8,
  trailer: 9,
  trailerLf: 10,
  endLf: 11,
  toClose: 12,
  done: 13,
  extensionValue: 14,
  extensionQuoted: 15,
  extensionEscaped: 16,
  extensionEnd: 17,
  trailerName: 18,
} as const;

const CR = 13;
const LF = 10;
const QUOTE = 34;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKSLASH = 92;

/** RFC 9110 §5.6.2: characters of a field name. */
const isToken = table((c) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(c)));
/** RFC 9110 §5.5: characters of a field value: tab, space, visible, obs-text. */
const isFieldByte = table((c) => c === 9 || (c >= 32 && c !== 127));

export class ResponseReader {
  /** Of the final answer; 0 before its status line was read. */
  status = 0;
  /** The connection may carry another request. */
  keepAlive = true;
  /** Bytes of the body, framing taken off. */
  bodyBytes = 0;
  /** What made the answer malformed; empty otherwise. */
  problem = '';

  readonly #limits: ReaderLimits;
  readonly #memo: HeadMemo;
  #state: number = reading.head;
  #pending: Buffer | null = null;
  #head = false;
  #keepBody = false;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #remaining = 0;
  #sizeDigits = 0;
  #lineBytes = 0;
  /** Of the name or value of a chunk extension. */
  #tokenBytes = 0;
  /** The start of a trailer's name. */
  #name = '';
  #problemState: 'malformed' | 'oversized' = 'malformed';

  /** `memo`: may be shared with other readers that have the same limits. */
  constructor(limits: ReaderLimits = defaultReaderLimits, memo: HeadMemo = new HeadMemo()) {
    this.#limits = limits;
    this.#memo = memo;
  }

  /** Prepares for the answer to the next request. `headRequest`: its answer has no body whatever its headers say. */
  begin(headRequest: boolean, keepBody: boolean): void {
    this.status = 0;
    this.keepAlive = true;
    this.bodyBytes = 0;
    this.problem = '';
    this.#state = reading.head;
    this.#pending = null;
    this.#head = headRequest;
    this.#keepBody = keepBody;
    if (this.#keptBytes > 0) this.#kept = [];
    this.#keptBytes = 0;
  }

  /** The kept start of the body. */
  body(): Buffer {
    return Buffer.concat(this.#kept);
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
        const end = known ? this.#frame(this.#memo.head, this.#memo.length) : this.#readHead(head, from, to);
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

  /** Reads status line and headers from [from, to). Returns the index after them, 0 if they are not complete, -1 if wrong. */
  #readHead(b: Buffer, from: number, to: number): number {
    // "HTTP/1.x NNN" is 12 bytes; a shorter start must at least agree with it.
    const prefix = Math.min(7, to - from);
    for (let i = 0; i < prefix; i += 1)
      if (b[from + i] !== httpSlash[i]) return this.#wrong('the answer does not start with HTTP/1.');
    if (to - from < 13) return 0;
    const minor = (b[from + 7] ?? 0) - 48;
    if (minor !== 1 && minor !== 0)
      return this.#wrong('the version of the answer is neither HTTP/1.1 nor HTTP/1.0');
    if (b[from + 8] !== 32) return this.#wrong('no space after the version of the answer');
    const d1 = (b[from + 9] ?? 0) - 48;
    const d2 = (b[from + 10] ?? 0) - 48;
    const d3 = (b[from + 11] ?? 0) - 48;
    if (d1 < 1 || d1 > 9 || d2 < 0 || d2 > 9 || d3 < 0 || d3 > 9)
      return this.#wrong('the status is not a number of three digits');
    let at = from + 12;
    if (b[at] !== 32 && b[at] !== CR) return this.#wrong('the status is not a number of three digits');
    while (at < to && isFieldByte[b[at] ?? 0] === 1) at += 1;
    if (at + 1 >= to) return 0;
    if (b[at] !== CR || b[at + 1] !== LF) return this.#wrong('the status line does not end in CR LF');
    at += 2;

    let contentLength = -1;
    let chunked = false;
    let transferCoded = false;
    let close = minor === 0;
    for (;;) {
      if (at >= to) return 0;
      if (b[at] === CR) {
        if (at + 1 >= to) return 0;
        if (b[at + 1] !== LF) return this.#wrong('a header line is empty');
        at += 2;
        break;
      }
      const nameFrom = at;
      while (at < to && isToken[b[at] ?? 0] === 1) at += 1;
      if (at >= to) return 0;
      const nameLength = at - nameFrom;
      if (b[at] !== 58 || nameLength === 0)
        return this.#wrong('a header line has no name followed by a colon');
      at += 1;
      while (at < to && (b[at] === 32 || b[at] === 9)) at += 1;
      const valueFrom = at;
      while (at < to && isFieldByte[b[at] ?? 0] === 1) at += 1;
      if (at + 1 >= to) return 0;
      if (b[at] !== CR || b[at + 1] !== LF) return this.#wrong('a header line does not end in CR LF');
      const valueTo = at;
      at += 2;
      if (nameLength === 14 && named(b, nameFrom, 'content-length')) {
        if (contentLength !== -1) return this.#wrong('the answer has two Content-Length headers');
        contentLength = digits(b, valueFrom, valueTo);
        if (contentLength < 0) return this.#wrong('the Content-Length is not a number');
      } else if (nameLength === 17 && named(b, nameFrom, 'transfer-encoding')) {
        if (transferCoded) return this.#wrong('the answer has two Transfer-Encoding headers');
        transferCoded = true;
        const codings = b
          .toString('latin1', valueFrom, valueTo)
          .toLowerCase()
          .split(',')
          .map((coding) => coding.replace(/^ +| +$/g, ''));
        if (codings.includes('')) return this.#wrong('the Transfer-Encoding names no coding');
        // RFC 9110 §5.6.3 allows it, but parsers differ in whether "chunked" with a tab is chunked: Node's says no.
        if (codings.some((coding) => coding.includes('\t')))
          return this.#wrong('the Transfer-Encoding holds a tab');
        chunked = codings.at(-1) === 'chunked';
        if (codings.indexOf('chunked') !== -1 && codings.indexOf('chunked') !== codings.length - 1)
          return this.#wrong('chunked is not the last transfer coding');
      } else if (nameLength === 10 && named(b, nameFrom, 'connection')) {
        // The usual value first: it costs no string.
        if (valueTo - valueFrom === 10 && named(b, valueFrom, 'keep-alive')) {
          if (minor === 0) close = false;
        } else {
          const options = b.toString('latin1', valueFrom, valueTo).toLowerCase();
          if (options.includes('close')) close = true;
          else if (options.includes('keep-alive') && minor === 0) close = false;
        }
      }
    }
    if (at - from > this.#limits.headBytes)
      return this.#wrong(`the headers are longer than ${this.#limits.headBytes} bytes`);
    if (transferCoded && contentLength !== -1)
      return this.#wrong('the answer has both Content-Length and Transfer-Encoding');
    if (transferCoded && minor === 0) return this.#wrong('an HTTP/1.0 answer has a Transfer-Encoding');

    this.status = d1 * 100 + d2 * 10 + d3;
    if (this.status < 200) return close ? this.#wrong('an interim answer closes the connection') : at;
    const head = { status: this.status, close, chunked, contentLength };
    if (from === 0) this.#memo.keep(b, at, head);
    return this.#frame(head, at);
  }

  /** Prepares for the body that the head announces. Returns `end`, the index after the head; -1 if it is too long. */
  #frame({ status, close, chunked, contentLength }: Head, end: number): number {
    this.status = status;
    this.keepAlive = !close;
    if (this.#head || this.status === 204 || this.status === 304) {
      this.#state = reading.done;
    } else if (chunked) {
      this.#state = reading.chunkSize;
      this.#remaining = 0;
      this.#sizeDigits = 0;
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

  /** Reads body bytes from [at, to). Returns the index after the last byte taken, -1 if wrong. */
  #readBody(b: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to) {
      switch (this.#state) {
        case reading.length:
        case reading.chunkData:
        case reading.toClose: {
          const take = this.#state === reading.toClose ? to - at : Math.min(this.#remaining, to - at);
          this.bodyBytes += take;
          if (this.bodyBytes > this.#limits.bodyBytes)
            return this.#wrong(`the body is longer than ${this.#limits.bodyBytes} bytes`, 'oversized');
          if (this.#keepBody && this.#keptBytes < this.#limits.keptBytes) this.#keep(b, at, at + take);
          at += take;
          if (this.#state === reading.toClose) return at;
          this.#remaining -= take;
          if (this.#remaining > 0) return at;
          if (this.#state === reading.length) {
            this.#state = reading.done;
            return at;
          }
          this.#state = reading.chunkCr;
          break;
        }
        case reading.chunkSize: {
          const digit = hexDigit(b[at] ?? 0);
          if (digit >= 0) {
            this.#remaining = this.#remaining * 16 + digit;
            this.#sizeDigits += 1;
            if (this.#sizeDigits > 12) return this.#wrong('a chunk size is too long');
            at += 1;
            break;
          }
          if (this.#sizeDigits === 0) return this.#wrong('a chunk has no size');
          this.#lineBytes = 0;
          if (b[at] === CR) this.#state = reading.chunkSizeLf;
          else if (b[at] === SEMICOLON) this.#extension();
          else return this.#wrong('a chunk size is not a hexadecimal number');
          at += 1;
          break;
        }
        // RFC 9112 §7.1.1, without the blanks that it calls bad: *( ";" name [ "=" ( token / quoted-string ) ] ).
        case reading.extensionName:
        case reading.extensionValue:
        case reading.extensionQuoted:
        case reading.extensionEscaped:
        case reading.extensionEnd:
          if (!this.#readExtension(b[at] ?? 0)) return this.#wrong('a chunk extension is not well formed');
          this.#lineBytes += 1;
          if (this.#lineBytes > this.#limits.headBytes) return this.#wrong('a chunk extension is endless');
          at += 1;
          break;
        case reading.chunkSizeLf:
          if (b[at] !== LF) return this.#wrong('a chunk size does not end in CR LF');
          at += 1;
          if (this.#remaining === 0) {
            this.#state = reading.trailerStart;
            this.#lineBytes = 0;
          } else if (this.bodyBytes + this.#remaining > this.#limits.bodyBytes) {
            return this.#wrong(`the body is longer than ${this.#limits.bodyBytes} bytes`, 'oversized');
          } else this.#state = reading.chunkData;
          break;
        case reading.chunkCr:
          if (b[at] !== CR) return this.#wrong('a chunk is longer than its size says');
          this.#state = reading.chunkLf;
          at += 1;
          break;
        case reading.chunkLf:
          if (b[at] !== LF) return this.#wrong('a chunk does not end in CR LF');
          this.#state = reading.chunkSize;
          this.#sizeDigits = 0;
          at += 1;
          break;
        case reading.trailerStart:
          if (b[at] === CR) this.#state = reading.endLf;
          else if (isToken[b[at] ?? 0] === 1) {
            this.#state = reading.trailerName;
            this.#name = '';
            break;
          } else return this.#wrong('a trailer line has no name');
          at += 1;
          break;
        case reading.trailerName:
          if (isToken[b[at] ?? 0] === 1) {
            if (this.#name.length < 32) this.#name += String.fromCharCode(b[at] ?? 0).toLowerCase();
          } else if (b[at] !== 58) return this.#wrong('a trailer line has no name followed by a colon');
          // RFC 9110 §6.5.1: what frames an answer must not come after it.
          else if (this.#name === 'content-length' || this.#name === 'transfer-encoding')
            return this.#wrong(`a trailer sets ${this.#name}`);
          else this.#state = reading.trailer;
          this.#lineBytes += 1;
          if (this.#lineBytes > this.#limits.headBytes) return this.#wrong('the trailers are endless');
          at += 1;
          break;
        case reading.trailer:
          if (b[at] === CR) this.#state = reading.trailerLf;
          else if (isFieldByte[b[at] ?? 0] !== 1) return this.#wrong('a trailer holds a control character');
          this.#lineBytes += 1;
          if (this.#lineBytes > this.#limits.headBytes) return this.#wrong('the trailers are endless');
          at += 1;
          break;
        case reading.trailerLf:
          if (b[at] !== LF) return this.#wrong('a trailer line does not end in CR LF');
          this.#state = reading.trailerStart;
          at += 1;
          break;
        case reading.endLf:
          if (b[at] !== LF) return this.#wrong('the chunked body does not end in CR LF');
          this.#state = reading.done;
          return at + 1;
        default:
          return at;
      }
    }
    return at;
  }

  /** A chunk extension begins. */
  #extension(): void {
    this.#state = reading.extensionName;
    this.#tokenBytes = 0;
  }

  /** Takes one byte of a chunk extension; false if it can't stand there. */
  #readExtension(c: number): boolean {
    const token = isToken[c] === 1;
    switch (this.#state) {
      case reading.extensionQuoted:
        if (c === QUOTE) this.#state = reading.extensionEnd;
        else if (c === BACKSLASH) this.#state = reading.extensionEscaped;
        return isFieldByte[c] === 1;
      case reading.extensionEscaped:
        this.#state = reading.extensionQuoted;
        return isFieldByte[c] === 1;
      case reading.extensionName:
      case reading.extensionValue:
        if (token) {
          this.#tokenBytes += 1;
          return true;
        }
        if (this.#tokenBytes === 0) {
          if (this.#state === reading.extensionName || c !== QUOTE) return false;
          this.#state = reading.extensionQuoted;
          return true;
        }
        if (this.#state === reading.extensionName && c === EQUALS) {
          this.#state = reading.extensionValue;
          this.#tokenBytes = 0;
          return true;
        }
        break;
      default:
    }
    if (c === SEMICOLON) this.#extension();
    else if (c === CR) this.#state = reading.chunkSizeLf;
    else return false;
    return true;
  }

  #keep(b: Buffer, from: number, to: number): void {
    const part = Buffer.from(b.subarray(from, Math.min(to, from + this.#limits.keptBytes - this.#keptBytes)));
    this.#kept.push(part);
    this.#keptBytes += part.length;
  }
}

const httpSlash = Buffer.from('HTTP/1.');

function table(holds: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (holds(code) ? 1 : 0));
}

/** Compares a header name, letter case aside, with a name in lower case. */
function named(b: Buffer, from: number, name: string): boolean {
  for (let i = 0; i < name.length; i += 1) if (((b[from + i] ?? 0) | 32) !== name.charCodeAt(i)) return false;
  return true;
}

/** A non-negative decimal number with trailing blanks allowed; -1 if it is none, or too long to be exact. */
function digits(b: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && (b[end - 1] === 32 || b[end - 1] === 9)) end -= 1;
  if (end === from || end - from > 15) return -1;
  let value = 0;
  for (let i = from; i < end; i += 1) {
    const digit = (b[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
