/**
 * Are the requests that Loadline counts those that the server counted, exactly? Over a million and more, the run ended
 * by an interruption while requests were in flight.
 *
 *   node bench/engine/counts.ts [requests=1000000]
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { runLoad } from '../../src/load/run-load.ts';
import { countingSink, planOf } from './plan.ts';

const wanted = Number(process.argv[2] ?? 1_000_000);
const server = spawn(process.execPath, [path.join(import.meta.dirname, 'counting-server.ts')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
try {
  const port = await new Promise<string>((resolve) =>
    server.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim())),
  );
  const target = `http://127.0.0.1:${port}`;
  const plan = await planOf(
    `{ target: '${target}', endpoints: [GET /a, { request: 'GET /b/{id}', data: { id: 1..1000 } }, { request: POST /c, body: { n: '{id}' }, data: { id: 1..9 } }], load: { users: 64, spawnRate: 10000, duration: 30m } }`,
  );
  const stop = new AbortController();
  const sink = countingSink();
  const watch = setInterval(() => {
    if (sink.ended() >= wanted) stop.abort();
  }, 50);
  const state = await runLoad(plan, { workers: 2, seed: 1, open: () => sink, stop: stop.signal });
  clearInterval(watch);
  const counted = Number(await (await fetch(`${target}/count`)).text());
  const equal = counted === sink.ended();
  process.stdout.write(
    `${state}: Loadline ${sink.ended()} (${JSON.stringify(sink.counts)}), server ${counted}: ${equal ? 'equal' : 'DIFFERENT'}\n`,
  );
  if (!equal || sink.ended() < wanted) process.exitCode = 1;
} finally {
  server.stdin.end();
}
