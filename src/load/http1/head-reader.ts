import { COLON, CR, digits, isFieldByte, isToken, LF, named } from './answer-bytes.ts';
import { type Head, noHead } from './head-memo.ts';

const httpSlash = Buffer.from('HTTP/1.');

/** Reads status lines and headers. */
export class HeadReader {
  /** What was wrong; empty if nothing was. */
  problem = '';
  /** Of the last complete head. */
  head: Head = noHead;

  /** Reads the head in [from, to). Returns the index after it, 0 if it is not complete, -1 if it is wrong. */
  read(b: Buffer, from: number, to: number): number {
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
    let setsCookies = false;
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
      if (b[at] !== COLON || nameLength === 0)
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
      } else if (nameLength === 10 && named(b, nameFrom, 'set-cookie')) setsCookies = true;
    }
    if (transferCoded && contentLength !== -1)
      return this.#wrong('the answer has both Content-Length and Transfer-Encoding');
    if (transferCoded && minor === 0) return this.#wrong('an HTTP/1.0 answer has a Transfer-Encoding');
    const status = d1 * 100 + d2 * 10 + d3;
    if (status < 200 && close) return this.#wrong('an interim answer closes the connection');
    const textMatters = setsCookies || d1 === 3 || status === 401;
    this.head = { status, close, chunked, contentLength, setsCookies, textMatters };
    return at;
  }

  #wrong(problem: string): -1 {
    this.problem = problem;
    return -1;
  }
}

/** Values of the header lines of that name (lower case) in a complete head, in their order, blanks around them taken off. */
export function headerValues(head: string, name: string): readonly string[] {
  const values: string[] = [];
  for (let line = head.indexOf('\r\n') + 2; line < head.length; ) {
    const end = head.indexOf('\r\n', line);
    const colon = line + name.length;
    if (head.charCodeAt(colon) === COLON && head.slice(line, colon).toLowerCase() === name)
      values.push(head.slice(colon + 1, end).replace(/^[ \t]+|[ \t]+$/g, ''));
    line = end + 2;
  }
  return values;
}
