import type { Run } from '../../record/run.ts';
import type { Analysis } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';

/** One of the two runs, analysed. */
export type Side = {
  readonly run: Run;
  readonly analysis: Analysis;
  readonly measurements: readonly StageMeasurement[];
};

/** The same load in both runs, valid in both. */
export type Pair = { readonly before: StageMeasurement; readonly after: StageMeasurement };

/** By load, the lowest first. */
export function pairsOf(before: Side, after: Side): readonly Pair[] {
  const load = (m: StageMeasurement) => m.users ?? m.askedRate ?? 0;
  const usable = (side: Side) =>
    side.measurements.filter((m) => m.validity.state === 'valid' && m.total.count > 0);
  const others = usable(after);
  const taken = new Set<StageMeasurement>();
  return usable(before)
    .flatMap((one) => {
      const other = others.find(
        (m) => !taken.has(m) && m.users === one.users && m.askedRate === one.askedRate,
      );
      if (other === undefined) return [];
      taken.add(other);
      return [{ before: one, after: other }];
    })
    .sort((a, b) => load(a.before) - load(b.before));
}
