import { type Issue, issue } from './fault.ts';
import type { Load } from './plan.ts';

/** What the caller lets a plan ask for at most; absent: no bound. */
export type LoadCeiling = {
  readonly users?: number | undefined;
  readonly ratePerSecond?: number | undefined;
};

/**
 * The stages that ask for more. What a closed stage will bring in requests per second no one knows before it has run,
 * so its rate has to be watched while it runs.
 */
export function aboveCeiling(load: Load, { users, ratePerSecond }: LoadCeiling): readonly Issue[] {
  const asked =
    load.kind === 'closed'
      ? load.stages.map((stage) => stage.users)
      : load.stages.map((stage) => stage.ratePerSecond);
  const [option, unit, most] =
    load.kind === 'closed' ? ['--max-users', 'users', users] : ['--max-rate', 'requests/s', ratePerSecond];
  if (most === undefined) return [];
  return asked.flatMap((amount, index) =>
    amount > most
      ? [
          issue(
            [String(option)],
            `at most ${most} ${unit} in stage ${index + 1}`,
            `${amount} ${unit}`,
            `ask for less, or raise ${option}`,
          ),
        ]
      : [],
  );
}
