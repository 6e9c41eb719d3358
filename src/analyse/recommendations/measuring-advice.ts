import type { Recommendation } from '../analysis.ts';
import { narrowing, repeatCommand, runCommand } from '../commands.ts';
import { count, list, number, seconds } from '../words.ts';
import type { Situation } from './recommendations.ts';

/** What to measure next, where this run leaves something open; and what the plan itself declares as missing. */
export function adviceOnMeasuring(s: Situation): Recommendation[] {
  return [...narrow(s), ...further(s), ...percentiles(s), ...hold(s), ...declared(s)];
}

const narrowEnough = 1.2;
/** Of an estimated knee: high over low end. */
const knownEnough = 1.5;

function narrow({ run, capacity: { knee }, standing: { gap } }: Situation): Recommendation[] {
  if (gap === null || gap.bad <= narrowEnough * gap.good) return [];
  const isKnown =
    knee.state === 'estimated' &&
    knee.low !== null &&
    knee.high !== null &&
    knee.high <= knownEnough * knee.low;
  if (gap.what === 'knee' && isKnown) return [];
  const users = narrowing(gap.good, gap.bad);
  if (users.length < 3) return [];
  const what = {
    knee: 'throughput stops growing',
    sla: 'the first promise is missed',
    errors: 'failures begin',
  }[gap.what];
  return [
    {
      priority: 'high',
      action: `Narrow the limit down with stages between ${number(gap.good)} and ${number(gap.bad)} users`,
      because: `Between these two ${what}; where, this run cannot tell.`,
      answers: 'capacity',
      effect: null,
      effort: 'small',
      verify: runCommand(run, users, 30),
    },
  ];
}

function further({ standing: { gap, highest, missed, notFair }, run }: Situation): Recommendation[] {
  if (gap !== null || missed !== null || notFair.length > 0 || highest?.users == null) return [];
  const users = [highest.users, highest.users * 2, highest.users * 4];
  return [
    {
      priority: 'medium',
      action: `Test beyond ${count(highest.users, 'user')}: no limit was found up to there`,
      because: `Within the ${count(run.stages.length, 'stage')} of this run nothing gave way, so the limit is not known.`,
      answers: 'capacity',
      effect: null,
      effort: 'small',
      verify: runCommand(run, users),
    },
  ];
}

/** An average hides the slow requests that a promise is about. */
function percentiles({ run }: Situation): Recommendation[] {
  const averages = run.plan.endpoints.filter(({ sla }) => {
    const promised = sla === null ? [] : Object.keys(sla.times);
    return promised.length > 0 && promised.every((statistic) => statistic === 'avg');
  });
  if (averages.length === 0) return [];
  return [
    {
      priority: 'medium',
      action: 'Promise p95 as well, such as `sla: { avg: 400ms, p95: 1000ms }`',
      because: `The SLA of ${list(
        averages.map((e) => e.name),
        3,
      )} ${averages.length === 1 ? 'bounds' : 'bound'} the average only. An average can hold while one request in ten is far too slow.`,
      answers: 'sla',
      effect: null,
      effort: 'small',
      verify: repeatCommand(run),
    },
  ];
}

const longHoldSeconds = 600;

function hold({ capacity, standing, run }: Situation): Recommendation[] {
  const users = capacity.recommendedLimit?.users ?? null;
  if (users === null || (standing.gap === null && standing.missed === null)) return [];
  const longest = Math.max(...run.stages.map((s) => (s.steadyToMs - s.steadyFromMs) / 1000));
  if (longest >= longHoldSeconds) return [];
  return [
    {
      priority: 'medium',
      action: `Hold ${count(users, 'user')} for ten minutes before relying on it`,
      because: `${longest > 0 ? `No stage was longer than ${seconds(Math.ceil(longest))}` : 'The stages were short'}; what grows slowly (memory, tables, logs) shows later.`,
      answers: 'capacity',
      effect: null,
      effort: 'small',
      verify: runCommand(run, [users], longHoldSeconds),
    },
  ];
}

function declared({ run }: Situation): Recommendation[] {
  return Object.entries(run.plan.readiness.declared)
    .filter(([, present]) => !present)
    .map(([name]) => ({
      priority: 'low' as const,
      action: `Provide: ${name}`,
      because: `The plan declares that it is missing (readiness.declared: ${name}). This run did not look for it and cannot say what it would bring.`,
      answers: 'readiness',
      effect: null,
      effort: 'unknown' as const,
      verify: repeatCommand(run),
    }));
}
