import { runLoad } from '../../src/load/run-load.ts';
import type { ResolvedPlan } from '../../src/plan/plan.ts';
import { countingSink } from './plan.ts';

/**
 * Runs a plan with one worker and prints what its last stage took as JSON: requests, CPU of the whole process since the
 * stage's begin, seconds. Throws if any request failed.
 */
export async function printMeasuredRun(plan: ResolvedPlan): Promise<void> {
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
}
