import * as z from 'zod';
import { limits } from './limits.ts';
import { durationPattern, formatDuration, parseDuration, parseShare, percentPattern } from './quantity.ts';

/** The small parts of a plan's schema: a message says what was expected. */

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export const requestLinePattern = /^ *([A-Za-z]+) +(\/\S*) *$/;

export const expected = {
  duration: 'a duration such as 300ms',
  thinkTime: 'a range of durations such as 1s..3s, one duration, or 0',
  share: 'a share such as 0.1% (or 0.001)',
  request: `a request such as GET /posts (${methods.join(', ')})`,
  data: 'a range such as 1..100, a list, or a CSV or JSON file',
  boolean: 'true or false',
  keyOf: 'one of ',
} as const;

/** Keys that say what a step of a flow is. */
export const stepKeys: readonly string[] = ['request', 'think', 'repeat', 'if', 'chance', 'then', '$script'];

export type Meta = { readonly description: string; readonly examples?: unknown[] };

export function text(what: string, maxLength: number, meta: Meta) {
  return z
    .string({ error: what })
    .min(1, { error: what, abort: true })
    .max(maxLength, { error: `${what}, of at most ${maxLength} characters` })
    .meta(meta);
}

export function pattern(what: string, regex: RegExp, holds: (value: string) => boolean, bounded: string) {
  return z
    .string({ error: what })
    .regex(regex, { error: what, abort: true })
    .refine(holds, { error: bounded });
}

export function duration(minMs: number, meta: Meta, what: string = expected.duration) {
  const bounded = `a duration from ${formatDuration(minMs)} to ${formatDuration(limits.durationMs)}`;
  const holds = (value: string) => {
    const ms = parseDuration(value);
    return ms !== null && ms >= minMs && ms <= limits.durationMs;
  };
  return pattern(what, durationPattern, holds, bounded).meta(meta);
}

export function whole(min: number, max: number, meta?: Meta) {
  const what = `a whole number from ${min} to ${max}`;
  const number = z
    .number({ error: what })
    .int({ error: what })
    .min(min, { error: what })
    .max(max, { error: what });
  return meta === undefined ? number : number.meta(meta);
}

export function positive(max: number, meta?: Meta) {
  const what = `a number above 0, at most ${max}`;
  const number = z.number({ error: what }).gt(0, { error: what }).max(max, { error: what });
  return meta === undefined ? number : number.meta(meta);
}

export function share(meta: Meta) {
  return z
    .union(
      [
        z
          .number({ error: expected.share })
          .min(0, { error: expected.share })
          .max(1, { error: expected.share }),
        pattern(
          expected.share,
          percentPattern,
          (value) => parseShare(value) !== null,
          'a share from 0% to 100%',
        ),
      ],
      { error: expected.share },
    )
    .meta(meta);
}

/** One value for all stages, or a list with one for each. */
export function perStage<T extends z.ZodType>(one: T, what: string, meta: Meta) {
  const list = z
    .array(one, { error: what })
    .min(1, { error: what })
    .max(limits.stages, { error: `a list of at most ${limits.stages} stages` });
  return z.union([one, list], { error: what }).meta(meta);
}

export function record<S extends z.ZodRawShape>(
  what: string,
  shape: S,
  meta: Meta & { readonly oneOf?: object[]; readonly anyOf?: object[] },
) {
  const keys = Object.keys(shape).filter((key) => !key.startsWith('$'));
  return z
    .strictObject(shape, {
      error: (issue) => (issue.code === 'unrecognized_keys' ? expected.keyOf + keys.join(', ') : what),
    })
    .meta(meta);
}

export const flag = (meta: Meta) => z.boolean({ error: expected.boolean }).meta(meta);
