import { COLON, CR, hexDigit, isFieldByte, isToken, LF } from './answer-bytes.ts';
import type { KeptBody } from './kept-body.ts';

/** What is being read. */
const reading = {
  size: 0,
  extensionName: 1,
  extensionValue: 2,
  extensionQuoted: 3,
  extensionEscaped: 4,
  extensionEnd: 5,
  sizeLf: 6,
  data: 7,
  dataCr: 8,
  dataLf: 9,
  trailerStart: 10,
  trailerName: 11,
  trailer: 12,
  trailerLf: 13,
  endLf: 14,
  done: 15,
} as const;

const QUOTE = 34;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKSLASH = 92;

/** Reads a chunked body (RFC 9112 §7.1): sizes with their extensions, data, trailers. */
export class ChunkReader {
  /** What was wrong; empty if nothing was. */
  problem = '';
  /** What was wrong is that the body is too long. */
  oversized = false;
  readonly #body: KeptBody;
  readonly #maxLineBytes: number;
  #state: number = reading.done;
  #remaining = 0;
  #sizeDigits = 0;
  #lineBytes = 0;
  /** Of the name or value of an extension. */
  #tokenBytes = 0;
  /** The start of a trailer's name. */
  #name = '';

  /** `maxLineBytes`: the longest extensions of a chunk, and the longest trailers. */
  constructor(body: KeptBody, maxLineBytes: number) {
    this.#body = body;
    this.#maxLineBytes = maxLineBytes;
  }

  begin(): void {
    this.#state = reading.size;
    this.#remaining = 0;
    this.#sizeDigits = 0;
    this.oversized = false;
  }

  /** The body is complete. */
  get done(): boolean {
    return this.#state === reading.done;
  }

  /** Reads bytes from [from, to). Returns the index after the last byte taken, -1 if wrong. */
  read(b: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to) {
      switch (this.#state) {
        case reading.data: {
          const take = Math.min(this.#remaining, to - at);
          if (!this.#body.add(b, at, at + take)) return this.#tooLong();
          at += take;
          this.#remaining -= take;
          if (this.#remaining > 0) return at;
          this.#state = reading.dataCr;
          break;
        }
        case reading.size: {
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
          if (b[at] === CR) this.#state = reading.sizeLf;
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
          if (this.#lineBytes > this.#maxLineBytes) return this.#wrong('a chunk extension is endless');
          at += 1;
          break;
        case reading.sizeLf:
          if (b[at] !== LF) return this.#wrong('a chunk size does not end in CR LF');
          at += 1;
          if (this.#remaining === 0) {
            this.#state = reading.trailerStart;
            this.#lineBytes = 0;
          } else if (!this.#body.has(this.#remaining)) return this.#tooLong();
          else this.#state = reading.data;
          break;
        case reading.dataCr:
          if (b[at] !== CR) return this.#wrong('a chunk is longer than its size says');
          this.#state = reading.dataLf;
          at += 1;
          break;
        case reading.dataLf:
          if (b[at] !== LF) return this.#wrong('a chunk does not end in CR LF');
          this.#state = reading.size;
          this.#sizeDigits = 0;
          at += 1;
          break;
        case reading.trailerStart:
        case reading.trailerName:
        case reading.trailer:
        case reading.trailerLf:
          if (!this.#readTrailer(b[at] ?? 0)) return -1;
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
    else if (c === CR) this.#state = reading.sizeLf;
    else return false;
    return true;
  }

  /** Takes one byte of the trailers; false if it can't stand there. */
  #readTrailer(c: number): boolean {
    switch (this.#state) {
      case reading.trailerStart:
        if (c === CR) {
          this.#state = reading.endLf;
          return true;
        }
        if (isToken[c] !== 1) return this.#faulty('a trailer line has no name');
        this.#state = reading.trailerName;
        this.#name = String.fromCharCode(c).toLowerCase();
        break;
      case reading.trailerName:
        if (isToken[c] === 1) {
          if (this.#name.length < 32) this.#name += String.fromCharCode(c).toLowerCase();
        } else if (c !== COLON) return this.#faulty('a trailer line has no name followed by a colon');
        // RFC 9110 §6.5.1: what frames an answer must not come after it.
        else if (this.#name === 'content-length' || this.#name === 'transfer-encoding')
          return this.#faulty(`a trailer sets ${this.#name}`);
        else this.#state = reading.trailer;
        break;
      case reading.trailer:
        if (c === CR) this.#state = reading.trailerLf;
        else if (isFieldByte[c] !== 1) return this.#faulty('a trailer holds a control character');
        break;
      default:
        if (c !== LF) return this.#faulty('a trailer line does not end in CR LF');
        this.#state = reading.trailerStart;
        return true;
    }
    this.#lineBytes += 1;
    return this.#lineBytes <= this.#maxLineBytes || this.#faulty('the trailers are endless');
  }

  #tooLong(): -1 {
    this.oversized = true;
    return this.#wrong(`the body is longer than ${this.#body.maxBytes} bytes`);
  }

  #wrong(problem: string): -1 {
    this.problem = problem;
    return -1;
  }

  #faulty(problem: string): false {
    this.problem = problem;
    return false;
  }
}
