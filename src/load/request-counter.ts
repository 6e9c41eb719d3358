/** A head that is longer than this is no request of ours. */
const longestHead = 65_536;
const endOfHead = Buffer.from('\r\n\r\n', 'latin1');
const lengthField = /\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n/i;

/** Counts the requests that end in a connection's bytes. It knows heads and `content-length`, and nothing else of HTTP. */
export class RequestCounter {
  /** Bytes of a body that are still to come. */
  #bodyBytes = 0;
  /** The start of a head that is not whole yet. */
  #head: Buffer | null = null;

  /** How many requests ended in these bytes; null: this is no HTTP, and the connection can't be followed further. */
  feed(bytes: Buffer): number | null {
    let at = 0;
    let rest = bytes;
    if (this.#head !== null) {
      rest = Buffer.concat([this.#head, bytes]);
      this.#head = null;
    }
    let ended = 0;
    while (at < rest.length) {
      if (this.#bodyBytes > 0) {
        const here = Math.min(this.#bodyBytes, rest.length - at);
        this.#bodyBytes -= here;
        at += here;
        if (this.#bodyBytes === 0) ended += 1;
        continue;
      }
      const end = rest.indexOf(endOfHead, at);
      if (end === -1) {
        if (rest.length - at > longestHead) return null;
        this.#head = Buffer.from(rest.subarray(at));
        return ended;
      }
      // GET and HEAD have no body here: for them, which are most, the head isn't looked at.
      const first = rest[at];
      this.#bodyBytes =
        first === letterG || first === letterH ? 0 : bodyBytesOf(rest.toString('latin1', at, end + 2));
      at = end + endOfHead.length;
      if (this.#bodyBytes === 0) ended += 1;
    }
    return ended;
  }
}

const letterG = 'G'.charCodeAt(0);
const letterH = 'H'.charCodeAt(0);

function bodyBytesOf(head: string): number {
  return Number(lengthField.exec(head)?.[1] ?? 0);
}
