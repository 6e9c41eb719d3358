import type { Interval } from '../../analyse/analysis.ts';
import { number, range } from '../format.ts';
import { type Line, quiet } from './document.ts';

/** `×` after a ratio: `1.02 ×`. */
export const times = (ratio: number): string => `${number(ratio, 2)} ×`;

/** A value, its interval more quietly. */
export function cell(interval: Interval | null, format: (value: number) => string): Line {
  if (interval === null) return ['–'];
  const ends = range(interval.low, interval.high, format);
  return ends === null ? [format(interval.value)] : [format(interval.value), quiet(ends)];
}
