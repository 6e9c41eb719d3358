import type { StageMeasurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import { number, rate } from '../words.ts';

/** Users of a closed stage, asked requests per second of an open one. */
export function loadOf(measurement: StageMeasurement): number | null {
  return measurement.users ?? measurement.askedRate;
}

export function unitOf(measurement: StageMeasurement): 'users' | 'requests/s' {
  return measurement.users !== null ? 'users' : 'requests/s';
}

/** Stages that are not invalid and hold requests that reached the target, lowest load first. */
export function usableStages(measurements: readonly StageMeasurement[]): readonly StageMeasurement[] {
  return measurements
    .filter((m) => m.validity.state !== 'invalid' && targetErrors(m.total).count > 0 && loadOf(m) !== null)
    .toSorted((a, b) => (loadOf(a) ?? 0) - (loadOf(b) ?? 0));
}

/** Twice the load, in words. */
export function nextLoad(measurement: StageMeasurement): string {
  const load = loadOf(measurement) ?? 0;
  return unitOf(measurement) === 'users' ? `${number(load * 2)} users` : rate(load * 2);
}
