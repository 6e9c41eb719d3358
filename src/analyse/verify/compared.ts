import type { Run } from '../../record/run.ts';
import type { Interval } from '../analysis.ts';
import { compareRuns } from '../compare/compare.ts';
import type { ComparisonLine } from '../compare/comparison.ts';
import type { Metric } from '../compare/metric.ts';
import type { StageMeasurement } from '../measure/measurement.ts';

/** A load of both runs. */
export type ComparedLoad = Pick<StageMeasurement, 'users' | 'askedRate'>;

/** The line of a load; `endpoint` null: all together. Null: the runs don't hold enough of it to be compared. */
export type Compared = (load: ComparedLoad, metric: Metric, endpoint: string | null) => ComparisonLine | null;

/** The two runs as `loadline compare` compares them: the same lines, intervals and verdicts. */
export function comparedRuns(before: Run, after: Run): Compared {
  const { lines } = compareRuns([before], [after], { anyway: true });
  const only = before.plan.endpoints.length === 1;
  return (load, metric, endpoint) =>
    lines.find(
      (line) =>
        line.users === load.users &&
        line.askedRate === load.askedRate &&
        line.metric === metric &&
        line.endpoint === (only ? null : endpoint),
    ) ?? null;
}

/** after / before of a line; null for null. */
export function ratioOfLine(line: ComparisonLine | null): Interval | null {
  if (line === null) return null;
  const { value, low, high } = line.change;
  return { value: 1 + value, low: low === null ? null : 1 + low, high: high === null ? null : 1 + high };
}
