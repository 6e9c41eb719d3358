/**
 * A server that stands still 1 s in every 10 s, at 1,000 requests/s: what response times does the open model tell?
 *
 * A tenth of the requests is due while the server stands still, and waits until it goes on: uniform from 0 to 1 s. So
 * P(R > t) = 0.1·(1 − t) for t within that second: the 95th percentile is 0.5 s, the 99th 0.9 s, and the median what
 * an answer takes. A client that waits for its answers before it sends again sees the second once per connection, and
 * tells of it in no percentile (coordinated omission).
 *
 *   node bench/engine/coordinated-omission.ts [seconds=40] [rounds=3]
 *
 * Needs taskset. Whole periods: give a multiple of 10 s.
 */
import { runLoad } from '../../src/load/run-load.ts';
import { quantileUs } from '../../src/record/histogram.ts';
import { planOf } from './plan.ts';
import { startServer } from './start-server.ts';
import { countOf, steadySink, timesOf } from './steady-sink.ts';

const seconds = Number(process.argv[2] ?? 40);
const rounds = Number(process.argv[3] ?? 3);

process.stdout.write(
  '| round | requests | failed | not sent | p50, ms | p95, ms (500) | p99, ms (900) | service p50, ms |\n|---|---|---|---|---|---|---|---|\n',
);
for (let round = 1; round <= rounds; round += 1) {
  const server = await startServer('slow-server.ts', ['freeze']);
  try {
    const plan = await planOf(
      `{ target: '${server.target}', endpoints: [GET /], load: { rate: 1000, arrivals: uniform, duration: ${seconds}s } }`,
    );
    const sink = steadySink();
    await runLoad(plan, { workers: 1, seed: round, open: () => sink });
    const times = timesOf(sink, 'response');
    const at = (q: number): number => (quantileUs(times, q) ?? Number.NaN) / 1000;
    const off = (value: number, truth: number): string =>
      `${value.toFixed(1)} (${((value / truth - 1) * 100).toFixed(1)} %)`;
    process.stdout.write(
      `| ${round} | ${countOf(sink, 'ok')} | ${countOf(sink, 'failed')} | ${countOf(sink, 'unsent')} | ${at(0.5).toFixed(2)} | ${off(at(0.95), 500)} | ${off(at(0.99), 900)} | ${((quantileUs(timesOf(sink, 'service'), 0.5) ?? Number.NaN) / 1000).toFixed(2)} |\n`,
    );
  } finally {
    server.stop();
  }
}
