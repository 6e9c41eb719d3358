import type { StageMeasurement } from '../measure/measurement.ts';
import { number, rate } from '../words.ts';

/** Users of a closed stage, asked requests per second of an open one. */
export function loadOf(measurement: StageMeasurement): number | null {
  return measurement.users ?? measurement.askedRate;
}

export function unitOf(measurement: StageMeasurement): 'users' | 'requests/s' {
  return measurement.users !== null ? 'users' : 'requests/s';
}

/** Twice the load, in words. */
export function nextLoad(measurement: StageMeasurement): string {
  const load = loadOf(measurement) ?? 0;
  return unitOf(measurement) === 'users' ? `${number(load * 2)} users` : rate(load * 2);
}
