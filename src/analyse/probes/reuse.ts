import { ratioOf } from '../diagnosis/contrast.ts';
import type { Measurement } from '../measure/measurement.ts';
import { meanTime } from './probe-interval.ts';
import type { ReuseReading } from './probe-readings.ts';
import { type Probing, stagesOf } from './trial-stage.ts';

/** P4: each endpoint over connections used again, and its variation over new ones; the parts of the ABBA together. */
export function readReuse(probing: Probing): readonly ReuseReading[] {
  const stages = stagesOf(probing, 'reuse').filter(({ unusable }) => unusable === null);
  return probing.run.plan.endpoints.flatMap(({ probe }, fresh): ReuseReading[] => {
    if (probe?.kind !== 'no-reuse') return [];
    const endpoint = probe.of;
    const of = (reused: boolean, index: number): readonly Measurement[] =>
      stages
        .filter(({ trial }) => trial.reused === reused)
        .flatMap(({ measurement }) => measurement.endpoints[index] ?? []);
    const [kept, anew] = [of(true, endpoint), of(false, fresh)];
    if (kept.length === 0 && anew.length === 0) return [];
    const [reusedTime, freshTime] = [meanTime(kept), meanTime(anew)];
    const connected = meanShare(kept, ({ newConnections }) => newConnections);
    const connectMs = meanShare(anew, ({ connectTime, newConnections }) =>
      connectTime?.avg === undefined || newConnections === null ? null : connectTime.avg * newConnections,
    );
    return [
      {
        endpoint,
        reused: reusedTime,
        fresh: freshTime,
        ratio: reusedTime === null || freshTime === null ? null : ratioOf(reusedTime, freshTime),
        reuseSeen: connected === null ? null : 1 - connected,
        connectShare:
          connectMs === null || freshTime === null || freshTime.value <= 0
            ? null
            : Math.min(1, connectMs / freshTime.value),
      },
    ];
  });
}

/** Mean over the measurements, weighted by their counts; null: none tells. */
function meanShare(
  measurements: readonly Measurement[],
  figure: (measurement: Measurement) => number | null,
): number | null {
  let sum = 0;
  let count = 0;
  for (const measurement of measurements) {
    const value = figure(measurement);
    if (value === null) continue;
    sum += value * measurement.count;
    count += measurement.count;
  }
  return count > 0 ? sum / count : null;
}
