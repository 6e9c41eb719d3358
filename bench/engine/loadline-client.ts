/**
 * Loads one URL, or ten weighted endpoints with templated paths and JSON bodies, as fast as one worker can, and prints
 * what it took as JSON. Called by engine.ts, peers.ts and flow-script.ts.
 */
import { printMeasuredRun } from './measured-run.ts';
import { planOf } from './plan.ts';

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
await printMeasuredRun(plan);
