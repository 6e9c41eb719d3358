import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server of a test: it holds every request until the test lets it go, but for those that it lets by. */
export interface GatedServer {
  readonly port: number;
  /** Method and path of every request that arrived, health checks left out. */
  readonly arrived: readonly string[];
  /** Lets those by that are held, and all that follow. */
  open(): void;
  /** Holds what arrives from now on. */
  shut(): void;
  /** Breaks off what is held, without an answer. */
  breakOff(): void;
  stop(): Promise<void>;
}

/** Every answer is its name; below `/static/` it may be cached for a minute. */
export async function startGatedServer(name: string): Promise<GatedServer> {
  const arrived: string[] = [];
  const held: { go: () => void; breakOff: () => void }[] = [];
  let isShut = false;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/_lab/health') return void response.end();
    arrived.push(`${request.method} ${path}`);
    request.resume();
    const go = () => {
      if (path.startsWith('/static/'))
        response.writeHead(200, { etag: '"e"', 'cache-control': 'public, max-age=60' });
      response.end(name);
    };
    if (isShut) held.push({ go, breakOff: () => request.socket.destroy() });
    else go();
  });
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const letBy = (how: 'go' | 'breakOff') => {
    for (const each of held.splice(0)) each[how]();
  };
  return {
    port: (server.address() as AddressInfo).port,
    arrived,
    open() {
      isShut = false;
      letBy('go');
    },
    shut() {
      isShut = true;
    },
    breakOff() {
      isShut = false;
      letBy('breakOff');
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
