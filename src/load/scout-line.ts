import type { Client, Engine, WireRequest } from './engine.ts';

/** One connection over which single requests go, one after the other. */
export class ScoutLine {
  readonly client: Client;
  #ended: () => void = () => {};

  constructor(engine: Engine) {
    this.client = engine.client(() => this.#ended());
  }

  /** True: a complete answer came, and `client` holds it until the next request. */
  ask(request: WireRequest, timeoutMs: number, stop?: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const late = setTimeout(() => this.client.cancel('timeout'), timeoutMs);
    const give = (): void => this.client.cancel('aborted');
    stop?.addEventListener('abort', give, { once: true });
    this.#ended = () => {
      clearTimeout(late);
      stop?.removeEventListener('abort', give);
      resolve(this.client.exchange.failure === null);
    };
    this.client.send(request);
    return promise;
  }

  close(): void {
    this.client.close();
  }
}
