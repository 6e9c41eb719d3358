/** A thread of the null server: the cheapest answer there is to every request. See null-server.ts. */
import net, { type AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { RequestCounter } from './request-counter.ts';

if (parentPort === null) throw new Error('null-server-thread.ts runs as a worker thread only');
const port = parentPort;
// null-server.ts is the only one who starts this file, and gives it this.
const { listenOn, shared } = workerData as { readonly listenOn: number; readonly shared: boolean };

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

const server = net.createServer({ noDelay: true });
server.on('connection', (socket) => {
  const requests = new RequestCounter();
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    const ended = requests.feed(bytes);
    if (ended === null) socket.destroy();
    else for (let i = 0; i < ended; i += 1) socket.write(answer, 'latin1');
  });
});
server.on('error', (error) => {
  throw error;
});
server.listen({ host: '127.0.0.1', port: listenOn, reusePort: shared, backlog: 1024 }, () => {
  port.postMessage((server.address() as AddressInfo).port);
});
