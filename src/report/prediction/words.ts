import type { Predicted } from '../../analyse/what-if/prediction.ts';
import { unknown } from '../format.ts';

/** `120 to 280`, `120 or more`, `120` where both ends read the same; the unit, if any, once. */
export function endsInWords(
  { low, high }: Pick<Predicted, 'low' | 'high'>,
  figure: (value: number) => string,
  unit = '',
): string {
  const after = unit === '' ? '' : ` ${unit}`;
  if (high === null) return `${figure(low)}${after} or more`;
  return figure(low) === figure(high) ? figure(low) + after : `${figure(low)} to ${figure(high)}${after}`;
}

export function orUnknown<T>(value: T | null, words: (value: T) => string): string {
  return value === null ? unknown : words(value);
}
