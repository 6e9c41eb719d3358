import net, { type Socket } from 'node:net';
import type { Query } from '../server-config.ts';

/** Connections to the backing process: each is asked one query at a time; who finds none free waits in line. */
export class BackingClient {
  readonly #port: number;
  readonly #most: number;
  readonly #free: Connection[] = [];
  readonly #line: ((connection: Connection) => void)[] = [];
  #open = 0;

  /** `most` null: as many as are asked for. */
  constructor(port: number, most: number | null) {
    this.#port = port;
    this.#most = most ?? Number.POSITIVE_INFINITY;
  }

  /** Rejects when the backing process took no connection, or ended it. */
  async query(query: Query): Promise<void> {
    const connection = await this.#take();
    try {
      await connection.query(query);
    } finally {
      this.#give(connection);
    }
  }

  #take(): Promise<Connection> {
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#open >= this.#most) return new Promise((resolve) => this.#line.push(resolve));
    this.#open += 1;
    return Promise.resolve(new Connection(this.#port));
  }

  #give(connection: Connection): void {
    if (connection.isClosed) {
      this.#open -= 1;
      const next = this.#line.shift();
      if (next !== undefined) {
        this.#open += 1;
        next(new Connection(this.#port));
      }
      return;
    }
    const next = this.#line.shift();
    if (next === undefined) this.#free.push(connection);
    else next(connection);
  }
}

class Connection {
  isClosed = false;
  readonly #socket: Socket;
  #answered: ((error: Error | null) => void) | null = null;

  constructor(port: number) {
    this.#socket = net.connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.on('data', () => this.#end(null));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.isClosed = true;
      this.#end(new Error('the backing process closed the connection'));
    });
  }

  query(query: Query): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered = (error) => (error === null ? resolve() : reject(error));
      if (this.isClosed) this.#end(new Error('the backing process closed the connection'));
      else this.#socket.write(`${JSON.stringify(query)}\n`);
    });
  }

  #end(error: Error | null): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(error);
  }
}
