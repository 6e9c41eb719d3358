import type { Run } from '../../record/run.ts';
import type { Analysis, Interval } from '../analysis.ts';
import { ratioOf } from '../diagnosis/contrast.ts';
import { z95 } from '../measure/interval.ts';
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

/** What two runs of one unchanged system are assumed to differ by, as a standard deviation of the logarithm. */
export const runToRun = { throughput: 0.02, times: 0.05 } as const;

/** after / before, its interval widened by what two runs of one system differ by anyway. */
export function widenedRatio(before: Interval, after: Interval, deviation: number): Interval | null {
  const ratio = ratioOf(before, after);
  if (ratio === null || ratio.low === null || ratio.high === null) return ratio;
  const more = z95 * Math.SQRT2 * deviation;
  const wider = (end: number) => Math.hypot(Math.log(end / ratio.value), more);
  return {
    value: ratio.value,
    low: ratio.low <= 0 ? 0 : ratio.value * Math.exp(-wider(ratio.low)),
    high: ratio.value * Math.exp(wider(ratio.high)),
  };
}
