import type { Run } from '../../record/run.ts';
import type { Analysis, Estimate, Interval } from '../analysis.ts';
import { errorLimit } from '../capacity/error-onset.ts';
import { isFair, slaStages } from '../capacity/sla-bracket.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';

/** Where the run's loads stand towards what was promised: what recommendations, readiness and conclusion share. */
export type Standing = {
  /** Stages that are not invalid and hold requests, lowest load first. */
  readonly usable: readonly StageMeasurement[];
  readonly lowest: StageMeasurement | null;
  readonly highest: StageMeasurement | null;
  /** The highest load that, with all below it, kept every promise and the limit of failures. */
  readonly carried: StageMeasurement | null;
  /** The lowest load that did not, in a valid stage. */
  readonly missed: StageMeasurement | null;
  /** Loads that did not, while the generator was the limit: whose the miss is, is not known. Lowest first. */
  readonly notFair: readonly StageMeasurement[];
  /** Between these users something gives way first; null: nothing did, or it is not known. */
  readonly gap: Gap | null;
};

export type Gap = {
  readonly good: number;
  readonly bad: number;
  readonly what: 'knee' | 'sla' | 'errors';
};

export function standingOf(input: {
  readonly run: Run;
  readonly measurements: readonly StageMeasurement[];
  readonly capacity: Analysis['capacity'];
}): Standing {
  const { run, measurements, capacity } = input;
  const load = (m: StageMeasurement) => m.users ?? m.askedRate ?? 0;
  const usable = measurements
    .filter((m) => m.validity.state !== 'invalid' && targetErrors(m.total).count > 0)
    .toSorted((a, b) => load(a) - load(b) || a.stage - b.stage);
  const { limit } = errorLimit(run.plan);
  const broke = usable.filter(
    (m) =>
      targetErrors(m.total).share > limit || slaStages([m], run.plan).some(({ misses }) => misses.length > 0),
  );
  const [firstBroken] = broke;
  const carried = firstBroken === undefined ? usable.at(-1) : usable[usable.indexOf(firstBroken) - 1];
  return {
    usable,
    lowest: usable[0] ?? null,
    highest: usable.at(-1) ?? null,
    carried: carried ?? null,
    missed: broke.find(isFair) ?? null,
    notFair: broke.filter((m) => !isFair(m)),
    gap: gapOf(capacity),
  };
}

/** The estimate in users; null: it has none. */
export function usersOf(estimate: Estimate): Interval | null {
  if (estimate.state !== 'estimated') return null;
  if (estimate.unit === 'users') {
    return { value: estimate.estimate, low: estimate.low, high: estimate.high };
  }
  return estimate.users;
}

/** The first of knee, SLA and errors to give way: the one whose upper end is lowest. */
function gapOf(capacity: Analysis['capacity']): Gap | null {
  const gaps = (['knee', 'sla', 'errors'] as const).flatMap((what): Gap[] => {
    const users = usersOf(capacity[what]);
    if (users?.low == null || users.high === null || users.high <= users.low) return [];
    return [{ good: Math.floor(users.low), bad: Math.ceil(users.high), what }];
  });
  return gaps.length === 0 ? null : gaps.reduce((first, g) => (g.bad < first.bad ? g : first));
}
