/**
 * Memory of the generator: growth per additional idle user (own connection open, thinking), and over a long run.
 *
 *   node bench/engine/memory.ts [minutes=5]
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { runLoad } from '../../src/load/run-load.ts';
import { countingSink, planOf } from './plan.ts';

const minutes = Number(process.argv[2] ?? 5);
const server = spawn(process.execPath, [path.join(import.meta.dirname, 'counting-server.ts')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
try {
  const port = await new Promise<string>((resolve) =>
    server.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim())),
  );
  const target = `http://127.0.0.1:${port}`;
  const idle = async (users: number): Promise<number> => {
    const plan = await planOf(
      `{ target: '${target}', endpoints: [GET /], load: { users: ${users}, spawnRate: 2000, duration: 5s, thinkTime: 1h } }`,
    );
    const sink = countingSink();
    await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
    return sink.rss.at(-2) ?? Number.NaN;
  };
  await idle(100);
  const [few, many] = [1000, 9000];
  const rssFew = await idle(few);
  const rssMany = await idle(many);
  process.stdout.write(
    `idle users: ${mib(rssFew)} MiB with ${few}, ${mib(rssMany)} MiB with ${many}: ${((rssMany - rssFew) / (many - few) / 1024).toFixed(1)} KiB a user\n`,
  );

  const plan = await planOf(
    `{ target: '${target}', endpoints: [GET /a, { request: 'GET /b/{id}', data: { id: 1..1000 } }], load: { users: 50, spawnRate: 1000, duration: ${minutes}m, thinkTime: 5ms } }`,
  );
  const sink = countingSink();
  await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
  const minuteMeans = Array.from({ length: minutes }, (_, minute) => {
    const seconds = sink.rss.slice(minute * 60, (minute + 1) * 60);
    return seconds.reduce((sum, rss) => sum + rss, 0) / seconds.length;
  });
  process.stdout.write(
    `long run, ${sink.ended()} requests: mean MiB of each minute ${minuteMeans.map(mib).join(', ')}\n`,
  );
} finally {
  server.stdin.end();
}
