/** What a head says of the answer. */
export type Head = {
  readonly status: number;
  readonly close: boolean;
  readonly chunked: boolean;
  /** -1: not said. */
  readonly contentLength: number;
  /** It has Set-Cookie lines. */
  readonly setsCookies: boolean;
  /** Its lines may be asked for: it sets cookies, redirects (3xx) or challenges (401). */
  readonly textMatters: boolean;
};

/** Before any head was read. */
export const noHead: Head = {
  status: 0,
  close: true,
  chunked: false,
  contentLength: -1,
  setsCookies: false,
  textMatters: false,
};

/** Longer heads are not kept. */
const keptBytes = 2048;

/**
 * The last complete head and what it said. A server sends the same head again and again, but for its Date, which
 * changes once a second; comparing it by words of four bytes takes an eighth of the time of reading it byte by byte.
 * Nothing but the same bytes counts as the same head. One memo serves all readers of a thread that have the same limits.
 */
export class HeadMemo {
  readonly #kept = new Uint32Array(keptBytes / 4);
  readonly #keptView = new Uint8Array(this.#kept.buffer);
  /** Bytes of the head; 0: none is kept. */
  length = 0;
  head: Head = noHead;
  /** Its text, made when it is first asked for. */
  #text: string | null = null;
  /** The chunk that was looked at last, by words: an engine reads into one buffer only. */
  #chunk: Buffer | null = null;
  #words: Uint32Array = new Uint32Array(0);

  /** True if the bytes [0, length) of the chunk begin with the kept head. */
  begins(chunk: Buffer, length: number): boolean {
    const bytes = this.length;
    if (bytes === 0 || length < bytes || !this.#look(chunk)) return false;
    const kept = this.#kept;
    const words = this.#words;
    const whole = bytes >> 2;
    for (let i = 0; i < whole; i += 1) if (kept[i] !== words[i]) return false;
    for (let i = whole << 2; i < bytes; i += 1) if (this.#keptView[i] !== chunk[i]) return false;
    return true;
  }

  /** Keeps the complete head [0, length) of the chunk. */
  keep(chunk: Buffer, length: number, head: Head): void {
    if (length > keptBytes || !this.#look(chunk)) return;
    const words = this.#words;
    const whole = length >> 2;
    for (let i = 0; i < whole; i += 1) this.#kept[i] = words[i] ?? 0;
    for (let i = whole << 2; i < length; i += 1) this.#keptView[i] = chunk[i] ?? 0;
    this.length = length;
    this.head = head;
    this.#text = null;
  }

  /** The kept head as text, Latin-1. */
  text(): string {
    this.#text ??= Buffer.from(this.#kept.buffer, 0, this.length).toString('latin1');
    return this.#text;
  }

  /** False if the chunk can't be seen as words. */
  #look(chunk: Buffer): boolean {
    if (chunk === this.#chunk) return true;
    if (chunk.byteOffset % 4 !== 0) return false;
    this.#words = new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.length >> 2);
    this.#chunk = chunk;
    return true;
  }
}
