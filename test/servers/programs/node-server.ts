/** A server of node:http, every framing that it has. node node-server.ts PORT */
import { createServer, type ServerResponse } from 'node:http';

const body = 'a needle in the hay\n';

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/plain': (response) => response.end(body),
  '/chunks': (response) => {
    for (const word of body.split(/(?<= )/)) response.write(word);
    response.end();
  },
  '/trailers': (response) => {
    response.writeHead(200, { trailer: 'x-sum', 'transfer-encoding': 'chunked' });
    response.write(body);
    response.addTrailers({ 'x-sum': '1' });
    response.end();
  },
  '/none': (response) => response.writeHead(204).end(),
  '/unchanged': (response) => response.writeHead(304, { etag: '"1"' }).end(),
  '/hints': (response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.writeProcessing();
    response.end(body);
  },
  '/close': (response) => response.writeHead(200, { connection: 'close' }).end(body),
  '/large': (response) => {
    for (let i = 0; i < 80; i += 1) response.write('hay '.repeat(8192));
    response.end('needle');
  },
  '/broken': (response) => {
    response.write(body, () => response.socket?.destroy());
  },
};

const server = createServer((request, response) => {
  const path = request.url ?? '';
  const { remotePort } = request.socket;
  process.stdout.write(`${request.method} ${path}|${remotePort}\n`);
  if (path === '/echo') request.pipe(response);
  else answers[path]?.(response);
});
server.listen(Number(process.argv[2]), '127.0.0.1');
