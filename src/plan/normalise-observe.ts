import { type Issue, issue, type Origin, type Path, quoted } from './fault.ts';
import { headerFields } from './header-fields.ts';
import { parseSelector } from './metric-selector.ts';
import type { Observation, PrometheusSource, TelemetryReading } from './plan.ts';
import { telemetryReadings } from './plan.ts';
import type { PlanOutput } from './plan-schema.ts';
import { checkVariables, hasVariable, type Report } from './plan-text.ts';
import { parseDuration } from './quantity.ts';

type Input = NonNullable<PlanOutput['observe']>;
type SourceInput = Exclude<NonNullable<Input['prometheus']>, readonly unknown[]>;

const usualEveryMs = 1_000;

export function normaliseObserve(input: Input, origin: Origin, report: Report): Observation {
  const { prometheus, process, serverTiming = false } = input;
  if (prometheus === undefined && process === undefined && !serverTiming) {
    const hint = 'write observe: { prometheus: http://127.0.0.1:3000/metrics }, or remove the key';
    report(issue(['observe'], 'prometheus, process or serverTiming', 'none of them', hint));
  }
  return {
    prometheus: several(prometheus).map(([one, at]) =>
      normaliseSource(one, ['observe', 'prometheus', ...at], origin, report),
    ),
    processes: several(process).map(([id]) => id),
    serverTiming,
  };
}

/** What may stand alone or in a list, each with its place. */
function several<T>(input: T | readonly T[] | undefined): readonly (readonly [T, Path])[] {
  if (input === undefined) return [];
  return isList(input) ? input.map((one, index) => [one, [index]]) : [[input, []]];
}

function isList<T>(input: T | readonly T[]): input is readonly T[] {
  return Array.isArray(input);
}

function normaliseSource(input: SourceInput, at: Path, origin: Origin, report: Report): PrometheusSource {
  if (typeof input === 'string') {
    checkUrl(input, at, report);
    return { url: input, everyMs: usualEveryMs, headers: {}, metrics: {} };
  }
  checkUrl(input.url, [...at, 'url'], report);
  const metrics: Partial<Record<TelemetryReading, string>> = {};
  for (const reading of telemetryReadings) {
    const text = input.metrics?.[reading];
    if (text === undefined) continue;
    metrics[reading] = text;
    if (parseSelector(text) === null) {
      const expected = 'a metric such as pool_used or pool_used{pool="main"}';
      report(issue([...at, 'metrics', reading], expected, quoted(text)));
    }
  }
  return {
    url: input.url,
    everyMs: parseDuration(input.every ?? '') ?? usualEveryMs,
    headers: headerFields(input.headers, [...at, 'headers'], origin, report),
    metrics,
  };
}

/** A URL with variables is looked at when they are known. */
function checkUrl(text: string, at: Path, report: Report): void {
  checkVariables(text, at, report);
  const found = hasVariable(text)
    ? null
    : metricsUrlIssue(text, at, quoted(text.replace(/\/\/[^/@]*@/, '//…@')));
  if (found !== null) report(found);
}

/** Null: metrics may be asked there. */
export function metricsUrlIssue(text: string, at: Path, shown: string): Issue | null {
  const expected = 'a URL such as http://127.0.0.1:3000/metrics';
  if (!/^https?:\/\/[^\s/?#]+\S*$/i.test(text) || !URL.canParse(text)) return issue(at, expected, shown);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    const hint = 'write headers: { authorization: "Bearer ${METRICS_TOKEN}" } beside the url';
    return issue(at, 'a URL without user and password', shown, hint);
  }
  return url.port === '0' ? issue(at, 'a port from 1 to 65535', shown) : null;
}
