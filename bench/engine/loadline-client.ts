/**
 * Loads one URL, or ten weighted endpoints with templated paths and JSON bodies, as fast as one worker can, and prints
 * what it took as JSON. Called by engine.ts.
 */
import { runLoad } from '../../src/load/run-load.ts';
import { countingSink, planOf } from './plan.ts';

const [, , target = '', users = '64', seconds = '5', scenario = 'one'] = process.argv;
const id = 'data: { id: 1..100000 }';
const ten = Array.from({ length: 10 }, (_, i) =>
  i % 3 === 2
    ? `{ request: POST /things${i}, weight: ${i + 1}, body: { title: a title, owner: '{id}', done: false }, ${id} }`
    : `{ request: 'GET /things${i}/{id}', weight: ${i + 1}, ${id} }`,
);
const plan = await planOf(
  `{ target: '${target}', endpoints: [${scenario === 'ten' ? ten.join(', ') : 'GET /'}], load: { users: ${users}, spawnRate: 10000, duration: ${seconds}s } }`,
);
let cpu = process.cpuUsage();
const sink = countingSink(() => {
  cpu = process.cpuUsage();
});
const from = performance.now();
await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
const used = process.cpuUsage(cpu);
const figures = {
  requests: sink.ended(),
  ok: sink.counts.ok ?? 0,
  cpuSeconds: (used.user + used.system) / 1e6,
  seconds: (performance.now() - from) / 1000,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
