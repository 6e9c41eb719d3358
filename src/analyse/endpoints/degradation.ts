import type { Degradation } from '../analysis.ts';
import { changeOfMean } from '../measure/block-bootstrap.ts';
import type { StageMeasurement } from '../measure/measurement.ts';

/**
 * How the mean response time of one endpoint changed from the first valid stage to the last that can be used. Null:
 * fewer than two such stages hold a time of it. The mean, because another tool's summary holds no other statistic that
 * always is comparable.
 */
export function degradationOf(
  measurements: readonly StageMeasurement[],
  endpoint: number,
  random: () => number,
): Degradation | null {
  const usable = measurements.filter((measurement) => measurement.validity.state !== 'invalid');
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
