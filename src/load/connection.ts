import net from 'node:net';
import tls from 'node:tls';
import { type ConnectFailure, failureOf } from './connect-failure.ts';
import type { Address } from './engine.ts';
import { type Protocol, tlsOptions } from './tls-options.ts';
import { openTunnel, whereOf } from './tunnel.ts';

/** What all connections of a thread to an address share. */
export class Route {
  readonly address: Address;
  /** All connections read into it, one after the other; null: whoever is connected reads by himself. */
  readonly buffer: Buffer | null;
  readonly #secure: tls.ConnectionOptions | null;
  #ticket: Buffer | null = null;

  /** Throws if the certificates that the address names can't be used. */
  constructor(address: Address, protocol: Protocol, buffer: Buffer | null) {
    this.address = address;
    this.buffer = buffer;
    this.#secure = address.tls === null ? null : tlsOptions(address.tls, protocol);
  }

  /** Options for the next TLS connection; null: none is made. */
  secure(): tls.ConnectionOptions | null {
    return this.#ticket === null ? this.#secure : { ...this.#secure, session: this.#ticket };
  }

  /** Keeps the sessions that the server offers on the socket, if they may be taken up. */
  learn(socket: tls.TLSSocket): void {
    if (this.address.tls?.resume !== true) return;
    socket.on('session', (ticket) => {
      this.#ticket = ticket;
    });
  }
}

/** Who uses a connection. Nothing is told after {@link Connection.destroy}, and nothing within the constructor. */
export type ConnectionUser = {
  connected(connection: Connection): void;
  notConnected(connection: Connection, failure: ConnectFailure): void;
  /** So many bytes lie at the start of the route's buffer, until this call returns. */
  read(connection: Connection, length: number): void;
  /** After it was connected. Null: the server closed it. */
  ended(connection: Connection, error: NodeJS.ErrnoException | null): void;
};

/** One connection, from the first packet on: straight to the address or through its proxy's tunnel, plain or TLS. */
export class Connection {
  /** To write to, once connected. */
  socket: net.Socket;
  readonly #route: Route;
  readonly #user: ConnectionUser;
  #state: 'connecting' | 'connected' | 'over' = 'connecting';

  constructor(route: Route, user: ConnectionUser) {
    this.#route = route;
    this.#user = user;
    const { to, proxy } = route.address;
    const authority = proxy?.tunnelTo ?? null;
    this.socket =
      authority === null
        ? this.#open(null)
        : openTunnel(to, { authority, authorization: proxy?.authorization ?? null }, (failure) => {
            if (this.#state !== 'connecting') return;
            if (failure !== null) this.#fail(failure);
            else this.socket = this.#open(this.socket);
          });
  }

  destroy(): void {
    this.#state = 'over';
    this.socket.destroy();
  }

  /** Opens the connection, or goes on inside the tunnel. */
  #open(tunnel: net.Socket | null): net.Socket {
    const route = this.#route;
    const { buffer } = route;
    const connected = (): void => {
      if (this.#state !== 'connecting') return;
      this.#state = 'connected';
      this.#user.connected(this);
    };
    const read = (length: number): boolean => {
      if (this.#state !== 'over') this.#user.read(this, length);
      return true;
    };
    const onread = buffer === null ? {} : { onread: { buffer, callback: read } };
    const secure = route.secure();
    let socket: net.Socket;
    if (secure !== null) {
      // `onread` belongs to tls.connect too (Node's documentation names it), but not to its type.
      const where = tunnel === null ? { ...whereOf(route.address.to), ...onread } : { socket: tunnel };
      const secured = tls.connect({ ...secure, ...where }, connected);
      if (tunnel === null) secured.setNoDelay(true);
      route.learn(secured);
      socket = secured;
    } else if (tunnel === null) {
      socket = net.connect({ ...whereOf(route.address.to), noDelay: true, ...onread }, connected);
    } else {
      socket = tunnel;
      setImmediate(connected);
    }
    if (tunnel !== null && buffer !== null) {
      // Node has no `onread` for what goes over another socket, nor for a socket that was read before.
      socket.on('data', (bytes: Buffer) => {
        for (let from = 0; from < bytes.length; from += buffer.length)
          read(bytes.copy(buffer, 0, from, from + buffer.length));
      });
      socket.resume();
    }
    socket.on('error', (error: NodeJS.ErrnoException) => this.#ended(error));
    socket.on('end', () => this.#ended(null));
    socket.on('close', () => this.#ended(null));
    return socket;
  }

  #ended(error: NodeJS.ErrnoException | null): void {
    if (this.#state === 'over') return;
    if (this.#state === 'connected') {
      this.#state = 'over';
      this.#user.ended(this, error);
      return;
    }
    const overTls = this.#route.address.tls !== null;
    const failure = error === null ? (overTls ? 'tls' : 'reset') : failureOf(error, true, overTls);
    this.#fail({
      failure,
      problem: error?.message ?? 'the server closed the connection at once',
      hop: failure === 'tls' ? 'tls' : 'connection',
      code: error?.code ?? '',
    });
  }

  #fail(failure: ConnectFailure): void {
    this.#state = 'over';
    this.#user.notConnected(this, failure);
  }
}
