import { readFileSync } from 'node:fs';
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { SocketAddress, TlsTo, WireMessage, WireRequest } from '../engine.ts';

export type HttpVersion = 1 | 2;

export type ContractHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A real server of either version that counts. */
export type ContractServer = {
  readonly to: SocketAddress;
  /** Of this server's certificate. */
  readonly ca: string;
  requests: number;
  /** Connections that were accepted. */
  connections: number;
  /** Connections that are open. */
  readonly sockets: Set<Socket>;
  stop(): Promise<void>;
};

export const pem = (name: string): string =>
  readFileSync(new URL(`../../../test/tls/${name}.pem`, import.meta.url), 'utf8');

/** Starts one on 127.0.0.1 or on a Unix socket; over TLS it speaks the one version only. */
export async function startContractServer(
  version: HttpVersion,
  handler: ContractHandler,
  { tls = false, socketPath = '' } = {},
): Promise<ContractServer> {
  const secure = { key: pem('key'), cert: pem('cert') };
  const count: ContractHandler = (request, response) => {
    seen.requests += 1;
    request.on('error', () => {});
    response.on('error', () => {});
    handler(request, response);
  };
  const server = version === 1 ? ofHttp1(tls ? secure : null, count) : ofHttp2(tls ? secure : null, count);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  for (const event of ['sessionError', 'tlsClientError']) server.on(event, () => {});
  await new Promise<void>((resolve) =>
    socketPath === '' ? server.listen(0, '127.0.0.1', resolve) : server.listen(socketPath, resolve),
  );
  const bound = server.address();
  const seen: ContractServer = {
    to: isTcp(bound)
      ? { kind: 'tcp', host: '127.0.0.1', port: bound.port }
      : { kind: 'unix', path: socketPath },
    ca: secure.cert,
    requests: 0,
    connections: 0,
    sockets,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return seen;
}

type Secure = { readonly key: string; readonly cert: string };

function ofHttp1(secure: Secure | null, handler: ContractHandler): Server {
  return secure === null ? http.createServer(handler) : https.createServer(secure, handler);
}

function ofHttp2(secure: Secure | null, handler: ContractHandler): Server {
  // Node's "compatibility API" is made so that what is written for node:http runs on it.
  const compatible = handler as unknown as (request: object, response: object) => void;
  return secure === null ? http2.createServer(compatible) : http2.createSecureServer(secure, compatible);
}

function isTcp(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

export const tlsTo = (ca: string | null, more: Partial<TlsTo> = {}): TlsTo => ({
  servername: 'localhost',
  verify: true,
  ca,
  client: null,
  resume: false,
  ...more,
});

/** A request in the form that the version's engine takes. */
export function contractRequest(
  version: HttpVersion,
  message: Partial<WireMessage> = {},
  keeps: { keepBody?: boolean; keepHead?: boolean } = {},
): WireRequest {
  const { method = 'GET', authority = 'a.test', path = '/', headers = {}, body = null } = message;
  const shape = { head: method === 'HEAD', keepBody: false, keepHead: false, ...keeps };
  if (version === 2)
    return {
      ...shape,
      data: '',
      headEnd: 0,
      bytes: body?.length ?? 0,
      message: { method, authority, path, headers, body },
    };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (body !== null) lines.push(`content-length: ${body.length}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${authority}\r\n${lines.join('')}`;
  const data = body === null ? `${head}\r\n` : Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body]);
  return { ...shape, data, headEnd: head.length, bytes: data.length, message: null };
}

/** Of a request that came: who was asked, and the fields beside that and the length. */
export function fieldsSeen({ headers }: { readonly headers: IncomingHttpHeaders }): {
  authority: string | undefined;
  fields: Record<string, string>;
} {
  const { host, ':authority': authority = host, ...rest } = headers as Record<string, string>;
  return {
    authority,
    fields: Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(':'))),
  };
}
