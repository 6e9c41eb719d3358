import net from 'node:net';
import tls from 'node:tls';
import type { Address, Failure, TlsTo } from '../engine.ts';
import { failureOf, tlsOptions } from '../http1/http1-engine.ts';

export type DialListener = {
  /** TCP is set up, and TLS with HTTP/2 agreed upon. */
  connected(socket: net.Socket): void;
  failed(failure: Failure, problem: string): void;
};

/** The TLS session that the next connection may take up; null: none yet. */
export type TlsMemory = { session: Buffer | null };

/** Opens a connection that speaks HTTP/2; tells its end once, and never within this call. */
export function dial(address: Address, memory: TlsMemory, listener: DialListener): { cancel(): void } {
  let settled = false;
  let socket: net.Socket | null = null;
  const fail = (failure: Failure, problem: string): void => {
    if (settled) return;
    settled = true;
    socket?.destroy();
    listener.failed(failure, problem);
  };
  const connected = (open: net.Socket): void => {
    if (settled) return;
    if (open instanceof tls.TLSSocket && open.alpnProtocol !== 'h2') {
      fail('tls', `the server does not speak HTTP/2: it ${choiceOf(open.alpnProtocol)} in the TLS handshake`);
      return;
    }
    settled = true;
    listener.connected(open);
  };
  if (address.proxy !== null) {
    setImmediate(fail, 'unreachable', 'HTTP/2 does not go through a proxy');
  } else {
    const opening =
      address.tls === null ? overTcp(address, connected) : overTls(address, address.tls, memory, connected);
    socket = opening;
    opening.on('error', (error: NodeJS.ErrnoException) =>
      fail(failureOf(error, true, address.tls !== null), problemOf(error)),
    );
    opening.on('close', () =>
      fail(address.tls === null ? 'reset' : 'tls', 'the server closed the connection at once'),
    );
  }
  return {
    cancel: () => {
      settled = true;
      socket?.destroy();
    },
  };
}

function overTcp({ to }: Address, connected: (socket: net.Socket) => void): net.Socket {
  const socket: net.Socket = net.connect(
    to.kind === 'unix' ? { path: to.path } : { host: to.host, port: to.port, noDelay: true },
    () => connected(socket),
  );
  return socket;
}

function overTls(
  { to }: Address,
  options: TlsTo,
  memory: TlsMemory,
  connected: (socket: net.Socket) => void,
): net.Socket {
  const socket: tls.TLSSocket = tls.connect(
    {
      ...tlsOptions(options),
      ...(to.kind === 'unix' ? { path: to.path } : { host: to.host, port: to.port }),
      ...(options.resume && memory.session !== null ? { session: memory.session } : {}),
      ALPNProtocols: ['h2'],
    },
    () => connected(socket),
  );
  socket.setNoDelay(true);
  if (options.resume)
    socket.on('session', (session) => {
      memory.session = session;
    });
  return socket;
}

function choiceOf(protocol: string | false | null): string {
  return protocol === false || protocol === null ? 'chose no protocol' : `chose ${protocol}`;
}

function problemOf(error: NodeJS.ErrnoException): string {
  return error.code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'
    ? 'the server does not speak HTTP/2: it refused the protocol h2 in the TLS handshake'
    : error.message;
}
