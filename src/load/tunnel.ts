import net from 'node:net';
import { type ConnectFailure, failureOf } from './connect-failure.ts';
import type { ProxyHop, SocketAddress } from './engine.ts';
import { HeadMemo } from './http1/head-memo.ts';
import { defaultReaderLimits, ResponseReader } from './http1/response-reader.ts';

/** Options of `net.connect` and `tls.connect`. */
export function whereOf(to: SocketAddress): { path: string } | { host: string; port: number } {
  return to.kind === 'unix' ? { path: to.path } : { host: to.host, port: to.port };
}

/**
 * Connects to a proxy and asks it for a tunnel (RFC 9110 §9.3.6). `settled` is called once, never within this call;
 * with null, the tunnel stands and the paused socket is the caller's.
 */
export function openTunnel(
  to: SocketAddress,
  { authority, authorization }: { authority: string; authorization: ProxyHop['authorization'] },
  settled: (failure: ConnectFailure | null) => void,
): net.Socket {
  const socket = net.connect({ ...whereOf(to), noDelay: true });
  const reader = new ResponseReader(defaultReaderLimits, new HeadMemo());
  // What a proxy sends after a 2xx is the tunnel's, whatever its headers say: as with HEAD, there is no body.
  reader.begin(true, false);
  let connected = false;
  const settle = (failure: ConnectFailure | null): void => {
    socket.off('data', read).off('error', broken).off('end', closed).off('close', closed);
    socket.on('error', () => {});
    if (failure !== null) socket.destroy();
    settled(failure);
  };
  const refused = (failure: ConnectFailure['failure'], problem: string): void =>
    settle({ failure, problem, hop: 'tunnel', code: '' });
  const read = (bytes: Buffer): void => {
    const state = reader.feed(bytes, bytes.length);
    const isGranted = reader.status >= 200 && reader.status < 300;
    if (state === 'more') return;
    if (reader.status >= 300)
      refused('unreachable', `the proxy answered ${reader.status} to CONNECT ${authority}`);
    else if (state === 'done' && isGranted) {
      socket.pause();
      settle(null);
    } else if (isGranted) refused('malformed', 'the proxy sent bytes of its own into the tunnel');
    else refused('malformed', `the proxy's answer to CONNECT: ${reader.problem}`);
  };
  const broken = (error: NodeJS.ErrnoException): void =>
    settle({
      failure: failureOf(error, true, false),
      problem: `the proxy: ${error.message}`,
      hop: connected ? 'tunnel' : 'connection',
      code: error.code ?? '',
    });
  const closed = (): void => refused('reset', 'the proxy closed the connection without an answer to CONNECT');
  socket.on('data', read).on('error', broken).on('end', closed).on('close', closed);
  socket.on('connect', () => {
    connected = true;
    const credentials = authorization === null ? '' : `proxy-authorization: ${authorization}\r\n`;
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${credentials}\r\n`, 'latin1');
  });
  return socket;
}
