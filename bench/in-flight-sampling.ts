/**
 * Do samples of a timer see as many requests in flight as there are? Users who pause whole or broken milliseconds ask a
 * server of this process, in another thread; the number in flight is sampled every 10 ms and integrated exactly beside
 * it. Both come with the ticks of the same clock, so the samples see requests that just began too often: docs/decisions,
 * 0010. Run: node bench/in-flight-sampling.ts [seconds]
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const users = 16;
const sampleEveryMs = 10;
const seconds = Number(process.argv[2] ?? 6);

if (isMainThread) await measure();
else serve();

function serve(): void {
  const server = http.createServer((_, response) => response.end('x'));
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}

async function measure(): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  console.log('| pause | requests/s | sampled | integrated | in flight too many, in ms a request |');
  console.log('|---|---|---|---|---|');
  for (const [pause, draw] of [
    ['10 to 30 ms, whole', () => 10 + Math.floor(21 * Math.random())],
    ['10 to 30 ms', () => 10 + 20 * Math.random()],
    ['none', () => 0],
  ] as const) {
    const { rate, sampled, integrated } = await load(port, draw);
    const tooManyMs = (1000 * (sampled - integrated)) / rate;
    const figures = [sampled, integrated, tooManyMs].map((value) => value.toFixed(3)).join(' | ');
    console.log(`| ${pause} | ${rate.toFixed(0)} | ${figures} |`);
  }
  await worker.terminate();
}

async function load(
  port: number,
  pauseMs: () => number,
): Promise<{ readonly rate: number; readonly sampled: number; readonly integrated: number }> {
  const agent = new http.Agent({ keepAlive: true });
  let [inFlight, area, done, sum, samples, stopped] = [0, 0, 0, 0, 0, false];
  const from = performance.now();
  let last = from;
  const change = (by: number) => {
    const now = performance.now();
    area += inFlight * (now - last);
    last = now;
    inFlight += by;
  };
  const go = (ask: () => void) => {
    const ms = pauseMs();
    if (ms === 0) ask();
    else setTimeout(ask, ms);
  };
  const ask = () => {
    if (stopped) return;
    change(1);
    http.get({ host: '127.0.0.1', port, agent }, (response) => {
      response.resume().once('end', () => {
        change(-1);
        done += 1;
        go(ask);
      });
    });
  };
  for (let i = 0; i < users; i += 1) go(ask);
  const timer = setInterval(() => {
    sum += inFlight;
    samples += 1;
  }, sampleEveryMs);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  stopped = true;
  clearInterval(timer);
  change(0);
  const elapsed = (performance.now() - from) / 1000;
  agent.destroy();
  return { rate: done / elapsed, sampled: sum / samples, integrated: area / 1000 / elapsed };
}
