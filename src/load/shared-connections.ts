import type { Client, Engine, Exchange, WireRequest } from './engine.ts';
import { blankExchange } from './exchange.ts';

/** What can be read of an answer once it is complete. */
export type AnswerView = Pick<Client, 'body' | 'setsCookies' | 'headers'>;

/** A client whose last answer can be taken away from it, so that the next request does not overwrite it. */
export type LendableClient = Client & { takeAnswer(): AnswerView };

export type LendingEngine = Omit<Engine, 'client'> & { client(ended: () => void): LendableClient };

/**
 * An engine whose clients share at most so many connections of another: a client that finds none free waits, first come,
 * first served, and its exchange starts when its turn has come. The connections are closed when the last client is.
 */
export function shareConnections(engine: LendingEngine, connections: number, now: () => number): Engine {
  const pool = new Pool(engine, connections, now);
  return {
    client: (ended) => new SharingClient(pool, ended),
    get openConnections() {
      return engine.openConnections;
    },
    get connectErrors() {
      return engine.connectErrors;
    },
  };
}

class Pool {
  readonly now: () => number;
  readonly #engine: LendingEngine;
  readonly #connections: number;
  readonly #all: Lane[] = [];
  /** The last that was used is used first: fewer connections grow old. */
  readonly #free: Lane[] = [];
  /** Clients that may hold or want a connection. */
  #members = 0;
  /** The line of those who wait is threaded through the clients, so that one may leave it anywhere. */
  #first: SharingClient | null = null;
  #last: SharingClient | null = null;

  constructor(engine: LendingEngine, connections: number, now: () => number) {
    this.#engine = engine;
    this.#connections = connections;
    this.now = now;
  }

  join(): void {
    this.#members += 1;
  }

  leave(): void {
    this.#members -= 1;
    if (this.#members === 0) for (const lane of this.#all) lane.client.close();
  }

  /** Somebody waits. */
  get isWanted(): boolean {
    return this.#first !== null;
  }

  /** Starts the client's request, or lets it wait for its turn. */
  ask(client: SharingClient): void {
    const lane = this.#first === null ? this.#takeLane() : null;
    if (lane !== null) {
      client.start(lane);
      return;
    }
    client.before = this.#last;
    if (this.#last === null) this.#first = client;
    else this.#last.after = client;
    this.#last = client;
  }

  /** Takes a client out of the line. */
  forget(client: SharingClient): void {
    const { before, after } = client;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    client.before = null;
    client.after = null;
  }

  /** The lane's exchange is over: the next in the line has it. */
  free(lane: Lane): void {
    lane.holder = null;
    const next = this.#first;
    if (next === null) {
      this.#free.push(lane);
      return;
    }
    this.forget(next);
    next.start(lane);
  }

  #takeLane(): Lane | null {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#all.length >= this.#connections) return null;
    const lane = new Lane(this.#engine, this);
    this.#all.push(lane);
    return lane;
  }
}

/** One of the connections. */
class Lane {
  readonly client: LendableClient;
  /** Whose exchange is under way. */
  holder: SharingClient | null = null;
  /** Whose answer came last. */
  reader: SharingClient | null = null;

  constructor(engine: LendingEngine, pool: Pool) {
    this.client = engine.client(() => {
      const { holder } = this;
      this.reader = holder;
      this.holder = null;
      // If nobody waits, who sends again at once has it again. If somebody does, he stands behind them.
      const { isWanted } = pool;
      if (!isWanted) pool.free(this);
      holder?.finish(this.client);
      if (isWanted) pool.free(this);
    });
  }
}

const noBytes = Buffer.alloc(0);

class SharingClient implements Client {
  readonly exchange: Exchange = blankExchange();
  /** Neighbours in the line. */
  before: SharingClient | null = null;
  after: SharingClient | null = null;
  readonly #pool: Pool;
  readonly #ended: () => void;
  #isMember = false;
  #request: WireRequest | null = null;
  #lane: Lane | null = null;
  /** Where the last answer can be read. */
  #answer: AnswerView | null = null;

  constructor(pool: Pool, ended: () => void) {
    this.#pool = pool;
    this.#ended = ended;
  }

  send(request: WireRequest): void {
    if (!this.#isMember) this.#pool.join();
    this.#isMember = true;
    this.#answer = null;
    this.#request = request;
    this.#pool.ask(this);
  }

  /** Its turn has come. */
  start(lane: Lane): void {
    const request = this.#request;
    if (request === null) return;
    this.#request = null;
    this.#lane = lane;
    lane.holder = this;
    if (lane.reader !== this) lane.reader?.leave(lane.client);
    lane.reader = null;
    lane.client.send(request);
  }

  /** Somebody else sends over the connection that the last answer came from. */
  leave(client: LendableClient): void {
    if (this.#answer === client) this.#answer = client.takeAnswer();
  }

  /** Its exchange ended. */
  finish(client: Client): void {
    this.#lane = null;
    Object.assign(this.exchange, client.exchange);
    this.#answer = client;
    this.#ended();
  }

  cancel(as: 'timeout' | 'aborted'): void {
    if (this.#lane !== null) {
      this.#lane.client.cancel(as);
      return;
    }
    if (this.#request === null) return;
    this.#request = null;
    this.#pool.forget(this);
    const nowMs = this.#pool.now();
    Object.assign(this.exchange, blankExchange(), {
      failure: as,
      startMs: nowMs,
      endMs: nowMs,
      problem: `${as === 'timeout' ? 'timed out' : 'given up'} while it waited for a connection`,
    });
    this.#ended();
  }

  body(): Buffer {
    return this.#answer?.body() ?? noBytes;
  }

  get setsCookies(): boolean {
    return this.#answer?.setsCookies ?? false;
  }

  headers(name: string): readonly string[] {
    return this.#answer?.headers(name) ?? [];
  }

  close(): void {
    const lane = this.#lane;
    if (lane !== null) {
      this.#lane = null;
      lane.client.close();
      this.#pool.free(lane);
    } else if (this.#request !== null) {
      this.#pool.forget(this);
    }
    this.#request = null;
    if (!this.#isMember) return;
    this.#isMember = false;
    this.#pool.leave();
  }
}
