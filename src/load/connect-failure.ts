import type { Failure } from './engine.ts';

/** Why a connection did not come about. */
export type ConnectFailure = {
  readonly failure: Failure;
  /** For the log. */
  readonly problem: string;
  /** What failed: the connection to the address, the proxy's tunnel, the TLS handshake. */
  readonly hop: 'connection' | 'tunnel' | 'tls';
  /** The system's or OpenSSL's; empty: there is none. */
  readonly code: string;
};

/** What a socket's error means to the user. */
export function failureOf(error: NodeJS.ErrnoException, connecting: boolean, overTls: boolean): Failure {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return 'reset';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EADDRINUSE':
    case 'ENOTFOUND':
    case 'ENOENT':
    case 'ENOTSOCK':
    case 'EAI_AGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'EACCES':
      return 'unreachable';
    default:
      // TLS 1.3: that the client's certificate is missing or refused is told after the handshake (RFC 8446 §4.4.2.4).
      return overTls && (connecting || error.code?.startsWith('ERR_SSL') === true) ? 'tls' : 'reset';
  }
}
