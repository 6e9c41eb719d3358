import type { Finding, Recommendation, Undecided } from '../analysis.ts';
import { fastestMs } from '../capacity/load-point.ts';
import { repeatCommand } from '../commands.ts';
import { causeNames, isOpportunity } from '../diagnosis/cause-names.ts';
import { list, loadName, milliseconds, share } from '../words.ts';
import type { Situation } from './recommendations.ts';
import { usersOf } from './standing.ts';

type Effect = Recommendation['effect'];

/** One recommendation for each cause found, and one for each question left open. */
export function adviceOnCause(s: Situation): Recommendation[] {
  return [
    ...s.diagnosis.findings.filter((f) => f.cause !== 'generator').map((f) => forFinding(f, s)),
    ...s.diagnosis.undecided.map((u) => forUndecided(u, s)),
    ...caching(s),
    ...instances(s),
  ];
}

function forFinding(finding: Finding, s: Situation): Recommendation {
  const hurts = s.standing.missed !== null;
  return {
    priority: hurts && finding.confidence !== 'low' ? 'critical' : 'high',
    action: finding.remedy,
    because: `${finding.title}. ${finding.evidence[0]?.statement ?? ''}`.trim(),
    answers: finding.cause,
    effect: finding.cause === 'no-keep-alive' ? keepAliveEffect(s) : null,
    effort: effortOf(finding),
    verify: repeatCommand(s.run),
  };
}

function effortOf({ cause }: Finding): Recommendation['effort'] {
  switch (cause) {
    case 'no-keep-alive':
    case 'rate-limit':
    case 'load-shedding':
    case 'connection-pool':
      return 'small';
    case 'contention-collapse':
    case 'single-threaded':
    case 'lock-contention':
      return 'large';
    case 'cpu-saturation':
    case 'n-plus-one':
    case 'no-cache':
    case 'slow-writes':
    case 'slow-dependency':
      return 'medium';
    case 'periodic-stalls':
    case 'drift':
    case 'errors-under-load':
    case 'generator':
      return 'unknown';
    default:
      return cause satisfies never;
  }
}

/** R − c·(1 − reuse): what connecting costs is what keeping can save, and no more. */
function keepAliveEffect({ standing, run }: Situation): Effect {
  const stage = standing.lowest;
  const connectMs = stage?.total.connectTime?.avg;
  const fresh = stage?.total.newConnections;
  if (stage === null || connectMs === undefined || fresh == null || run.stages.length === 0) return null;
  return {
    metric: 'saved of each request, on average',
    low: 0,
    high: connectMs * fresh,
    unit: 'ms',
    model: `R − c·(1 − reuse): connecting took ${milliseconds(connectMs)}, for ${share(fresh)} of the requests, at ${loadName(stage)}; an upper bound`,
  };
}

function forUndecided(undecided: Undecided, s: Situation): Recommendation {
  const opportunity = isOpportunity(undecided);
  const queueing = undecided.causes.includes('connection-pool');
  return {
    priority: opportunity ? 'low' : 'high',
    action: opportunity
      ? 'Try keep-alive in the server and in the proxies before it'
      : `Find out which it is before paying for a fix. ${undecided.experiment}`,
    because: `${undecided.title}.${opportunity ? '' : ` Open between: ${list(undecided.causes.map((c) => causeNames[c]))}.`}`,
    answers: undecided.causes[0] ?? null,
    effect: opportunity ? keepAliveEffect(s) : queueing ? roomAbove(s) : null,
    effort: 'small',
    verify: repeatCommand(s.run),
  };
}

/**
 * Operational bound X ≤ N/(R₁ + Z): without any queue, so many users cannot bring more. The average of the lowest load
 * may hold waiting already, so R₁ is that of the endpoints' fastest answers, in which nothing is known to have waited.
 */
function roomAbove({ standing, run }: Situation): Effect {
  const { lowest, highest } = standing;
  const think = highest?.thinkTimeMs;
  const base = lowest === null ? null : fastestMs(lowest.endpoints);
  const rate = highest?.total.rate;
  const recorded = run.stages.every((stage) => stage.data.kind === 'windows');
  if (!recorded || lowest === highest || highest?.users == null || think == null || lowest === null)
    return null;
  if (base === null || rate == null || rate <= 0 || base + think <= 0) return null;
  const bound = highest.users / ((base + think) / 1000) / rate;
  if (bound <= 1.05) return null;
  return {
    metric: `throughput at ${loadName(highest)} if the waiting went away`,
    low: 1,
    high: bound,
    unit: '×',
    model: `bound X ≤ N/(R₁ + Z), R₁ = ${milliseconds(base)}, the endpoints' fastest answers at ${loadName(lowest)} weighted by their requests (the average there may hold waiting already), Z = ${milliseconds(think)}; the next resource may hold earlier`,
  };
}

/** Reads in the mix while something shared is full: caching could help, and nothing in this run tested it. */
function caching({ run, diagnosis }: Situation): Recommendation[] {
  if (run.stages.some((stage) => stage.data.kind === 'summary')) return [];
  const weights = run.plan.endpoints.reduce((sum, e) => sum + e.weight, 0);
  const reads = run.plan.endpoints.filter((e) => ['GET', 'HEAD'].includes(e.method.toUpperCase()));
  const readShare = reads.reduce((sum, e) => sum + e.weight, 0) / weights;
  const queues = diagnosis.undecided.some((u) => u.causes.includes('connection-pool'));
  const declared = Object.keys(run.plan.readiness.declared).some((name) => /cach/i.test(name));
  if (!queues || declared || readShare < 0.5) return [];
  return [
    {
      priority: 'low',
      action:
        'Consider caching for the reads; this run did not test it. First measure whether the same answer is asked for again and again',
      because: `${share(readShare)} of the requests asked for are reads, and something that the slowed endpoints share makes them wait. Whether their answers may be cached is not known.`,
      answers: 'no-cache',
      effect: null,
      effort: 'medium',
      verify: repeatCommand(run),
    },
  ];
}

/** p instances carry at most p times as much, and no more than so many users can ask for. */
function instances(s: Situation): Recommendation[] {
  const { run, capacity, diagnosis } = s;
  const queues = diagnosis.undecided.some((u) => u.causes.includes('connection-pool'));
  const imported = run.stages.some((stage) => stage.data.kind === 'summary');
  const knee = usersOf(capacity.knee);
  if (!queues || imported || knee?.high == null) return [];
  const room = roomAbove(s)?.high;
  return [
    {
      priority: 'medium',
      action:
        'Run a second instance behind a load balancer, once it is known that what they would share is not the limit',
      because:
        'Throughput stopped growing within the tested range. A second instance helps if the limit is inside the process (thread, CPU, its own pool), and not if it is what both share (database, lock).',
      answers: 'capacity',
      effect:
        room === undefined
          ? null
          : {
              metric: 'throughput at the highest load tested',
              low: 1,
              high: Math.min(2, room),
              unit: '×',
              model:
                'p/(1 + σ(p − 1) + κp(p − 1)) with p = 2, σ and κ unknown, and X ≤ N/(R₁ + Z) as above: so between nothing and this',
            },
      effort: 'medium',
      verify: repeatCommand(run),
    },
  ];
}
