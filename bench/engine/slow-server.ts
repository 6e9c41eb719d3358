/**
 * Servers whose answers take a known time. Prints its port; one core.
 *
 *   freeze            answers at once, and stands still 1 s in every 10 s (from 5 s after its start on); no HTTP
 *                     library, so that what has piled up is answered in some 10 ms, and the analytic figures hold
 *   constant          100 ms
 *   humps             20 ms or, one in ten, 200 ms
 *   log-normal        median 30 ms, σ 0.8
 *
 * `freeze` notes how long it stood still, and how long after that it took until as many requests had been answered as
 * the rate (its second argument) had brought: GET /truth gives both of each freeze, in ms.
 *
 * The others delay by timers, which are late at times, so they note what each answer really took: GET /truth gives the times in
 * µs, of the requests since the last GET /truth, sorted.
 */
import { createServer, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';

const kind = process.argv[2] ?? 'constant';
const ratePerSecond = Number(process.argv[3] ?? 1000);
let took: number[] = [];
const freezes: { frozenMs: number; catchUpMs: number }[] = [];
let frozenFromMs = 0;
let answered = 0;

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

function delayMs(): number {
  switch (kind) {
    case 'constant':
      return 100;
    case 'humps':
      return Math.random() < 0.1 ? 200 : 20;
    case 'log-normal':
      return 30 * Math.exp(0.8 * normal());
    default:
      return 0;
  }
}

function answer(response: ServerResponse, fromMs: number): void {
  response.end('{"id":1}');
  took.push((performance.now() - fromMs) * 1000);
}

const http = createServer((request, response) => {
  const fromMs = performance.now();
  if (request.url === '/truth') {
    response.end(JSON.stringify(took.sort((a, b) => a - b).map(Math.round)));
    took = [];
    return;
  }
  const ms = delayMs();
  if (ms === 0) answer(response, fromMs);
  else setTimeout(() => answer(response, fromMs), ms);
});
http.keepAliveTimeout = 3_600_000;
const raw = net.createServer({ noDelay: true }, (socket) => {
  socket.on('data', (data) => {
    const truth = data.includes('/truth');
    const body = truth ? JSON.stringify(freezes) : '{"id":1}';
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    answered += 1;
    const last = freezes.at(-1);
    if (truth || last === undefined || last.catchUpMs > 0) return;
    const now = performance.now();
    if (answered >= ((now - frozenFromMs) * ratePerSecond) / 1000 - 2)
      last.catchUpMs = now - frozenFromMs - last.frozenMs;
  });
  socket.on('error', () => {});
});
const server = kind === 'freeze' ? raw : http;
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
);
if (kind === 'freeze') {
  setTimeout(() => {
    let next = performance.now();
    const freeze = (): void => {
      const until = next + 1000;
      answered = 0;
      frozenFromMs = performance.now();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, until - performance.now()));
      freezes.push({ frozenMs: performance.now() - frozenFromMs, catchUpMs: 0 });
      next += 10_000;
      setTimeout(freeze, next - performance.now());
    };
    freeze();
  }, 5000);
}
process.stdin.on('close', () => process.exit(0)).resume();
