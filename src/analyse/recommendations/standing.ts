import type { Run } from '../../record/run.ts';
import type { Analysis, Estimate, Interval, SlaAnalysis } from '../analysis.ts';
import { errorLimit } from '../capacity/error-onset.ts';
import type { StageMeasurement } from '../measure/measurement.ts';

/** Where the run's loads stand towards what was promised: what recommendations, readiness and conclusion share. */
export type Standing = {
  /** Stages that are not invalid and hold requests, lowest load first. */
  readonly usable: readonly StageMeasurement[];
  readonly lowest: StageMeasurement | null;
  readonly highest: StageMeasurement | null;
  /** The highest load that, with all below it, kept every promise and the limit of failures. */
  readonly carried: StageMeasurement | null;
  /** The lowest load that did not. */
  readonly missed: StageMeasurement | null;
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
  readonly sla: SlaAnalysis;
}): Standing {
  const { run, measurements, capacity, sla } = input;
  const load = (m: StageMeasurement) => m.users ?? m.askedRate ?? 0;
  const usable = measurements
    .filter((m) => m.validity.state !== 'invalid' && m.total.count > 0)
    .toSorted((a, b) => load(a) - load(b) || a.stage - b.stage);
  const { limit } = errorLimit(run.plan);
  const keeps = (m: StageMeasurement) => {
    const passed = sla.passRate.find((p) => p.stage === m.stage);
    return m.total.errors <= limit && (passed === undefined || passed.passed === passed.checked);
  };
  const firstMissed = usable.findIndex((m) => !keeps(m));
  const carried = firstMissed < 0 ? usable.at(-1) : usable[firstMissed - 1];
  return {
    usable,
    lowest: usable[0] ?? null,
    highest: usable.at(-1) ?? null,
    carried: carried ?? null,
    missed: firstMissed < 0 ? null : (usable[firstMissed] ?? null),
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
