import type { Interval } from '../analyse/analysis.ts';
import * as words from '../analyse/words.ts';

/** The figures of the analysis's own sentences (words.ts), for values that may be missing. */
type Maybe = number | null | undefined;

/** What stands where the run holds no figure. */
export const unknown = '–';

/** `1,234`; at most `digits` decimals, trailing zeros cut. */
export function number(value: Maybe, digits = 0): string {
  if (!known(value)) return unknown;
  const text = words.number(value, digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** About three significant digits: `0.042`, `0.42`, `8.5`, `15.4`, `1,122`. */
export function figure(value: Maybe): string {
  if (!known(value)) return unknown;
  const size = Math.abs(value);
  return number(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.1 ? 2 : size >= 0.01 ? 3 : 5);
}

/** `1,122 ms`, `8.5 ms`. */
export function ms(value: Maybe): string {
  return known(value) ? words.milliseconds(value) : unknown;
}

/** `18.6 ms`: with a digit more, where an interval is narrower than one. */
export function exactMs(value: Maybe): string {
  return known(value) ? `${figure(value)} ms` : unknown;
}

/** `16.89/s`: short for a table. */
export function rate(value: Maybe): string {
  return known(value) ? `${words.rateFigure(value)}/s` : unknown;
}

/** A share 0..1 as `12.5 %`. */
export function percent(share: Maybe): string {
  return known(share) ? words.share(share) : unknown;
}

/** A relative change as `+1,796 %`, `−9 %`. */
export function change(relative: Maybe): string {
  return known(relative) ? words.change(relative) : unknown;
}

/** `60 s`, `3 min`. */
export function seconds(value: Maybe): string {
  return known(value) ? words.seconds(value) : unknown;
}

function known(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** The two ends of an interval, in words where one is open: `50 to 100`, `from 50`, `to 100`; null: none is known. */
export function range(
  low: number | null | undefined,
  high: number | null | undefined,
  format: (value: number) => string,
): string | null {
  if (low === null || low === undefined)
    return high === null || high === undefined ? null : `up to ${format(high)}`;
  return high === null || high === undefined
    ? `${format(low)} or more`
    : `${unitOnce(format(low), format(high))} to ${format(high)}`;
}

/** `62 (50 to 100)`; only the value where no interval is known. */
export function withInterval(
  interval: Interval | null | undefined,
  format: (value: number) => string,
): string {
  if (interval === null || interval === undefined) return unknown;
  const ends = range(interval.low, interval.high, format);
  return ends === null ? format(interval.value) : `${format(interval.value)} (${ends})`;
}

/** `62, 50 to 100`: where it stands in parentheses already. */
export function valueAndRange(interval: Interval, format: (value: number) => string): string {
  const ends = range(interval.low, interval.high, format);
  return ends === null ? format(interval.value) : `${format(interval.value)}, ${ends}`;
}

/** `50 ms to 100 ms` needs its unit once. */
function unitOnce(low: string, high: string): string {
  const unit = / ms$|\/s$| %$| ×$| points$| users?$/.exec(low)?.[0];
  return unit !== undefined && high.endsWith(unit.replace(/^ user$/, ' users'))
    ? low.slice(0, -unit.length)
    : low;
}

/** Users are whole, but for an estimate between few of them: `50`, `2.5`. */
export function userFigure(value: number): string {
  return number(value, value < 10 ? 1 : 0);
}

/** `1 user`, `50 users`, `2.5 users`. */
export function users(value: number): string {
  return `${userFigure(value)} ${value === 1 ? 'user' : 'users'}`;
}

/** `3 stages`, `1 stage`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** `2026-02-10 14:03 UTC` from an ISO 8601 instant; anything else is shown as it is. */
export function instant(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z$/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}

/** `p999` is said `p99.9`. */
export function statisticName(statistic: string): string {
  return statistic === 'p999' ? 'p99.9' : statistic;
}

/** A value of an SLA's statistic: a share for errors, ms for the others. */
export function statisticValue(statistic: string, value: number | null): string {
  return statistic === 'errors' ? percent(value) : ms(value);
}

/** A figure that the target told of itself, in the unit of the analysis: `98 %`, `12 ms`, `84 MB`, `3.7`. */
export function telemetryFigure(value: number, unit: string): string {
  switch (unit) {
    case 'share':
      return percent(value);
    case 'ms':
      return ms(value);
    case 'bytes':
      return `${figure(value / 1e6)} MB`;
    default:
      return `${figure(value)}${unit === '' ? '' : ` ${unit}`}`;
  }
}
