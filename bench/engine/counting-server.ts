/** A real HTTP server that counts: GET /count answers the requests seen before it. Prints its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let count = 0;
const server = createServer((request, response) => {
  if (request.url === '/count') {
    response.end(String(count));
    return;
  }
  count += 1;
  response.setHeader('content-type', 'application/json');
  response.end('{"id":1,"title":"a title"}');
});
server.keepAliveTimeout = 3_600_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.on('close', () => process.exit(0)).resume();
