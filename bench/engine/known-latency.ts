/**
 * Servers with a known distribution of times: constant 100 ms, two humps, log-normal. Each percentile that Loadline
 * tells beside the server's own, which noted what each answer really took.
 *
 *   node bench/engine/known-latency.ts [seconds=20] [rate=500]
 *
 * Needs taskset.
 */
import { runLoad } from '../../src/load/run-load.ts';
import { quantileUs } from '../../src/record/histogram.ts';
import { planOf } from './plan.ts';
import { startServer } from './start-server.ts';
import { steadySink, timesOf } from './steady-sink.ts';

const seconds = Number(process.argv[2] ?? 20);
const rate = Number(process.argv[3] ?? 500);
const quantiles = [0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999];

process.stdout.write(
  `server / Loadline's response time / service time, ms (! more than 1 % + 0.5 ms off)\n\n| server | ${quantiles.map((q) => `p${q * 100}`).join(' | ')} |\n|---|${quantiles.map(() => '---|').join('')}\n`,
);
for (const kind of ['constant', 'humps', 'log-normal']) {
  const server = await startServer('slow-server.ts', [kind]);
  try {
    const plan = await planOf(
      `{ target: '${server.target}', endpoints: [GET /], load: { rate: ${rate}, duration: ${seconds}s } }`,
    );
    const sink = steadySink();
    let asked: Promise<unknown> = Promise.resolve();
    await runLoad(plan, {
      workers: 1,
      seed: 1,
      open: () => sink,
      // The server's truth of the settling part is thrown away.
      onProgress: (progress) => {
        if (progress.kind === 'stage')
          setTimeout(() => {
            asked = fetch(`${server.target}/truth`).then((response) => response.text());
          }, progress.rampMs);
      },
    });
    await asked;
    const truth: unknown = await (await fetch(`${server.target}/truth`)).json();
    if (!Array.isArray(truth)) throw new Error('no truth');
    const ofServer = (q: number): number => Number(truth[Math.ceil(q * truth.length) - 1]) / 1000;
    const cells = quantiles.map((q) => {
      const real = ofServer(q);
      const values = (['response', 'service'] as const).map(
        (of) => (quantileUs(timesOf(sink, of), q) ?? Number.NaN) / 1000,
      );
      const said = values.map(
        (ms) => `${ms.toFixed(1)}${Math.abs(ms - real) > 0.01 * real + 0.5 ? '!' : ''}`,
      );
      return [real.toFixed(1), ...said].join(' / ');
    });
    process.stdout.write(`| ${kind} | ${cells.join(' | ')} |\n`);
  } finally {
    server.stop();
  }
}
