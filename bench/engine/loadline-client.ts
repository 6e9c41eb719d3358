/** Loads one URL as fast as one worker can, and prints what it took as JSON. Called by engine.ts. */
import { runLoad } from '../../src/load/run-load.ts';
import { countingSink, planOf } from './plan.ts';

const [, , target = '', users = '64', seconds = '5'] = process.argv;
const plan = await planOf(
  `{ target: '${target}', endpoints: [GET /], load: { users: ${users}, spawnRate: 10000, duration: ${seconds}s } }`,
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
