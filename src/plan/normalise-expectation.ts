import type * as z from 'zod';
import type { expect } from './expect-schema.ts';
import { issue, type Origin, type Path } from './fault.ts';
import { checkJsonValue } from './json-value-check.ts';
import { limits } from './limits.ts';
import { checkHeaderName, checkJsonPath, checkPattern } from './place-check.ts';
import { asJson } from './plain-value.ts';
import type { Check, Expectation, JsonValue } from './plan.ts';
import { type Report, scalarText } from './plan-text.ts';

type ExpectInput = z.output<typeof expect>;
type Around = { readonly origin: Origin; readonly report: Report };

export function normaliseExpectation(input: ExpectInput | undefined, at: Path, around: Around): Expectation {
  const { report } = around;
  const status = input?.status ?? [];
  const checks: Check[] = [
    ...jsonChecks(input?.json ?? {}, [...at, 'json'], around),
    ...headerChecks(input?.headers ?? {}, [...at, 'headers'], around),
  ];
  if (input?.matches !== undefined) {
    checkPattern(input.matches, [...at, 'matches'], report);
    checks.push({ place: { from: 'regex', pattern: input.matches }, equals: [] });
  }
  if (checks.length > limits.checks)
    report(issue(at, `at most ${limits.checks} checks`, `${checks.length} of them`));
  return {
    status: typeof status === 'number' ? [status] : status,
    bodyContains: input?.bodyContains ?? null,
    ...(checks.length === 0 ? {} : { checks }),
  };
}

function jsonChecks(input: Readonly<Record<string, unknown>>, at: Path, around: Around): readonly Check[] {
  return Object.entries(input).map(([path, given]): Check => {
    const here = [...at, path];
    checkJsonPath(path, here, around.report, 'key');
    const value = asJson(given) ?? null;
    checkJsonValue(value, here, here.length, around);
    return { place: { from: 'json', path }, equals: accepted(value, here, around.report) };
  });
}

/** A list holds the accepted values; `exists` takes any. */
function accepted(value: JsonValue, at: Path, report: Report): readonly JsonValue[] {
  if (value === 'exists') return [];
  if (!isList(value)) return [value];
  if (value.length === 0)
    report(issue(at, 'at least one accepted value', 'an empty list', 'write [[]] for a list that is empty'));
  if (value.length > limits.expectedValues)
    report(issue(at, `at most ${limits.expectedValues} accepted values`, `${value.length} of them`));
  return value;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function headerChecks(
  input: NonNullable<ExpectInput['headers']>,
  at: Path,
  { origin, report }: Around,
): readonly Check[] {
  return Object.entries(input).map(([name, given]): Check => {
    const here = [...at, name];
    checkHeaderName(name, here, report, 'key');
    const equals =
      given === 'exists'
        ? []
        : Array.isArray(given)
          ? given.map((value, index) => scalarText(value, [...here, index], origin))
          : [scalarText(given, here, origin)];
    return { place: { from: 'header', name: name.toLowerCase() }, equals };
  });
}
