import type * as z from 'zod';
import { describeValue, issue, type Origin, type Path } from './fault.ts';
import { headerFields } from './header-fields.ts';
import { limits } from './limits.ts';
import { normaliseAuth, twoAuthorizations } from './normalise-auth.ts';
import { normaliseData } from './normalise-data.ts';
import { checkPlaceholders } from './placeholder-check.ts';
import { asJson, jsonTexts } from './plain-value.ts';
import type { Body, Endpoint, Expectation, JsonValue, Sla } from './plan.ts';
import { slaStatistics } from './plan.ts';
import type { planSchema } from './plan-schema.ts';
import { checkVariables, type Report, scalarText } from './plan-text.ts';
import { parseDuration, parseShare } from './quantity.ts';
import { parseRequestLine, resourceOf } from './request-line.ts';

type PlanOutput = z.output<typeof planSchema>;
type EndpointInput = Exclude<PlanOutput['endpoints'][number], string>;
type SlaInput = NonNullable<EndpointInput['sla']>;

/** What an endpoint takes from the plan around it. */
export type Surroundings = {
  readonly origin: Origin;
  readonly report: Report;
  /** Whether the schema found nothing wrong at that path: what follows from a fault is not reported again. */
  readonly intact: (path: Path) => boolean;
  readonly timeoutMs: number;
  /** Placeholders that the plan's own headers and token name. */
  readonly planTexts: readonly string[];
};

export function normaliseEndpoint(given: string | EndpointInput, at: Path, around: Surroundings): Endpoint {
  const input: EndpointInput = typeof given === 'string' ? { request: given } : given;
  const { origin, report } = around;
  const { method, path } = parseRequestLine(
    input.request,
    typeof given === 'string' ? at : [...at, 'request'],
    report,
  );
  const data = normaliseData(input.data ?? {}, [...at, 'data'], around);
  const headers = headerFields(input.headers, [...at, 'headers'], origin, report);
  const query = normaliseQuery(input.query ?? {}, [...at, 'query'], around);
  const body = input.body === undefined ? null : normaliseBody(input.body, [...at, 'body'], data, around);
  const auth =
    input.auth === 'none' ? null : input.auth && normaliseAuth(input.auth, [...at, 'auth'], report);
  if (auth && headers.authorization !== undefined) report(twoAuthorizations([...at, 'auth']));
  const endpoint: Endpoint = {
    name: input.name ?? `${method} ${path}`,
    method,
    path,
    query,
    headers,
    body,
    weight: input.weight ?? 1,
    data,
    sla: input.sla === undefined ? null : normaliseSla(input.sla, [...at, 'sla'], report),
    expect: normaliseExpectation(input.expect),
    group: input.group ?? resourceOf(path),
    timeoutMs:
      input.timeout === undefined ? around.timeoutMs : (parseDuration(input.timeout) ?? around.timeoutMs),
    ...(auth === undefined ? {} : { auth }),
  };
  checkPlaceholders(endpoint, at, typeof given === 'string', around);
  return endpoint;
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

function normaliseBody(
  input: unknown,
  at: Path,
  data: Endpoint['data'],
  { origin, report }: Surroundings,
): Body | null {
  if (input === null) {
    report(issue(at, 'a body', 'nothing (null)', 'remove the key, or write {} for an empty object'));
    return null;
  }
  const value = asJson(input) ?? null;
  const bytes = new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)).length;
  if (bytes > limits.bodyBytes)
    report(issue(at, `a body of at most ${limits.bodyBytes} bytes`, `${bytes} bytes`));
  for (const { path, text, part } of jsonTexts(value, at)) checkVariables(text, path, report, part);
  checkJsonValues(value, at);
  return typeof value === 'string' ? { kind: 'text', value } : { kind: 'json', value };

  function checkJsonValues(one: JsonValue, path: Path): void {
    if (path.length - at.length > limits.bodyDepth) {
      report(issue(path, `a body of at most ${limits.bodyDepth} levels`, 'a deeper one'));
    } else if (typeof one === 'number' && Number.isInteger(one) && !Number.isSafeInteger(one)) {
      const text = scalarText(one, path, origin);
      if (/^[+-]?\d+$/.test(text)) {
        report(
          issue(
            path,
            'a whole number up to 9007199254740991',
            text.slice(0, 60),
            'put longer ones in quotes',
          ),
        );
      }
    } else if (Array.isArray(one)) {
      for (const [index, inner] of one.entries()) checkJsonValues(inner, [...path, index]);
    } else if (typeof one === 'object' && one !== null) {
      const [key, ...others] = Object.keys(one);
      if (
        key !== undefined &&
        others.length === 0 &&
        Object.values(one)[0] === null &&
        Object.hasOwn(data, key)
      ) {
        report(issue(path, 'a value', describeValue(one), `put quotes around the placeholder: "{${key}}"`));
      }
      for (const [name, inner] of Object.entries(one)) checkJsonValues(inner, [...path, name]);
    }
  }
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

function normaliseExpectation(input: EndpointInput['expect']): Expectation {
  const status = input?.status ?? [];
  return {
    status: typeof status === 'number' ? [status] : status,
    bodyContains: input?.bodyContains ?? null,
  };
}
