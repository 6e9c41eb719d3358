/**
 * A server that stands still 1 s in every 10 s, at 1,000 requests/s: what response times does the open model tell?
 *
 * A tenth of the requests is due while the server stands still, and waits until it goes on: uniform from 0 to 1 s. So
 * P(R > t) = 0.1·(1 − t) for t within that second: the 95th percentile is 0.5 s, the 99th 0.9 s, and the median what
 * an answer takes. A client that waits for its answers before it sends again sees the second once per connection, and
 * tells of it in no percentile (coordinated omission).
 *
 * That is so if the server answers what has piled up in no time. If it takes the time D to catch up, a request that is
 * due the time a after the standstill of length F began is answered after F·(1 − a/(F + D)): still uniform from 0 to F,
 * but for the share (F + D)/10 s of the requests. The quantile q is F·(1 − (1 − q)·10 s/(F + D)). The server tells its F
 * and D; on a machine that is busy with other things D is not small.
 *
 *   node bench/engine/coordinated-omission.ts [seconds=40] [rounds=3] [rate=1000]
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
const rate = Number(process.argv[4] ?? 1000);

process.stdout.write(
  '| round | requests | failed | not sent | p50, ms | server: F, D, ms | p95, ms (ideal 500) | with this D | p99, ms (ideal 900) | with this D |\n|---|---|---|---|---|---|---|---|---|---|\n',
);
for (let round = 1; round <= rounds; round += 1) {
  const server = await startServer('slow-server.ts', ['freeze', String(rate)]);
  try {
    const plan = await planOf(
      `{ target: '${server.target}', endpoints: [GET /], load: { rate: ${rate}, arrivals: uniform, duration: ${seconds}s } }`,
    );
    const sink = steadySink();
    await runLoad(plan, { workers: 1, seed: round, open: () => sink });
    const times = timesOf(sink, 'response');
    const at = (q: number): number => (quantileUs(times, q) ?? Number.NaN) / 1000;
    const freezes: unknown = await (await fetch(`${server.target}/truth`)).json();
    const mean = (of: 'frozenMs' | 'catchUpMs'): number => {
      if (!Array.isArray(freezes) || freezes.length === 0) return Number.NaN;
      return freezes.reduce((sum, freeze) => sum + Number(freeze[of]), 0) / freezes.length;
    };
    const [frozenMs, catchUpMs] = [mean('frozenMs'), mean('catchUpMs')];
    const told = (q: number): string => {
      const real = frozenMs * (1 - ((1 - q) * 10_000) / (frozenMs + catchUpMs));
      return `${at(q).toFixed(1)} | ${real.toFixed(1)} (${((at(q) / real - 1) * 100).toFixed(1)} % off)`;
    };
    process.stdout.write(
      `| ${round} | ${countOf(sink, 'ok')} | ${countOf(sink, 'failed')} | ${countOf(sink, 'unsent')} | ${at(0.5).toFixed(2)} | ${frozenMs.toFixed(0)}, ${catchUpMs.toFixed(0)} | ${told(0.95)} | ${told(0.99)} |\n`,
    );
  } finally {
    server.stop();
  }
}
