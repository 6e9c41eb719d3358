import type { Degradation } from '../analysis.ts';
import { changeOfMean } from '../measure/block-bootstrap.ts';
import type { StageMeasurement } from '../measure/measurement.ts';

/**
 * How the mean response time of one endpoint changed from the lowest load of a valid stage to the highest of one that can
 * be used; where all loads are alike or not known, from the first to the last. Null: fewer than two such stages hold a
 * time of it. The mean, because another tool's summary holds no other statistic that
 * always is comparable.
 */
export function degradationOf(
  measurements: readonly StageMeasurement[],
  endpoint: number,
  random: () => number,
): Degradation | null {
  const usable = byLoad(measurements.filter((measurement) => measurement.validity.state !== 'invalid'));
  const timed = usable.filter((m) => m.endpoints[endpoint]?.responseTime?.avg !== undefined);
  const first = timed.find((measurement) => measurement.validity.state === 'valid') ?? timed[0];
  const last = timed[timed.length - 1];
  if (first === undefined || last === undefined || first === last) return null;
  const from = first.endpoints[endpoint];
  const to = last.endpoints[endpoint];
  const fromMs = from?.responseTime?.avg;
  const toMs = to?.responseTime?.avg;
  if (!from || !to || fromMs === undefined || toMs === undefined || fromMs <= 0) return null;
  return {
    statistic: 'avg',
    fromStage: first.stage,
    toStage: last.stage,
    fromUsers: first.users,
    toUsers: last.users,
    from: fromMs,
    to: toMs,
    change: changeOfMean(from.blocks, to.blocks, toMs / fromMs - 1, random),
  };
}

/** Stable, so that of equal loads the first comes first. A search goes back to a light load at its end. */
function byLoad(stages: readonly StageMeasurement[]): readonly StageMeasurement[] {
  const load = (m: StageMeasurement) => m.users ?? m.askedRate;
  return stages.some((m) => load(m) === null)
    ? stages
    : stages.toSorted((a, b) => (load(a) ?? 0) - (load(b) ?? 0));
}
