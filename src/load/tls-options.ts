import net from 'node:net';
import tls from 'node:tls';
import type { TlsTo } from './engine.ts';

/** What is spoken inside TLS, as ALPN names it. */
export type Protocol = 'http/1.1' | 'h2';

/**
 * Options of `tls.connect`. A name is sent only if it is one: RFC 6066 forbids IP addresses there. The certificate must
 * be the target's, wherever the connection goes. Reading certificates costs as much as a handshake, so make these
 * options once for many connections. Throws if the authority, the client's certificate or its key can't be used.
 */
export function tlsOptions(to: TlsTo, protocol: Protocol = 'http/1.1'): tls.ConnectionOptions {
  const { servername, client } = to;
  return {
    ...(net.isIP(servername) === 0 ? { servername } : {}),
    rejectUnauthorized: to.verify,
    ALPNProtocols: [protocol],
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(servername, certificate),
    secureContext: tls.createSecureContext({
      ...(to.ca === null ? {} : { ca: to.ca }),
      ...(client === null ? {} : { cert: client.cert, key: client.key }),
      ...(client === null || client.passphrase === null ? {} : { passphrase: client.passphrase }),
    }),
  };
}
