import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';

/** A real HTTP proxy on 127.0.0.1: tunnels (CONNECT) and absolute URLs. */
export type TestProxy = {
  readonly port: number;
  /** Request lines that came, `CONNECT localhost:1234`, with the credentials that came with them. */
  readonly asked: string[];
  /** Connections that are open. */
  readonly sockets: Set<Socket>;
  stop(): Promise<void>;
};

/** `credentials`: `user:password` that are asked for; null: none. Every host is this machine to it. */
export async function startProxy(credentials: string | null = null): Promise<TestProxy> {
  const asked: string[] = [];
  const wanted = credentials === null ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  const refuses = ({ method, url, headers }: http.IncomingMessage): boolean => {
    asked.push([method, url, headers['proxy-authorization']].filter(Boolean).join(' '));
    return headers['proxy-authorization'] !== wanted;
  };
  const server = http.createServer((request, response) => {
    if (refuses(request)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="test"' }).end();
      return;
    }
    const { 'proxy-authorization': _kept, ...headers } = request.headers;
    const forwarded = http.request(
      new URL(request.url ?? ''),
      { method: request.method ?? 'GET', headers, host: '127.0.0.1' },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    forwarded.on('error', () => response.writeHead(502).end());
    request.pipe(forwarded);
  });
  server.on('connect', (request, socket: Socket) => {
    if (refuses(request)) {
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="test"\r\n\r\n',
      );
      return;
    }
    const onward = net.connect({ host: '127.0.0.1', port: Number(request.url?.split(':').at(-1)) }, () => {
      socket.write('HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.on('error', () => onward.destroy());
    socket.on('close', () => onward.destroy());
  });
  return { asked, ...(await listening(server)) };
}

/** A server that takes the first bytes of a connection for CONNECT and answers with these, one write each. */
export async function startFalseProxy(
  pieces: readonly string[],
  ends = false,
): Promise<Omit<TestProxy, 'asked'>> {
  const server = net.createServer((socket) => {
    socket.once('data', async () => {
      for (const piece of pieces) {
        socket.write(piece, 'latin1');
        // So that they come in reads of their own.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (ends) socket.end();
    });
  });
  return listening(server);
}

async function listening(server: net.Server): Promise<Omit<TestProxy, 'asked'>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, sockets, stop };
}
