import type { StageTotal } from '../analysis.ts';
import { wilson } from '../measure/interval.ts';
import type { StageMeasurement } from '../measure/measurement.ts';

/** Every stage with all endpoints together. */
export function stageTotals(measurements: readonly StageMeasurement[]): StageTotal[] {
  return measurements.map(({ stage, users, askedRate, seconds, total, inFlight, thinkTimeMs, validity }) => ({
    stage,
    users,
    askedRate,
    seconds,
    count: total.count,
    failed: total.failed,
    rate: total.rate === null ? null : (total.intervals.rate ?? { value: total.rate, low: null, high: null }),
    errors: total.errors,
    errorsInterval: total.count > 0 ? wilson(total.failed, total.count) : null,
    responseTime: total.responseTime,
    inFlight: inFlight ?? arithmeticInFlight(total.rate, total.responseTime?.avg),
    thinkTime: thinkTimeMs,
    validity: validity.state,
  }));
}

/** X·R, where nothing was sampled. */
function arithmeticInFlight(rate: number | null, avgMs: number | undefined): number | null {
  return rate === null || avgMs === undefined ? null : (rate * avgMs) / 1000;
}
