import type { Failure } from '../engine.ts';
import { type ConnectionListener, Http2Connection, type Http2Shared } from './http2-connection.ts';

/** Who wants to open a stream. */
export type Waiter = {
  /** A connection is being made for this waiter. */
  opening(): void;
  /** A stream may be opened. `opened`: the connection was made for this waiter. */
  start(connection: Http2Connection, opened: boolean): void;
  notConnected(failure: Failure, problem: string): void;
};

/**
 * Lends the streams of at most so many sessions, first come, first served: an idle session, or a new one, or the one
 * with the fewest streams under way. Sessions are closed when the last member has left.
 */
export class SessionPool implements ConnectionListener {
  readonly #shared: Http2Shared;
  readonly #sessions: number;
  readonly #streams: number;
  /** Those that are being connected or take streams. */
  readonly #connections = new Set<Http2Connection>();
  readonly #openers = new Map<Http2Connection, Waiter>();
  readonly #waiting = new Set<Waiter>();
  readonly #members = new Set<Waiter>();

  /** `streams`: at a time on one session, if the server allows as many. */
  constructor(shared: Http2Shared, { sessions, streams }: { sessions: number; streams: number }) {
    this.#shared = shared;
    this.#sessions = sessions;
    this.#streams = streams;
  }

  /** Calls `start` or `opening` at once, or later: when it is this waiter's turn. */
  acquire(waiter: Waiter): void {
    this.#members.add(waiter);
    const offer = this.#waiting.size > 0 ? null : this.#offer();
    if (offer === null) this.#waiting.add(waiter);
    else this.#accept(offer, waiter);
  }

  /** Gives a stream back. `drop`: its connection is not used again. */
  release(connection: Http2Connection, drop: boolean): void {
    connection.active -= 1;
    if (drop) connection.leave();
    this.changed(connection);
  }

  /** Takes back a wish that was not fulfilled yet. */
  abandon(waiter: Waiter): void {
    this.#waiting.delete(waiter);
    for (const [connection, opener] of this.#openers) {
      if (opener !== waiter) continue;
      this.#shared.connectErrors += 1;
      this.#forget(connection);
      connection.drop();
      this.#serveWaiting();
      return;
    }
  }

  /** Sends no more; the last one to go closes the sessions. */
  quit(waiter: Waiter): void {
    this.#members.delete(waiter);
    if (this.#members.size > 0) return;
    const connections = [...this.#connections];
    this.#connections.clear();
    this.#openers.clear();
    for (const connection of connections) connection.drop();
  }

  connected(connection: Http2Connection): void {
    const opener = this.#openers.get(connection);
    this.#openers.delete(connection);
    if (opener !== undefined) this.#lend(connection, opener, true);
  }

  notConnected(connection: Http2Connection, failure: Failure, problem: string): void {
    const opener = this.#openers.get(connection);
    this.#shared.connectErrors += 1;
    this.#forget(connection);
    this.#serveWaiting();
    opener?.notConnected(failure, problem);
  }

  changed(connection: Http2Connection): void {
    if (!connection.usable) {
      this.#forget(connection);
      if (connection.active === 0) connection.drop();
    }
    this.#serveWaiting();
  }

  #serveWaiting(): void {
    for (const waiter of this.#waiting) {
      const offer = this.#offer();
      if (offer === null) return;
      // Taken off first: `start` may lead here again.
      this.#waiting.delete(waiter);
      this.#accept(offer, waiter);
    }
  }

  /** A connection with a free stream, or leave to make one; null: neither. */
  #offer(): Http2Connection | 'new' | null {
    let freest: Http2Connection | null = null;
    for (const connection of this.#connections) {
      if (connection.connecting) continue;
      if (!connection.usable) {
        this.#connections.delete(connection);
        if (connection.active === 0) connection.drop();
      } else if (
        connection.active < Math.min(this.#streams, connection.streamLimit) &&
        (freest === null || connection.active < freest.active)
      )
        freest = connection;
    }
    if (freest !== null && freest.active === 0) return freest;
    return this.#connections.size < this.#sessions ? 'new' : freest;
  }

  #accept(offer: Http2Connection | 'new', waiter: Waiter): void {
    if (offer !== 'new') {
      this.#lend(offer, waiter, false);
      return;
    }
    const connection = new Http2Connection(this.#shared, this);
    this.#connections.add(connection);
    this.#openers.set(connection, waiter);
    waiter.opening();
  }

  #lend(connection: Http2Connection, waiter: Waiter, opened: boolean): void {
    connection.active += 1;
    waiter.start(connection, opened);
  }

  #forget(connection: Http2Connection): void {
    this.#connections.delete(connection);
    this.#openers.delete(connection);
  }
}
