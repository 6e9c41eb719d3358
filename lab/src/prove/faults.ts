import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { LabError } from '../lab-error.ts';
import { identify } from '../process-identity.ts';
import type { Setup } from '../setup.ts';
import { reloadBalancer, restartInstances, type StackReading } from '../stack/stack.ts';
import { type FaultReport, type FaultsReport, reportOn } from './fault-report.ts';
import type { ProvingGround } from './proving-ground.ts';
import { missingOf, witness } from './witness.ts';

/** Something that goes wrong, or is done by an operator, while clients ask. */
export interface Fault {
  readonly id: string;
  readonly title: string;
  readonly setup?: Partial<Setup>;
  readonly act: Act;
}

type Act =
  /** A signal to a component's process, which its supervisor starts again. */
  | { readonly kind: 'signal'; readonly component: string; readonly signal: NodeJS.Signals }
  | { readonly kind: 'order'; readonly give: (name: string) => Promise<StackReading> };

/** PostgreSQL: SIGINT is its fast shutdown, SIGQUIT its immediate one, after which it recovers from its log. */
export const faults: readonly Fault[] = [
  {
    id: 'redis-killed',
    title: 'Redis killed',
    act: { kind: 'signal', component: 'redis', signal: 'SIGKILL' },
  },
  {
    id: 'instance-killed',
    title: 'An API instance killed',
    act: { kind: 'signal', component: 'api-1', signal: 'SIGKILL' },
  },
  {
    id: 'postgres-restarted',
    title: 'PostgreSQL restarted',
    act: { kind: 'signal', component: 'postgres', signal: 'SIGINT' },
  },
  {
    id: 'postgres-crashed',
    title: 'PostgreSQL crashed',
    act: { kind: 'signal', component: 'postgres', signal: 'SIGQUIT' },
  },
  {
    id: 'postgres-crashed-async',
    title: 'PostgreSQL crashed, with asynchronous commit',
    setup: { commit: 'async' },
    act: { kind: 'signal', component: 'postgres', signal: 'SIGQUIT' },
  },
  {
    id: 'balancer-reloaded',
    title: 'The balancer reloaded',
    act: { kind: 'order', give: reloadBalancer },
  },
  {
    id: 'instances-restarted',
    title: 'The API instances restarted one by one',
    act: { kind: 'order', give: restartInstances },
  },
];

const underFault: Partial<Setup> = { profile: 'tuned', cache: 'redis', instances: 3, commit: 'each' };
const faultAfterMs = 5000;
const witnessSeconds = 20;
const backLimitMs = 30_000;
const pollMs = 50;

export async function measureFaults(
  ground: ProvingGround,
  options: { readonly only?: readonly string[]; readonly tell: (text: string) => void },
): Promise<FaultsReport> {
  const startedAt = performance.now();
  const when = new Date().toISOString();
  const chosen = faults.filter(({ id }) => options.only === undefined || options.only.includes(id));
  const reports: FaultReport[] = [];
  for (const [at, fault] of chosen.entries()) {
    options.tell(`fault ${at + 1} of ${chosen.length}: ${fault.title}`);
    const report = await ground.withStack({ ...underFault, ...fault.setup }, (stack) =>
      under(ground, stack, fault),
    );
    options.tell(
      `  ${report.failed} of ${report.requests} requests failed, slowest ${Math.round(report.worstMs)} ms, recovered after ${report.recoveryMs === null ? 'more than the test' : `${Math.round(report.recoveryMs)} ms`}; ${report.acceptedWrites} writes accepted, ${report.lostWrites} lost`,
    );
    reports.push(report);
  }
  return {
    kind: 'lab-faults',
    when,
    machine: `${availableParallelism()} cores, ${process.platform}; Node ${process.versions.node}; load and system on the same machine`,
    minutes: (performance.now() - startedAt) / 60_000,
    faults: reports,
  };
}

async function under(ground: ProvingGround, stack: StackReading, fault: Fault): Promise<FaultReport> {
  const beganAt = performance.now();
  const testifying = witness(stack.url, witnessSeconds, ground.interrupted);
  await setTimeout(faultAfterMs, undefined, { signal: ground.interrupted });
  const faultAt = performance.now();
  const componentBackMs = await cause(ground, stack, fault.act);
  const testimony = await testifying;
  ground.interrupted.throwIfAborted();
  const missing = await missingOf(stack.url, testimony.accepted);
  return reportOn(fault, testimony, {
    faultAtMs: faultAt - beganAt,
    componentBackMs,
    lostWrites: missing.length,
  });
}

/** Does it, and waits until what it ended is back; answers how long that took. */
async function cause(ground: ProvingGround, stack: StackReading, act: Act): Promise<number | null> {
  const startedAt = performance.now();
  if (act.kind === 'order') {
    await act.give(stack.name);
    return performance.now() - startedAt;
  }
  const victim = stack.components.find(({ name }) => name === act.component);
  if (victim === undefined || identify(victim.pid) === undefined)
    throw new LabError('no-component', `${act.component} does not run`, 'this is a fault of the lab');
  process.kill(victim.pid, act.signal);
  while (performance.now() - startedAt < backLimitMs && !ground.interrupted.aborted) {
    const now = (await ground.present()).components.find(({ name }) => name === act.component);
    if (now !== undefined && now.pid !== victim.pid && now.state === 'running')
      return performance.now() - startedAt;
    await setTimeout(pollMs);
  }
  return null;
}
