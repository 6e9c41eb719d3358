/**
 * Requests that follow an answer wait until every socket that is readable now was read, and go out together. The
 * answers' times are truer, since no write delays the reading of the next answer; and the target is woken less often,
 * which the sender's core pays for. A request's start is when it is written, so this waiting counts as send lag, not as
 * the target's time. Measured: 1 to 4 µs less a request, on a busy machine.
 */
export class Outbox {
  /** An answer is being handled: what is sent now follows it. */
  reading = false;
  #waiting: Sender[] = [];
  #spare: Sender[] = [];
  readonly #post = (): void => {
    const senders = this.#waiting;
    this.#waiting = this.#spare;
    for (const sender of senders) sender.post();
    senders.length = 0;
    this.#spare = senders;
  };

  /** `sender.post` is called once the sockets were read. */
  add(sender: Sender): void {
    if (this.#waiting.length === 0) setImmediate(this.#post);
    this.#waiting.push(sender);
  }
}

export type Sender = { post(): void };
