/**
 * Does the open model send at the rate that was asked, and on time? One worker, Poisson arrivals, nginx on a core of
 * its own. Started ÷ asked
 * (Poisson: ± 1/√n by chance), started ÷ due, and the delay from when a request was due to when it was sent.
 *
 *   taskset -c 0 node bench/engine/open-rate.ts [seconds=10] [rounds=3] [rates=500,5000,20000]
 *
 * Needs nginx and taskset. The machine's other work shows in the p99.
 */
import { runLoad } from '../../src/load/run-load.ts';
import { quantileUs } from '../../src/record/histogram.ts';
import { startNginx } from './nginx.ts';
import { planOf } from './plan.ts';
import { countOf, sendLagOf, steadySink, timesOf } from './steady-sink.ts';

const seconds = Number(process.argv[2] ?? 10);
const rounds = Number(process.argv[3] ?? 3);
const rates = (process.argv[4] ?? '500,5000,20000').split(',').map(Number);
const ms = (us: number | null): string => ((us ?? Number.NaN) / 1000).toFixed(2);

const nginx = await startNginx(1);
try {
  process.stdout.write(
    '| asked/s | round | started ÷ asked | started ÷ due | not sent | failed | send lag mean, ms | p50 | p99 | service p50, ms | loop busy | CPU, cores |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n',
  );
  for (const rate of rates) {
    for (let round = 1; round <= rounds; round += 1) {
      const plan = await planOf(
        `{ target: '${nginx.url}', endpoints: [GET /], load: { rate: ${rate}, duration: ${seconds}s } }`,
      );
      const sink = steadySink();
      await runLoad(plan, { workers: 1, seed: round, open: () => sink });
      const lag = sendLagOf(sink);
      const mean = (of: (sample: (typeof sink.health)[number]) => number): string =>
        (sink.health.reduce((sum, sample) => sum + of(sample), 0) / sink.health.length).toFixed(2);
      const started = sink.health.reduce((sum, sample) => sum + sample.started, 0);
      process.stdout.write(
        `| ${rate} | ${round} | ${(started / (rate * sink.seconds)).toFixed(4)} | ${(started / (started + countOf(sink, 'unsent'))).toFixed(4)} | ${countOf(sink, 'unsent')} | ${countOf(sink, 'failed')} | ${ms(lag.sumUs / lag.count)} | ${ms(quantileUs(lag, 0.5))} | ${ms(quantileUs(lag, 0.99))} | ${ms(quantileUs(timesOf(sink, 'service'), 0.5))} | ${mean((sample) => sample.loopUtilization)} | ${mean((sample) => sample.cpuCores)} |\n`,
      );
    }
  }
} finally {
  await nginx.stop();
}
