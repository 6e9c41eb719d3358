import type { StageFigures } from './figures.ts';
import { readyUsers } from './measuring-plan.ts';
import type { Observation } from './observation.ts';

export interface ChecklistRow {
  readonly requirement: string;
  readonly current: string;
  readonly target: string;
  readonly met: boolean;
  /** `measured`: from the load; `observed`: a probe saw it. */
  readonly basis: 'measured' | 'observed';
}

export interface Observations {
  readonly cache: Observation;
  readonly pool: Observation;
  readonly balancer: Observation;
  readonly monitoring: Observation;
}

const limits = { averageMs: 300, slaShare: 0.95, failures: 0.001, r2: 0.95, slope: 0.9 } as const;

/** The reference document's nine rows. */
export function checklistOf(stages: readonly StageFigures[], seen: Observations): readonly ChecklistRow[] {
  const at = (users: number) => stages.find((stage) => stage.users === users);
  const held = heldUsers(stages);
  const loaded = at(readyUsers);
  const hundred = at(100);
  const requests = stages.reduce((sum, stage) => sum + stage.requests, 0);
  const failed = stages.reduce((sum, stage) => sum + stage.failed, 0);
  const line = scaling(stages);
  const observed = (requirement: string, target: string, { met, seen: current }: Observation) =>
    ({ requirement, current, target, met, basis: 'observed' }) as const;
  const measured = (requirement: string, current: string, target: string, met: boolean) =>
    ({ requirement, current, target, met, basis: 'measured' }) as const;
  return [
    measured(
      'Max concurrent users',
      `${held}${loaded === undefined ? '' : ` (${ms(loaded.averageMs)} on average at ${readyUsers})`}`,
      `≥ ${readyUsers}, at < ${limits.averageMs} ms on average, SLA and failures as below`,
      held >= readyUsers,
    ),
    measured(
      `SLA compliance at ${readyUsers} users (p95)`,
      loaded?.slaShare == null ? 'not known' : percent(loaded.slaShare),
      `≥ ${percent(limits.slaShare)}`,
      loaded?.slaShare != null && loaded.slaShare >= limits.slaShare,
    ),
    measured(
      'Failure rate',
      `${percent(requests === 0 ? 1 : failed / requests)} (${failed} of ${requests} requests)`,
      `< ${percent(limits.failures)}`,
      requests > 0 && failed / requests < limits.failures,
    ),
    measured(
      'Average response time at 100 users',
      hundred === undefined ? 'not known' : ms(hundred.averageMs),
      `< ${limits.averageMs} ms`,
      hundred !== undefined && hundred.averageMs < limits.averageMs,
    ),
    measured(
      'Throughput linear in users',
      line === null
        ? 'not known'
        : `R² ${line.r2.toFixed(3)}; each user brings ${percent(line.slope)} of what one without waiting would`,
      `R² ≥ ${limits.r2}, slope ≥ ${percent(limits.slope)}`,
      line !== null && line.r2 >= limits.r2 && line.slope >= limits.slope,
    ),
    observed('Caching layer', 'repeated reads from a cache, never stale', seen.cache),
    observed('Connection pooling', '100 connections, hardly a wait', seen.pool),
    observed('Load balancer', 'several instances answer', seen.balancer),
    observed('Monitoring', 'all targets up, alerts loaded', seen.monitoring),
  ];
}

/** The most users up to whom every lighter load held too. */
function heldUsers(stages: readonly StageFigures[]): number {
  let held = 0;
  for (const { users, averageMs, slaShare, requests, failed } of stages) {
    const isHeld =
      averageMs < limits.averageMs &&
      slaShare !== null &&
      slaShare >= limits.slaShare &&
      failed < limits.failures * Math.max(1, requests);
    if (!isHeld) break;
    held = users;
  }
  return held;
}

/**
 * The least-squares line X = a + b·N. Its slope is told in shares of 1/Z, what a user brings who never waits (Z the pause
 * really made), so that it does not rest on the few requests of the lightest load.
 */
export function scaling(stages: readonly StageFigures[]): { r2: number; slope: number } | null {
  if (stages.length < 3) return null;
  const mean = (of: (stage: StageFigures) => number) =>
    stages.reduce((sum, stage) => sum + of(stage), 0) / stages.length;
  const [users, rate] = [mean((stage) => stage.users), mean((stage) => stage.rate)];
  const covariance = mean((stage) => (stage.users - users) * (stage.rate - rate));
  const variance = mean((stage) => (stage.users - users) ** 2);
  const spread = mean((stage) => (stage.rate - rate) ** 2);
  if (variance === 0 || spread === 0) return null;
  const think = mean((stage) => stage.thinkMs);
  return {
    r2: covariance ** 2 / (variance * spread),
    slope: ((covariance / variance) * think) / 1000,
  };
}

function ms(value: number): string {
  return `${Math.round(value).toLocaleString('en')} ms`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
