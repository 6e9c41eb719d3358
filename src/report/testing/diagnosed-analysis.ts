import { analyse } from '../../analyse/analyse.ts';
import type { Analysis } from '../../analyse/analysis.ts';
import { diagnosePlanner } from '../../analyse/search/diagnose-planner.ts';
import { sessionPlan } from '../../analyse/testing/session-plan.ts';
import { simulatedSession } from '../../analyse/testing/simulated-session.ts';
import type { SimulatedSystem, Step } from '../../analyse/testing/simulated-system.ts';
import { doneEvent } from '../../record/trial.ts';

const sla = (p95: number) => ({ times: { p95 }, errors: null });
const cpu = (ms: number): Step => ({ kind: 'serve', station: 'cpu', ms });
const query = (ms: number): Step => ({ kind: 'hold', station: 'pool', steps: [{ kind: 'delay', ms }] });

/** Two endpoints wait for one of eight connections, the third needs none. */
const shop: SimulatedSystem = {
  name: 'shop',
  stations: [
    { name: 'pool', servers: 8 },
    { name: 'cpu', servers: 2, discipline: 'ps' },
  ],
  endpoints: [
    {
      name: 'GET /orders',
      weight: 3,
      sla: sla(60),
      list: { rows: 20, parameter: 'limit' },
      steps: [cpu(0.4), query(18)],
    },
    {
      name: 'GET /products',
      weight: 4,
      keys: 200,
      sla: sla(40),
      validators: { work: null },
      steps: [cpu(0.3), query(7)],
    },
    { name: 'GET /health', sla: sla(20), steps: [cpu(0.3)] },
  ],
  control: [cpu(0.25)],
  truth: { causes: ['connection-pool'], endpoints: [0, 1], size: 8 },
};

/** What `loadline diagnose` makes of {@link shop} within 100 s of simulated time: every step is the planner's own. */
export function diagnosedAnalysis(): Analysis {
  const plan = sessionPlan(shop);
  const session = simulatedSession(shop, { seed: 5, plan });
  const planner = diagnosePlanner({
    budgetMs: 100_000,
    plan,
    seed: 5,
    allow: { writes: false, bursts: false },
  });
  for (;;) {
    const step = planner.next(session.run(), session.elapsedMs());
    if (step.kind === 'trial') {
      session.carryOut(step.order);
      continue;
    }
    const run = session.run();
    const done = doneEvent(step.because, step.notRun ?? [], session.elapsedMs());
    return analyse({ ...run, events: [...run.events, done] });
  }
}
