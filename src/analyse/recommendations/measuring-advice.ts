import type { Recommendation } from '../analysis.ts';
import { narrowing, repeatCommand, runCommand } from '../commands.ts';
import type { Situation } from '../recommendations.ts';
import { count, list, number } from '../words.ts';

/** What to measure next, where this run leaves something open; and what the plan itself declares as missing. */
export function adviceOnMeasuring(s: Situation): Recommendation[] {
  return [...narrow(s), ...further(s), ...percentiles(s), ...hold(s), ...declared(s)];
}

const narrowEnough = 1.2;

function narrow({ standing: { gap } }: Situation): Recommendation[] {
  if (gap === null || gap.bad <= narrowEnough * gap.good) return [];
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
      verify: runCommand(users, 30),
    },
  ];
}

function further({ standing: { gap, highest, missed }, run }: Situation): Recommendation[] {
  if (gap !== null || missed !== null || highest?.users == null) return [];
  const users = [highest.users, highest.users * 2, highest.users * 4];
  return [
    {
      priority: 'medium',
      action: `Test beyond ${count(highest.users, 'user')}: no limit was found up to there`,
      because: `Within the ${count(run.stages.length, 'stage')} of this run nothing gave way, so the limit is not known.`,
      answers: 'capacity',
      effect: null,
      effort: 'small',
      verify: runCommand(users),
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
  const imported = run.stages.some((stage) => stage.data.kind === 'summary');
  return [
    {
      priority: 'medium',
      action: 'Promise p95 as well, such as `sla: { avg: 400ms, p95: 1000ms }`',
      because: `The SLA of ${list(
        averages.map((e) => e.name),
        3,
      )} ${averages.length === 1 ? 'bounds' : 'bound'} the average only. An average can hold while one request in ten is far too slow.${imported ? ` The file of ${run.source.tool} gives no measured p95 that is judged here.` : ''}`,
      answers: 'sla',
      effect: null,
      effort: 'small',
      verify: repeatCommand(run),
    },
  ];
}

function hold({ capacity, standing }: Situation): Recommendation[] {
  const users = capacity.recommendedLimit?.users ?? null;
  if (users === null || (standing.gap === null && standing.missed === null)) return [];
  return [
    {
      priority: 'medium',
      action: `Hold ${count(users, 'user')} for ten minutes before relying on it`,
      because:
        'The limit rests on stages of a minute or less; what grows slowly (memory, tables, logs) shows later.',
      answers: 'capacity',
      effect: null,
      effort: 'small',
      verify: runCommand([users], 600),
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
