/** Durations, shares and ranges as people write them in a plan. Every parser answers null for what it can't read. */

const figure = '\\d+(?:\\.\\d+)?';
const durationSource = `(?=\\d)(?:${figure}h)?(?:${figure}m)?(?:${figure}s)?(?:${figure}ms)?`;

/** `300ms`, `60s`, `2m`, `1h`, `1.5s`, `1m30s`. */
export const durationPattern = new RegExp(`^${durationSource}$`);
/** `1s..3s`, `2s`, `none`. */
export const durationRangePattern = new RegExp(`^(?:none|0|${durationSource}(?:\\.\\.${durationSource})?)$`);
/** `0.1%`. */
export const percentPattern = new RegExp(`^${figure}%$`);
/** `1..100`, both ends included. */
export const integerRangePattern = /^-?\d{1,15}\.\.-?\d{1,15}$/;

export const dayMs = 86_400_000;

const unitMs = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** Milliseconds of a duration with units, to the nanosecond. */
export function parseDuration(text: string): number | null {
  if (text.length > 64 || !durationPattern.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|[hms])/g)) {
    if (unit === 'h' || unit === 'm' || unit === 's' || unit === 'ms') total += Number(amount) * unitMs[unit];
  }
  return Math.round(total * 1e6) / 1e6;
}

/** The shortest text with one unit that {@link parseDuration} reads as the same time. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    const amount = ms / unitMs[unit];
    if (Number.isInteger(amount) && amount > 0) return `${amount}${unit}`;
  }
  return `${ms}ms`;
}

/** `1s..3s`, a single duration for a constant, `none` or 0 for none. */
export function parseDurationRange(input: string | number): { minMs: number; maxMs: number } | null {
  if (input === 0 || input === 'none' || input === '0') return { minMs: 0, maxMs: 0 };
  if (typeof input === 'number') return null;
  const [low = '', high = low, ...more] = input.split('..');
  const minMs = parseDuration(low);
  const maxMs = parseDuration(high);
  return more.length > 0 || minMs === null || maxMs === null ? null : { minMs, maxMs };
}

/** A share 0..1 from `0.1%` or from 0.001. */
export function parseShare(input: string | number): number | null {
  const share =
    typeof input === 'number'
      ? input
      : percentPattern.test(input)
        ? Number(`${input.slice(0, -1)}e-2`)
        : Number.NaN;
  return share >= 0 && share <= 1 ? share : null;
}

/** `1..100`: whole numbers, both ends included. */
export function parseIntegerRange(text: string): { from: number; to: number } | null {
  if (!integerRangePattern.test(text)) return null;
  const [from, to] = text.split('..').map(Number);
  return from === undefined || to === undefined ? null : { from: from + 0, to: to + 0 };
}
