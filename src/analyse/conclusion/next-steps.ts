import type { Analysis, Recommendation } from '../analysis.ts';
import type { Concluding } from './conclusion.ts';

const most = { now: 4, soon: 4, later: 6 } as const;

/** The recommendations as a list to tick off: critical and cheap first; each once. */
export function nextStepsOf({ recommendations, run }: Concluding): Analysis['nextSteps'] {
  const imported = run.stages.some((stage) => stage.data.kind === 'summary');
  const plan: Analysis['nextSteps'] = imported
    ? [
        {
          when: 'now',
          step: `Measure it with Loadline: write a plan for ${run.plan.target}, then run it; what this file cannot show (generator, queueing, percentiles per second) is then recorded.`,
          command: `loadline init ${run.plan.target}`,
        },
      ]
    : [];
  const steps = recommendations
    .filter((r) => !imported || r.answers !== 'connection-pool')
    .map((r) => ({ when: whenOf(r), step: stepOf(r), command: r.verify }));
  return [
    ...plan,
    ...(['now', 'soon', 'later'] as const).flatMap((when) =>
      steps.filter((s) => s.when === when).slice(0, most[when]),
    ),
  ];
}

function whenOf({ priority, effort }: Recommendation): 'now' | 'soon' | 'later' {
  switch (priority) {
    case 'critical':
      return 'now';
    case 'high':
      return effort === 'small' ? 'now' : 'soon';
    case 'medium':
      return effort === 'small' ? 'soon' : 'later';
    case 'low':
      return 'later';
    default:
      return priority satisfies never;
  }
}

/** The action's first sentence. */
function stepOf({ action }: Recommendation): string {
  const [first = action] = action.split(/(?<=\.)\s/);
  return first.endsWith('.') ? first : `${first}.`;
}
