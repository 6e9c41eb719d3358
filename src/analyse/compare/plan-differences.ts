import type { Endpoint, Load, Plan, ThinkTime } from '../../plan/plan.ts';
import { list, number, rate, share } from '../words.ts';

/** Runs of different plans are not compared unless that is asked for: what changed may be the plan. */
export class PlansDifferError extends Error {
  override readonly name = 'PlansDifferError';
  readonly code = 'PLANS_DIFFER';
  readonly differences: readonly string[];
  readonly hint =
    'Run both sides with the same plan, or compare what both have with --anyway: the result then names the differences.';
  constructor(differences: readonly string[]) {
    super(
      `the plans differ, so their figures cannot be compared:\n${differences.map((each) => `  - ${each}`).join('\n')}`,
    );
    this.differences = differences;
  }
}

/**
 * In what two plans ask for another load or send other requests; empty: in nothing. Not asked: the name, the file and the
 * target (two deployments are a fair comparison), and what is promised, required or allowed (SLA, readiness, abort).
 */
export function planDifferences(before: Plan, after: Plan): string[] {
  return [
    ...endpointDifferences(before, after),
    ...mixDifference(before, after),
    ...requestDifferences(before, after),
    ...loadDifferences(before.load, after.load),
    ...settingDifferences(before, after),
  ];
}

function endpointDifferences(before: Plan, after: Plan): string[] {
  const names = (plan: Plan) => plan.endpoints.map(({ name }) => name);
  const added = names(after).filter((name) => !names(before).includes(name));
  const gone = names(before).filter((name) => !names(after).includes(name));
  return [
    ...(gone.length === 0 ? [] : [`Endpoints only before: ${list(gone, 6)}.`]),
    ...(added.length === 0 ? [] : [`Endpoints only after: ${list(added, 6)}.`]),
  ];
}

/** Weights are relative: twice all of them is the same mix. */
function mixDifference(before: Plan, after: Plan): string[] {
  const shares = (plan: Plan) => {
    const own = plan.endpoints.filter(({ flow }) => flow === undefined);
    const parts = [...own, ...(plan.flows ?? [])];
    const all = parts.reduce((sum, { weight }) => sum + weight, 0);
    return new Map(parts.map(({ name, weight }) => [name, all > 0 ? weight / all : 0]));
  };
  const now = shares(after);
  const changed = [...shares(before)].flatMap(([name, was]) => {
    const is = now.get(name);
    return is !== undefined && Math.abs(is - was) > 1e-9 ? [`${name} ${share(was)} → ${share(is)}`] : [];
  });
  return changed.length === 0 ? [] : [`The mix: ${list(changed, 6)}.`];
}

function requestDifferences(before: Plan, after: Plan): string[] {
  return before.endpoints.flatMap((was) => {
    const is = after.endpoints.find(({ name }) => name === was.name);
    if (is === undefined) return [];
    const parts = endpointParts.filter(([, part]) => text(part(was)) !== text(part(is)));
    return parts.length === 0 ? [] : [`${was.name}: ${list(parts.map(([what]) => what))} of the request.`];
  });
}

const endpointParts: readonly (readonly [string, (endpoint: Endpoint) => unknown])[] = [
  ['method', ({ method }) => method],
  ['path', ({ path }) => path],
  ['query', ({ query }) => query],
  ['headers', ({ headers }) => headers],
  ['body', ({ body }) => body],
  ['data', ({ data }) => data],
  ['expected answer', ({ expect }) => expect],
  ['time limit', ({ timeoutMs }) => timeoutMs],
  ['authentication', ({ auth }) => auth],
  ['flow', ({ flow }) => flow],
];

function loadDifferences(before: Load, after: Load): string[] {
  if (before.kind !== after.kind) return [`The load model: ${before.kind} → ${after.kind}.`];
  const found: string[] = [];
  const add = (what: string, was: readonly string[], is: readonly string[]) => {
    if (text(was) !== text(is)) found.push(`${what}: ${told(was)} → ${told(is)}.`);
  };
  const seconds = (ms: number | undefined) =>
    `${number((ms ?? 0) / 1000, ms !== undefined && ms % 1000 !== 0 ? 1 : 0)} s`;
  if (before.kind === 'closed' && after.kind === 'closed') {
    add(
      'Users of the stages',
      before.stages.map((s) => number(s.users)),
      after.stages.map((s) => number(s.users)),
    );
    add(
      'Users started per second',
      before.stages.map((s) => number(s.spawnRate, 1)),
      after.stages.map((s) => number(s.spawnRate, 1)),
    );
    add('Think time', [thinkTime(before.thinkTime)], [thinkTime(after.thinkTime)]);
    add('Pacing', [seconds(before.pacingMs)], [seconds(after.pacingMs)]);
  }
  if (before.kind === 'open' && after.kind === 'open') {
    add(
      'Rates of the stages',
      before.stages.map((s) => rate(s.ratePerSecond)),
      after.stages.map((s) => rate(s.ratePerSecond)),
    );
    add(
      'Ramps of the stages',
      before.stages.map((s) => seconds(s.rampMs)),
      after.stages.map((s) => seconds(s.rampMs)),
    );
    add('Arrivals', [before.arrivals], [after.arrivals]);
  }
  const [was, is] = [before.stages, after.stages];
  add(
    'Length of the stages',
    was.map((s) => seconds(s.durationMs)),
    is.map((s) => seconds(s.durationMs)),
  );
  add(
    'Ramp down of the stages',
    was.map((s) => seconds(s.rampDownMs)),
    is.map((s) => seconds(s.rampDownMs)),
  );
  return found;
}

/** `30 s` for stages that are all alike, else `30 s, 60 s and 60 s`. */
function told(values: readonly string[]): string {
  const [first = 'none'] = values;
  return new Set(values).size <= 1 ? first : list(values);
}

function thinkTime(time: ThinkTime): string {
  switch (time.kind) {
    case 'unknown':
      return 'unknown';
    case 'uniform':
      return time.minMs === time.maxMs
        ? `${number(time.minMs)} ms`
        : `${number(time.minMs)} to ${number(time.maxMs)} ms`;
    case 'exponential':
      return `exponential, mean ${number(time.meanMs)} ms`;
    case 'log-normal':
      return `log-normal, median ${number(time.medianMs)} ms, p95 ${number(time.p95Ms)} ms`;
    default:
      return time satisfies never;
  }
}

const settings: readonly (readonly [string, (plan: Plan) => unknown])[] = [
  ['The flows', ({ flows }) => flows?.map(({ weight: _, ...flow }) => flow)],
  ["The plan's headers", ({ headers }) => headers],
  ['The authentication', ({ auth }) => auth],
  ['The time limit', ({ timeoutMs }) => timeoutMs],
  ['The connections', ({ connection }) => connection],
  ['The cookies', ({ cookies }) => cookies],
  ['The redirects', ({ redirects }) => redirects],
  ['TLS', ({ tls }) => tls],
];

function settingDifferences(before: Plan, after: Plan): string[] {
  return settings.flatMap(([what, of]) => (text(of(before)) === text(of(after)) ? [] : [`${what}.`]));
}

/** JSON with sorted keys; what is absent and what is undefined is the same. */
function text(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  );
}
