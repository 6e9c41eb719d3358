import type * as z from 'zod';
import type { endpoint as endpointSchema } from './endpoint-schema.ts';
import { issue, type Origin, type Path, quoted } from './fault.ts';
import { headerFields } from './header-fields.ts';
import { limits } from './limits.ts';
import { normaliseAuth, twoAuthorizations } from './normalise-auth.ts';
import { normaliseBody } from './normalise-body.ts';
import { normaliseData } from './normalise-data.ts';
import { normaliseExpectation } from './normalise-expectation.ts';
import type { Endpoint, Sla } from './plan.ts';
import { slaStatistics } from './plan.ts';
import { checkVariables, type Report, scalarText } from './plan-text.ts';
import { parseDuration, parseShare } from './quantity.ts';
import { parseRequestLine, resourceOf } from './request-line.ts';

/** A request as it was written, in its long form. */
export type RequestInput = Exclude<z.output<typeof endpointSchema>, string>;
type SlaInput = NonNullable<RequestInput['sla']>;

/** What an endpoint takes from the plan around it. */
export type Surroundings = {
  readonly origin: Origin;
  readonly report: Report;
  /** Whether the schema found nothing wrong at that path: what follows from a fault is not reported again. */
  readonly intact: (path: Path) => boolean;
  readonly timeoutMs: number;
  /** Placeholders that the plan's own headers and token name. */
  readonly planTexts: readonly string[];
  /** Present: what the flow around it fills, sooner or later. */
  readonly flowNames?: ReadonlySet<string>;
};

/** An endpoint with all its defaults; the placeholders are another's look (`checkPlaceholders`). */
export function normaliseEndpoint(given: string | RequestInput, at: Path, around: Surroundings): Endpoint {
  const input: RequestInput = typeof given === 'string' ? { request: given } : given;
  const { origin, report } = around;
  const { method, path } = parseRequestLine(
    input.request,
    typeof given === 'string' ? at : [...at, 'request'],
    report,
  );
  const data = normaliseData(input.data ?? {}, [...at, 'data'], around);
  const headers = headerFields(input.headers, [...at, 'headers'], origin, report);
  const query = normaliseQuery(input.query ?? {}, [...at, 'query'], around);
  const names = new Set([...Object.keys(data), ...(around.flowNames ?? [])]);
  const body = normaliseBody(input, at, { origin, report, names });
  if (body?.kind === 'multipart') checkContentType(Object.keys(input.headers ?? {}), at, report);
  const auth =
    input.auth === 'none' ? null : input.auth && normaliseAuth(input.auth, [...at, 'auth'], report);
  if (auth && headers.authorization !== undefined) report(twoAuthorizations([...at, 'auth']));
  return {
    name: input.name ?? `${method} ${path}`,
    method,
    path,
    query,
    headers,
    body,
    weight: input.weight ?? 1,
    data,
    sla: input.sla === undefined ? null : normaliseSla(input.sla, [...at, 'sla'], report),
    expect: normaliseExpectation(input.expect, [...at, 'expect'], around),
    group: input.group ?? resourceOf(path),
    timeoutMs:
      input.timeout === undefined ? around.timeoutMs : (parseDuration(input.timeout) ?? around.timeoutMs),
    ...(auth === undefined ? {} : { auth }),
  };
}

/** A multipart body can't be read without the boundary that Loadline chooses. */
function checkContentType(names: readonly string[], at: Path, report: Report): void {
  const name = names.find((one) => one.toLowerCase() === 'content-type');
  if (name === undefined) return;
  const hint = 'it is written with the boundary: remove it';
  report(issue([...at, 'headers', name], 'no content-type beside multipart', quoted(name), hint, 'key'));
}

function normaliseQuery(
  input: Readonly<Record<string, string | number | boolean>>,
  at: Path,
  { origin, report }: Surroundings,
): Readonly<Record<string, string>> {
  const query: Record<string, string> = {};
  for (const [key, value] of Object.entries(input)) {
    const text = scalarText(value, [...at, key], origin);
    if (text.length > limits.pathLength) {
      report(
        issue([...at, key], `a text of at most ${limits.pathLength} characters`, `${text.length} of them`),
      );
    }
    checkVariables(text, [...at, key], report);
    query[key] = text;
  }
  return query;
}

function normaliseSla(input: SlaInput, at: Path, report: Report): Sla {
  if (typeof input === 'string') return { times: { p95: parseDuration(input) ?? 0 }, errors: null };
  if (Object.keys(input).length === 0) {
    report(issue(at, 'at least one bound', 'an empty object', 'write sla: 300ms, or remove the key'));
  }
  const times: Partial<Record<(typeof slaStatistics)[number], number>> = {};
  for (const statistic of slaStatistics) {
    const bound = input[statistic];
    if (bound !== undefined) times[statistic] = parseDuration(bound) ?? 0;
  }
  return { times, errors: input.errors === undefined ? null : parseShare(input.errors) };
}
