/**
 * Memory of the generator: growth per additional idle user (own connection open, thinking), and minute by minute over a
 * long run of the open model. One worker; resident memory of the whole process; nginx on core 1.
 *
 *   node bench/engine/memory.ts [--quick] [minutes=10] [rate=5000]
 *
 * Needs nginx and taskset, and 9,100 open files (`ulimit -n`) in each of the two processes.
 */
import { runLoad } from '../../src/load/run-load.ts';
import { startNginx } from './nginx.ts';
import { countingSink, planOf } from './plan.ts';
import { environmentLine } from './rounds.ts';

const quick = process.argv.includes('--quick');
const numbers = process.argv.slice(2).filter((argument) => argument !== '--quick');
const minutes = Number(numbers[0] ?? (quick ? 0.1 : 10));
const rate = Number(numbers[1] ?? 5000);
const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const nginx = await startNginx(1);
try {
  const idle = async (users: number): Promise<number> => {
    const plan = await planOf(
      `{ target: '${nginx.url}', endpoints: [GET /], load: { users: ${users}, spawnRate: 2000, duration: 5s, thinkTime: 1h } }`,
    );
    const sink = countingSink();
    await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
    return sink.rss.at(-2) ?? Number.NaN;
  };
  process.stdout.write(`${environmentLine()}\n\n`);
  await idle(100);
  const [few, many] = [1000, 9000];
  const rssFew = await idle(few);
  const rssMany = await idle(many);
  process.stdout.write('| | |\n|---|---|\n');
  process.stdout.write(`| ${few} idle users | ${mib(rssFew)} MiB |\n`);
  process.stdout.write(`| ${many} idle users | ${mib(rssMany)} MiB |\n`);
  process.stdout.write(
    `| growth per additional user | ${((rssMany - rssFew) / (many - few) / 1024).toFixed(1)} KiB |\n`,
  );

  const plan = await planOf(
    `{ target: '${nginx.url}', endpoints: [GET /a, { request: 'GET /b/{id}', data: { id: 1..1000 } }], load: { rate: ${rate}, duration: ${minutes * 60}s } }`,
  );
  const sink = countingSink();
  await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
  const minuteMeans = Array.from({ length: Math.ceil(minutes) }, (_, minute) =>
    mean(sink.rss.slice(minute * 60, (minute + 1) * 60)),
  );
  process.stdout.write(`| requests in ${minutes} minutes at ${rate}/s | ${JSON.stringify(sink.counts)} |\n`);
  process.stdout.write(`| mean of each minute, MiB | ${minuteMeans.map(mib).join(', ')} |\n`);
  const later = minuteMeans.slice(1);
  if (later.length > 0)
    process.stdout.write(
      `| after the first minute, lowest to highest, MiB | ${mib(Math.min(...later))} to ${mib(Math.max(...later))} |\n`,
    );
} finally {
  await nginx.stop();
}
