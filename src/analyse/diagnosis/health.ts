import type { SlaStatistic } from '../../plan/plan.ts';
import { slaStatistics } from '../../plan/plan.ts';
import { change, count, list, loadName, share, stageName, times } from '../words.ts';
import { type Facts, loadOf } from './facts.ts';

/** Whether the tested range shows no trouble at all; the statement says why, or why not. */
export type Health = { readonly healthy: boolean; readonly statement: string };

/** An average that grew by less than this from the lowest to the highest load is no sign of a limit. */
const mostSlowdown = 1.5;

export function healthOf(facts: Facts): Health {
  const { sound, measurements, failures } = facts;
  const first = sound[0];
  const last = sound.at(-1);
  if (first === undefined || last === undefined) return { healthy: false, statement: 'No stage is valid.' };
  if (sound.length < measurements.length) {
    const others = measurements.filter((m) => !sound.includes(m));
    return {
      healthy: false,
      statement: `No cause was found. ${list(others.map(stageName))} ${others.length === 1 ? 'is' : 'are'} not valid, so the tested range cannot be called healthy.`,
    };
  }
  const failing = failures.stages.filter((s) => (wholeErrors(s.stage.total) ?? 0) > failures.limit);
  if (failing.length > 0) {
    return {
      healthy: false,
      statement: `No cause was found. Requests failed in ${list(failing.map((s) => `${stageName(s.stage)}: ${share(s.stage.total.errors)}`))}, and nothing shows that load is the reason.`,
    };
  }
  const missed = missedSlas(facts);
  if (missed > 0) {
    return {
      healthy: false,
      statement: `No cause was found, although ${count(missed, 'SLA check')} of this run ${missed === 1 ? 'was' : 'were'} missed.`,
    };
  }
  if (loadOf(first) === loadOf(last)) {
    return {
      healthy: false,
      statement: `No cause was found at ${loadName(last)}. One load shows no dependence on load: run at least two more stages.`,
    };
  }
  const slowest = slowestGrowth(facts);
  const range = `between ${list([loadName(first), loadName(last)])}`;
  if (slowest !== null && slowest.ratio >= mostSlowdown) {
    return {
      healthy: false,
      statement: `No cause was found. Response times grew by up to ${times(slowest.ratio)} (${slowest.name}) ${range}, without a limit of the throughput: the cause lies beyond what this ladder shows.`,
    };
  }
  const growth =
    slowest === null
      ? ''
      : `, and no endpoint slowed down by more than ${change(Math.max(0, slowest.ratio - 1))}`;
  return {
    healthy: true,
    statement: `No sign of a fault ${range}: failures stayed within ${share(failures.limit)}${growth}.`,
  };
}

function wholeErrors(total: { readonly errors: number }): number {
  return total.errors;
}

/** Means of the whole mix and of its endpoints, highest load over lowest; endpoints with few requests are left out. */
function slowestGrowth({ sound, run }: Facts): { name: string; ratio: number } | null {
  const [first, last] = [sound[0], sound.at(-1)];
  if (first === undefined || last === undefined) return null;
  const rows = run.plan.endpoints.flatMap(({ name }, i) => {
    const [a, b] = [first.endpoints[i], last.endpoints[i]];
    const [from, to] = [a?.responseTime?.p50, b?.responseTime?.p50];
    if (!a || !b || a.count < 20 || b.count < 20 || from === undefined || to === undefined) return [];
    return from > 0 ? [{ name, ratio: to / from }] : [];
  });
  const [from, to] = [first.total.responseTime?.avg, last.total.responseTime?.avg];
  if (from !== undefined && to !== undefined && from > 0)
    rows.push({ name: 'all together', ratio: to / from });
  return rows.length === 0 ? null : rows.reduce((worst, r) => (r.ratio > worst.ratio ? r : worst));
}

function missedSlas({ sound, run }: Facts): number {
  let missed = 0;
  for (const [i, { sla }] of run.plan.endpoints.entries()) {
    if (sla === null) continue;
    for (const stage of sound) {
      const m = stage.endpoints[i];
      if (!m) continue;
      missed += slaStatistics.filter((s: SlaStatistic) => {
        const [limit, value] = [sla.times[s], m.responseTime?.[s]];
        return limit !== undefined && value !== undefined && value > limit;
      }).length;
      if (sla.errors !== null && m.errors > sla.errors) missed += 1;
    }
  }
  return missed;
}
