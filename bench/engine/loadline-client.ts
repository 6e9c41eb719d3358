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
// Warm: a first stage of two seconds, in which the JavaScript is compiled, is left out.
const stages = scenario === 'warm' ? [2, seconds] : [seconds];
const load = `{ users: [${stages.map(() => users).join(', ')}], spawnRate: 10000, duration: [${stages.map((stage) => `${stage}s`).join(', ')}] }`;
const plan = await planOf(
  `{ target: '${target}', endpoints: [${scenario === 'ten' ? ten.join(', ') : 'GET /'}], load: ${load} }`,
);
let cpu = process.cpuUsage();
let from = performance.now();
let before = 0;
const sink = countingSink(() => {
  cpu = process.cpuUsage();
  from = performance.now();
  before = sink.ended();
});
await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
const used = process.cpuUsage(cpu);
const figures = {
  requests: sink.ended() - before,
  cpuSeconds: (used.user + used.system) / 1e6,
  seconds: (performance.now() - from) / 1000,
};
if (sink.counts.ok !== sink.ended()) throw new Error(`not all is well: ${JSON.stringify(sink.counts)}`);
process.stdout.write(`${JSON.stringify(figures)}\n`);
