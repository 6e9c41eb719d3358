/** Runs two-requests.plan.ts as fast as one worker can, and prints what it took as JSON. Called by flow-script.ts. */
import { loadPlan } from '../../src/plan/load-plan.ts';
import { printMeasuredRun } from './measured-run.ts';

const [, , target = '', users = '64', seconds = '5', scenario = 'cold'] = process.argv;
// Warm: a first stage of two seconds, in which the JavaScript is compiled, is left out.
const durationsMs = scenario === 'warm' ? [2000, Number(seconds) * 1000] : [Number(seconds) * 1000];
const plan = await loadPlan('two-requests.plan.ts', {
  env: {},
  cwd: import.meta.dirname,
  overrides: { target, users: durationsMs.map(() => Number(users)), durationMs: durationsMs },
});
await printMeasuredRun(plan);
