import type { EndpointAnalysis, Recommendation } from '../analysis.ts';
import { runCommand, verifyCommand } from '../commands.ts';
import { isWrite } from '../diagnosis/writes.ts';
import { change, list, loadName, milliseconds, times } from '../words.ts';
import type { Situation } from './recommendations.ts';

/** Where to look first, and what stands out among the endpoints. */
export function adviceOnEndpoints(s: Situation): Recommendation[] {
  return [...worst(s), ...writes(s)];
}

function worst({ endpoints, run, standing }: Situation): Recommendation[] {
  const critical = endpoints.filter((e) => e.status === 'critical');
  const bad = critical.length > 0 ? critical : endpoints.filter((e) => e.status === 'warning');
  if (bad.length === 0) return [];
  const first = bad.toSorted((a, b) => a.rank - b.rank).slice(0, 3);
  const { highest } = standing;
  return [
    {
      priority: critical.length > 0 ? 'high' : 'medium',
      action: `Look at ${list(first.map((e) => e.name))} first: trace where their time goes${highest === null ? '' : ` at ${loadName(highest)}`}`,
      because: `${list(first.map(slowdown))}.${bad.length > first.length ? ` ${bad.length} of ${endpoints.length} endpoints are ${critical.length > 0 ? 'critical' : 'at warning'}.` : ''}`,
      answers: 'endpoints',
      effect: null,
      effort: 'medium',
      verify: verifyCommand(run),
    },
  ];
}

function slowdown(e: EndpointAnalysis): string {
  const d = e.degradation;
  if (d === null) return `${e.name}: ${e.statusBecause.replace(/\.$/, '')}`;
  return `${e.name} ${milliseconds(d.from)} → ${milliseconds(d.to)} (${d.statistic}, ${change(d.change.value)})`;
}

const clearlySlower = 1.5;

/** Writes against reads at the lowest load; a cause only with a stage of one user, so here no more than a hint. */
function writes({ run, standing, diagnosis }: Situation): Recommendation[] {
  const base = standing.lowest;
  if (base === null || diagnosis.findings.some((f) => f.cause === 'slow-writes')) return [];
  const mean = (wanted: boolean) => {
    const rows = run.plan.endpoints.flatMap((e, i) => {
      const m = base.endpoints[i];
      const avg = m?.responseTime?.avg;
      return m && avg !== undefined && isWrite(e.method) === wanted
        ? [{ avg, count: m.count, name: e.name }]
        : [];
    });
    const count = rows.reduce((sum, r) => sum + r.count, 0);
    const avg = count === 0 ? null : rows.reduce((sum, r) => sum + r.avg * r.count, 0) / count;
    return { avg, names: rows.map((r) => r.name) };
  };
  const [write, read] = [mean(true), mean(false)];
  if (write.avg === null || read.avg === null || read.avg <= 0 || write.avg / read.avg < clearlySlower)
    return [];
  return [
    {
      priority: 'medium',
      action: `Look at what the writes wait for (${list(write.names, 3)}): commits, indexes, triggers; batch them where the API allows`,
      because: `At ${loadName(base)}, the lowest load, writes took ${milliseconds(write.avg)} on average and reads ${milliseconds(read.avg)} (${times(write.avg / read.avg)}).`,
      answers: 'endpoints',
      effect: null,
      effort: 'medium',
      verify: base.users === 1 ? verifyCommand(run) : runCommand(run, [1]),
    },
  ];
}
