import type { Finding, Recommendation, Undecided } from '../analysis.ts';
import { decideCommand, repeatCommand, verifyCommand } from '../commands.ts';
import { causeNames, isOpportunity } from '../diagnosis/cause-names.ts';
import { list, share } from '../words.ts';
import { effectOn, keepAlive, roomAbove, throughput, usualHits } from './effects.ts';
import type { Situation } from './recommendations.ts';
import { usersOf } from './standing.ts';

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
    effect: effectOn(finding, s),
    effort: effortOf(finding),
    verify: verifyCommand(s.run),
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

function forUndecided(undecided: Undecided, s: Situation): Recommendation {
  const opportunity = isOpportunity(undecided);
  const queueing = undecided.causes.includes('connection-pool');
  const cache = opportunity && undecided.causes[0] === 'no-cache';
  return {
    priority: opportunity ? 'low' : 'high',
    action: opportunity
      ? cache
        ? `Consider caching. ${undecided.experiment}`
        : 'Try keep-alive in the server and in the proxies before it'
      : `Find out which it is before paying for a fix. ${undecided.experiment}`,
    because: `${undecided.title}.${opportunity ? '' : ` Open between: ${list(undecided.causes.map((c) => causeNames[c]))}.`}`,
    answers: undecided.causes[0] ?? null,
    effect: cache
      ? throughput({ cacheHit: usualHits }, s)
      : opportunity
        ? keepAlive(s)
        : queueing
          ? roomAbove(s)
          : null,
    effort: cache ? 'medium' : 'small',
    verify: opportunity ? verifyCommand(s.run) : decideOrRepeat(s),
  };
}

/** Another tool's files say nothing of what Loadline could ask the target. */
function decideOrRepeat({ run }: Situation): string {
  return run.stages.some((stage) => stage.data.kind === 'summary') ? repeatCommand(run) : decideCommand(run);
}

/** Reads in the mix while something shared is full: caching could help, and nothing in this run tested it. */
function caching(s: Situation): Recommendation[] {
  const { run, diagnosis } = s;
  if (run.stages.some((stage) => stage.data.kind === 'summary')) return [];
  const weights = run.plan.endpoints.reduce((sum, e) => sum + e.weight, 0);
  const reads = run.plan.endpoints.filter((e) => ['GET', 'HEAD'].includes(e.method.toUpperCase()));
  const readShare = reads.reduce((sum, e) => sum + e.weight, 0) / weights;
  const queues = diagnosis.undecided.some((u) => u.causes.includes('connection-pool'));
  const declared = Object.keys(run.plan.readiness.declared).some((name) => /cach/i.test(name));
  const tested = [...diagnosis.findings.map((f) => [f.cause]), ...diagnosis.undecided.map((u) => u.causes)];
  if (tested.some(([only, ...more]) => only === 'no-cache' && more.length === 0)) return [];
  if (!queues || declared || readShare < 0.5) return [];
  return [
    {
      priority: 'low',
      action:
        'Consider caching for the reads; this run did not test it. First measure whether the same answer is asked for again and again',
      because: `${share(readShare)} of the requests asked for are reads, and something that the slowed endpoints share makes them wait. Whether their answers may be cached is not known.`,
      answers: 'no-cache',
      effect: throughput({ cacheHit: usualHits }, s),
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
  return [
    {
      priority: 'medium',
      action:
        'Run a second instance behind a load balancer, once it is known that what they would share is not the limit',
      because:
        'Throughput stopped growing within the tested range. A second instance helps if the limit is inside the process (thread, CPU, its own pool), and not if it is what both share (database, lock).',
      answers: 'capacity',
      effect: throughput({ instances: 2 }, s),
      effort: 'medium',
      verify: repeatCommand(run),
    },
  ];
}
