import type { Interval } from './analysis.ts';

/**
 * Figures as words, the same everywhere: `1,122 ms`, `+1,107 %`, `16.89 requests/s`, `2 stages`.
 * No locale of the machine is asked: the same data gives the same bytes.
 */

/** `1,122`, `16.89`: the digits asked for, thousands separated by commas, a real minus sign. */
export function number(value: number, digits = 0): string {
  if (!Number.isFinite(value))
    return Number.isNaN(value) ? 'unknown' : value > 0 ? 'unbounded' : '−unbounded';
  const [whole = '0', part] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const isZero = Number(Math.abs(value).toFixed(digits)) === 0;
  return `${value < 0 && !isZero ? '−' : ''}${grouped}${part === undefined ? '' : `.${part}`}`;
}

/** As few digits as carry meaning: `0.42`, `4.2`, `42`, `1,122`. */
function sensible(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const digits = size < 0.1 ? 3 : size < 1 ? 2 : size < 9.95 ? 1 : 0;
  return trimZeros(number(value, digits));
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** ms → `0.42 ms`, `4.2 ms`, `93 ms`, `1,122 ms`. */
export function milliseconds(ms: number): string {
  return `${sensible(ms)} ms`;
}

/** s → `0.5 s`, `60 s`, `3 min`, `1 h 5 min`. */
export function seconds(s: number): string {
  if (s < 120) return `${trimZeros(number(s, s < 10 ? 1 : 0))} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** Per second → `0.52 requests/s`, `16.89 requests/s`, `120 requests/s`. */
export function rate(perSecond: number): string {
  return `${rateFigure(perSecond)} requests/s`;
}

/** The figure of {@link rate} without its unit. */
export function rateFigure(perSecond: number): string {
  return Math.abs(perSecond) < 99.95 ? trimZeros(number(perSecond, 2)) : number(perSecond);
}

/** 0..1 → `0 %`, `0.04 %`, `12.5 %`, `100 %`. Never rounds a small share to 0 or a large one to 100. */
export function share(value: number): string {
  const percent = value * 100;
  const size = Math.abs(percent);
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 0.01 && percent > 0) return '< 0.01 %';
  if (percent > 99.9 && percent < 100) return '> 99.9 %';
  return `${trimZeros(number(percent, size < 1 ? 2 : size < 99.95 ? 1 : 0))} %`;
}

/** Relative change → `+1,107 %`, `−8.9 %`, `±0 %`. */
export function change(relative: number): string {
  const percent = relative * 100;
  const text = trimZeros(number(percent, Math.abs(percent) < 9.95 ? 1 : 0));
  if (text === '0') return '±0 %';
  return `${percent > 0 ? '+' : ''}${text} %`;
}

/** A ratio → `2.1 ×`. */
export function times(ratio: number): string {
  return `${trimZeros(number(ratio, ratio < 0.1 ? 3 : ratio < 1 ? 2 : ratio < 99.5 ? 1 : 0))} ×`;
}

/** `1 user`, `1,000 users`; an irregular plural is given. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`; beyond `most`: `a, b and 3 more`. */
export function list(items: readonly string[], most = Number.POSITIVE_INFINITY): string {
  if (items.length > most) return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
  if (items.length <= 1) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

/** ` (95 % interval 3.1 to 4.2)`, or nothing where there is none. */
export function within(interval: Interval | null, figure: (value: number) => string = sensible): string {
  if (interval === null || interval.low === null || interval.high === null) return '';
  return ` (95 % interval ${figure(interval.low)} to ${figure(interval.high)})`;
}

/** A name at the begin of a sentence: `locust` → `Locust`. */
export function capital(text: string): string {
  return /^p\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** `stage 2 (50 users)`; an open stage `stage 2 (200 requests/s asked)`. */
export function stageName(stage: {
  readonly stage: number;
  readonly users: number | null;
  readonly askedRate?: number | null;
}): string {
  return `stage ${stage.stage} (${loadName(stage)})`;
}

/** `50 users`, `200 requests/s asked`, or `stage 2`. */
export function loadName(stage: {
  readonly stage: number;
  readonly users: number | null;
  readonly askedRate?: number | null;
}): string {
  if (stage.users !== null) return count(stage.users, 'user');
  const asked = stage.askedRate ?? null;
  return asked === null ? `stage ${stage.stage}` : `${rate(asked)} asked`;
}

/** `SLA compliance` stays, `Failure rate` → `failure rate`. */
export function uncapital(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text;
}
