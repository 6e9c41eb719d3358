/** A real HTTP/2 server (prior knowledge, no TLS) with a small JSON answer. Prints its port. */
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';

const body = '{"id":1,"title":"a title","userId":7,"completed":false}';
const server = createServer();
server.on('stream', (stream) => {
  stream.on('error', () => {});
  stream.respond({ ':status': 200, 'content-type': 'application/json', 'content-length': body.length });
  stream.end(body);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.on('close', () => process.exit(0)).resume();
