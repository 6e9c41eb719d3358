import type { Recommendation } from '../analysis.ts';
import { repeatCommand, runCommand } from '../commands.ts';
import { count, list, loadName, milliseconds, number, rate, stageName } from '../words.ts';
import type { Situation } from './recommendations.ts';

/** What to admit, from what was carried; and, where the generator was the limit, to measure again first. */
export function adviceOnLimit(s: Situation): Recommendation[] {
  return [...measureAgain(s), ...limit(s)];
}

function measureAgain({ run, measurements, diagnosis }: Situation): Recommendation[] {
  const bad = measurements.filter((m) => m.validity.state !== 'valid');
  if (bad.length === 0) return [];
  const generator = diagnosis.findings.find((f) => f.cause === 'generator');
  const invalid = bad.some((m) => m.validity.state === 'invalid');
  const reason = [...new Set(bad.flatMap((m) => m.validity.because))];
  return [
    {
      priority: invalid ? 'critical' : 'high',
      action: `Repeat ${list(bad.map(stageName))} ${generator === undefined ? 'under conditions that pass the checks' : 'with a generator that keeps up: a machine of its own, more workers, or less load'}`,
      because:
        `${bad.length === 1 ? 'The stage is' : 'The stages are'} ${invalid ? 'not valid' : 'only a lower bound'}${reason.length === 0 ? '' : `: ${list(reason, 2)}`}.`.replace(
          /\.\.$/,
          '.',
        ),
      answers: generator === undefined ? 'validity' : 'generator',
      effect: null,
      effort: 'small',
      verify: repeatCommand(run),
    },
  ];
}

function limit({ run, capacity, standing, sla }: Situation): Recommendation[] {
  const { recommendedLimit: recommended } = capacity;
  const { missed, highest, gap, lowest } = standing;
  if (recommended === null || highest === null || lowest === null) return [];
  if (recommended.users === null && recommended.rate === null) {
    return [
      {
        priority: 'critical',
        action:
          'Do not put this load on the system: find a load that it carries, below the lowest one tested',
        because: recommended.statement,
        answers: 'capacity',
        effect: null,
        effort: 'small',
        verify: runCommand(run, below(lowest.users)),
      },
    ];
  }
  const troubled = missed !== null || gap !== null;
  const name = recommended.users === null ? '' : count(recommended.users, 'concurrent user');
  const perSecond = recommended.rate === null ? '' : `about ${rate(recommended.rate)}`;
  const load = name === '' ? perSecond : perSecond === '' ? name : `${name} (${perSecond})`;
  const at = standing.usable.find((m) => m.users !== null && m.users === recommended.users);
  const interval = at?.total.intervals.avg;
  const slower = at !== undefined && at !== highest ? highest.total.responseTime?.avg : undefined;
  return [
    {
      priority: missed !== null && sla.held === false ? 'critical' : troubled ? 'high' : 'low',
      action: troubled
        ? `Limit the load to ${load}; refuse or queue what exceeds it before it reaches the API`
        : `State ${load} as the tested limit, and test further before more is admitted`,
      because: recommended.statement,
      answers: 'capacity',
      effect:
        troubled && interval?.low != null && interval.high !== null && slower !== undefined
          ? {
              metric: `average response time of admitted requests (${milliseconds(slower)} at ${loadName(highest)})`,
              low: interval.low,
              high: interval.high,
              unit: 'ms',
              model: `measured at ${loadName(at ?? highest)}: 95 % interval of the mean over time blocks`,
            }
          : null,
      effort: 'small',
      verify: runCommand(run, recommended.users === null ? null : [recommended.users]),
    },
  ];
}

function below(users: number | null): number[] | null {
  if (users === null || users <= 1) return null;
  const loads = [1, Math.round(users / 4), Math.round(users / 2), users].filter((n) => n >= 1);
  return [...new Set(loads)].map((n) => Number(number(n).replaceAll(',', '')));
}
