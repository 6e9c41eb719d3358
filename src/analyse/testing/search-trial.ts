import { randomFrom, randomIndex } from '../../record/random.ts';
import type { Run } from '../../record/run.ts';
import { findPlanner } from '../search/find-planner.ts';
import { sessionPlan } from './session-plan.ts';
import { simulatedSession } from './simulated-session.ts';
import type { SimulatedSystem } from './simulated-system.ts';

/** A random M/M/m system behind a constant delay, with an SLA on p95, and where it breaks in truth. */
export type SearchTrial = {
  readonly system: SimulatedSystem;
  readonly servers: number;
  readonly serviceMs: number;
  /** Without think time: m·(delay + service)/service. */
  readonly knee: number;
  readonly maxRate: number;
  /** Highest rate of Poisson arrivals whose p95 is within the SLA. */
  readonly slaRate: number;
};

const networkMs = 0.2;

/** Knees from 1 to 60 users, services of 2 to 60 ms, SLAs of 1.3 to 6 times what an unloaded system keeps. */
export function searchTrial(seed: number): SearchTrial {
  const random = randomFrom(seed);
  const servers = 2 ** randomIndex(random, 5);
  // At most 2,000 requests/s: a simulated search costs time, too.
  const serviceMs = Math.max(servers / 2, 2 * 30 ** random());
  const delayMs = random() < 0.3 ? 0 : serviceMs * 3 * random();
  const unloaded = quantileMs({ servers, serviceMs, delayMs }, 1e-6);
  const limit = unloaded * (1.3 + 4.7 * random());
  const slaRate = highestRate({ servers, serviceMs, delayMs }, limit);
  const knee = (servers * (delayMs + networkMs + serviceMs)) / serviceMs;
  const maxRate = (servers / serviceMs) * 1000;
  return {
    servers,
    serviceMs,
    knee,
    maxRate,
    slaRate,
    system: {
      name: `M/M/${servers}`,
      stations: [{ name: 'pool', servers }],
      endpoints: [
        {
          name: 'GET /a',
          sla: { times: { p95: limit }, errors: null },
          steps: [
            { kind: 'delay', ms: delayMs },
            { kind: 'serve', station: 'pool', ms: serviceMs },
          ],
        },
      ],
      control: [{ kind: 'delay', ms: 0.1 }],
      truth: { causes: [], endpoints: [], knee, xmax: maxRate },
    },
  };
}

/** The whole search on a simulated target. */
export function searched(
  system: SimulatedSystem,
  {
    budgetMs,
    seed,
    users = 500,
    onStep,
  }: { budgetMs: number; seed: number; users?: number; onStep?: (text: string) => void },
): { readonly run: Run; readonly because: string; readonly elapsedMs: number } {
  const plan = sessionPlan(system);
  const session = simulatedSession(system, { seed, plan });
  const planner = findPlanner({ budgetMs, plan, seed, ceiling: { users } });
  for (let stages = 0; stages < 200; stages += 1) {
    const step = planner.next(session.run(), session.elapsedMs());
    if (step.kind === 'done')
      return { run: session.run(), because: step.because, elapsedMs: session.elapsedMs() };
    onStep?.(`${session.elapsedMs()} ms: ${step.order.because}`);
    session.carryOut(step.order);
  }
  throw new Error('the search has no end');
}

type Queue = { readonly servers: number; readonly serviceMs: number; readonly delayMs: number };

/** P(response time > t) of M/M/m, first come first served (Gross & Harris, ch. 2.3), behind a constant delay. */
function shareOver({ servers: m, serviceMs, delayMs }: Queue, ratePerMs: number, limitMs: number): number {
  const t = limitMs - delayMs - networkMs;
  if (t <= 0) return 1;
  const mu = 1 / serviceMs;
  const a = ratePerMs / mu;
  if (a >= m) return 1;
  const wait = erlangC(m, a);
  const gap = m - 1 - a;
  const rest = Math.exp(-mu * t);
  if (Math.abs(gap) < 1e-9) return rest * (1 + wait * mu * t);
  return rest * (1 + (wait * (1 - Math.exp(-mu * t * gap))) / gap);
}

/** P(wait > 0), from Erlang B by its recursion. */
function erlangC(m: number, a: number): number {
  let blocked = 1;
  for (let k = 1; k <= m; k += 1) blocked = (a * blocked) / (k + a * blocked);
  return (m * blocked) / (m - a * (1 - blocked));
}

function quantileMs(queue: Queue, ratePerMs: number): number {
  let [low, high] = [0, 1e6];
  for (let i = 0; i < 100; i += 1) {
    const middle = (low + high) / 2;
    if (shareOver(queue, ratePerMs, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** Requests per second. */
function highestRate(queue: Queue, limitMs: number): number {
  let [low, high] = [0, queue.servers / queue.serviceMs];
  for (let i = 0; i < 100; i += 1) {
    const middle = (low + high) / 2;
    if (shareOver(queue, middle, limitMs) > 0.05) high = middle;
    else low = middle;
  }
  return low * 1000;
}
