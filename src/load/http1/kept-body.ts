/** Counts the bytes of a body, its framing taken off, and keeps their start if somebody wants to look into it. */
export class KeptBody {
  bytes = 0;
  /** The longest body that is taken. */
  readonly maxBytes: number;
  readonly #maxKept: number;
  #keep = false;
  #parts: Buffer[] = [];
  #kept = 0;

  /** `maxKept`: how much of the body is kept, in bytes. */
  constructor(maxBytes: number, maxKept: number) {
    this.maxBytes = maxBytes;
    this.#maxKept = maxKept;
  }

  begin(keep: boolean): void {
    this.bytes = 0;
    this.#keep = keep;
    if (this.#kept > 0) this.#parts = [];
    this.#kept = 0;
  }

  /** Counts and keeps the bytes [from, to); false: the body is too long. */
  add(b: Buffer, from: number, to: number): boolean {
    this.bytes += to - from;
    if (this.bytes > this.maxBytes) return false;
    if (this.#keep && this.#kept < this.#maxKept) {
      const part = Buffer.from(b.subarray(from, Math.min(to, from + this.#maxKept - this.#kept)));
      this.#parts.push(part);
      this.#kept += part.length;
    }
    return true;
  }

  /** False: a body that goes on for so many bytes will be too long. */
  has(room: number): boolean {
    return this.bytes + room <= this.maxBytes;
  }

  /** What is kept. */
  start(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
