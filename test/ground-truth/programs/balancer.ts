/** Deals requests out to several servers in turn: `node balancer.ts PORT PORT …`. */
import { Agent, createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endWithParent, tellPort } from './parent.ts';

const ports = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true });
let turn = 0;

const server = createServer((request, response) => {
  const port = ports[turn++ % ports.length] ?? 0;
  const { method = 'GET', url = '/', headers } = request;
  const onward = forward({ host: '127.0.0.1', port, method, path: url, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.once('error', () => {
    if (!response.headersSent) response.writeHead(502).end();
  });
  request.pipe(onward);
});
server.keepAliveTimeout = 60_000;
server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () =>
  tellPort((server.address() as AddressInfo).port),
);
process.once('SIGTERM', () => process.exit(0));
endWithParent();
