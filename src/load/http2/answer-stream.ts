import type { ClientHttp2Stream } from 'node:http2';

/** What comes of one stream; after `ended` or `broken`, nothing. */
export type AnswerListener = {
  /** The status and fields of the final answer: names and values in turn. */
  head(status: number, fields: readonly string[]): void;
  data(chunk: Buffer): void;
  /** The server has ended the stream properly (END_STREAM). */
  ended(): void;
  /** Null: the stream or its connection was closed without an error. */
  broken(error: NodeJS.ErrnoException | null): void;
};

/** Informational answers (1xx) before the answer. A server that sends more has no answer to give. */
const mostInformational = 100;

/** Reads the answer that comes on a stream. */
export class AnswerStream {
  readonly stream: ClientHttp2Stream;
  #listener: AnswerListener | null;
  #complete = false;
  #informational = 0;

  constructor(stream: ClientHttp2Stream, listener: AnswerListener) {
    this.stream = stream;
    this.#listener = listener;
    this.#watchEnd();
    stream.on('headers', () => {
      this.#informational += 1;
      if (this.#informational > mostInformational)
        this.#break(new Error(`more than ${mostInformational} informational answers (1xx)`));
    });
    stream.on('response', (headers, _flags, fields) => this.#listener?.head(headers[':status'] ?? 0, fields));
    stream.on('data', (chunk: Buffer) => this.#listener?.data(chunk));
    stream.on('end', () => {
      if (!this.#complete) return;
      const listening = this.#listener;
      this.#listener = null;
      listening?.ended();
    });
    stream.on('error', (error) => this.#break(error));
    stream.on('close', () => this.#break(null));
  }

  /** Nothing more is reported; a stream that still runs is closed (RST_STREAM, CANCEL). */
  detach(): void {
    this.#listener = null;
    const { stream } = this;
    const over = this.#complete && stream.writableFinished;
    // 8: CANCEL, RFC 9113 §7.
    if (!over && !stream.destroyed && !stream.closed) stream.close(8);
  }

  #break(error: Error | null): void {
    const listening = this.#listener;
    this.#listener = null;
    listening?.broken(error);
  }

  /**
   * Node emits `end` for a stream that was cut off as well, if it was with NO_ERROR or CANCEL, or with the connection.
   * Only an end that comes while the stream is open is END_STREAM.
   */
  #watchEnd(): void {
    const { stream } = this;
    const push = stream.push.bind(stream);
    stream.push = (chunk, encoding) => {
      if (chunk === null && !stream.closed) this.#complete = true;
      return push(chunk, encoding);
    };
  }
}
