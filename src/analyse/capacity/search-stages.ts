import type { StageMeasurement } from '../measure/measurement.ts';
import type { SplitRun } from '../split-run.ts';

/** The stages of a search that are no rungs of its ladder, in the order in which they ran. */
export type SearchStages = {
  /** Whether users went up a ladder of the search's own. */
  readonly laddered: boolean;
  /** Poisson arrivals at a rate. */
  readonly rates: readonly StageMeasurement[];
  readonly holds: readonly StageMeasurement[];
  /** A light load after the heavy ones. */
  readonly recoveries: readonly StageMeasurement[];
};

/** Null: no stage of the run belongs to a search for the breaking point. */
export function searchStages({ all, trials }: Pick<SplitRun, 'all' | 'trials'>): SearchStages | null {
  const of = (kind: string) => all.filter((_, i) => trials[i]?.kind === kind);
  const found = { rates: of('rate'), holds: of('hold'), recoveries: of('recovery') };
  const laddered = of('ladder').length > 0;
  const any = laddered || found.rates.length + found.holds.length + found.recoveries.length > 0;
  return any ? { ...found, laddered } : null;
}
