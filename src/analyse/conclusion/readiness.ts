import type { Run } from '../../record/run.ts';
import type { Analysis, Diagnosis, EndpointAnalysis, SlaAnalysis } from '../analysis.ts';
import { errorLimit } from '../capacity/error-onset.ts';
import { isFair, slaStages } from '../capacity/sla-bracket.ts';
import { wilson } from '../measure/interval.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { sumOfTargetErrors, targetErrors } from '../measure/target-errors.ts';
import { type Standing, standingOf } from '../recommendations/standing.ts';
import { capital, count, list, loadName, milliseconds, number, share, times, uncapital } from '../words.ts';
import { isMonitoring, monitoring, type Row } from './monitoring.ts';

export type ReadinessInput = {
  readonly run: Run;
  readonly measurements: readonly StageMeasurement[];
  readonly capacity: Analysis['capacity'];
  readonly sla: SlaAnalysis;
  readonly endpoints: readonly EndpointAnalysis[];
  readonly diagnosis: Diagnosis;
};

/** Every requirement of the plan against what this run showed; `unknown` where the plan requires nothing. */
export function assessReadiness(input: ReadinessInput): Analysis['readiness'] {
  const standing = standingOf(input);
  const { readiness } = input.run.plan;
  const rows: Row[] = [
    ...users(input, standing),
    ...slaCompliance(input, standing),
    ...failureRate(input, standing),
    ...average(input),
    ...scaling(input, standing),
    ...keepAlive(standing),
    ...monitoring(input.run),
    ...Object.entries(readiness.declared)
      .filter(([name]) => !isMonitoring(name) || input.run.plan.observe === undefined)
      .map(
        ([name, present]): Row => ({
          requirement: capital(name),
          current: present ? 'yes' : 'no',
          target: 'yes',
          met: present,
          basis: 'declared',
          required: true,
        }),
      ),
  ];
  const required = rows.filter((row) => row.required);
  const met = rows.filter((row) => row.met === true).length;
  const state = stateOf(required);
  return {
    state,
    met,
    total: rows.length,
    rows: rows.map(({ required: _, ...row }) => row),
    statement: statementOf(state, required, rows.length, met),
  };
}

function stateOf(required: readonly Row[]): Analysis['readiness']['state'] {
  if (required.some((row) => row.met === false)) return 'not-ready';
  return required.length === 0 || required.some((row) => row.met === null) ? 'unknown' : 'ready';
}

function statementOf(
  state: Analysis['readiness']['state'],
  required: readonly Row[],
  total: number,
  met: number,
): string {
  const figures = `${number(met)} of ${count(total, 'requirement')} met`;
  const names = (value: boolean | null) =>
    list(required.filter((row) => row.met === value).map((row) => uncapital(row.requirement)));
  switch (state) {
    case 'ready':
      return `Ready: every requirement of the plan is met (${figures}).`;
    case 'not-ready':
      return `Not ready: ${figures}. Not met: ${names(false)}.`;
    case 'unknown':
      return required.length === 0
        ? `Not judged: the plan states no requirement (key \`readiness\`). What can be told without one: ${figures}.`
        : `Unknown: nothing required is known to be missing, but this run cannot tell ${names(null)} (${figures}).`;
    default:
      return state satisfies never;
  }
}

function users({ run }: ReadinessInput, { carried, missed, highest, notFair }: Standing): Row[] {
  const target = run.plan.readiness.users;
  if (target === null) return [];
  const held = carried?.users ?? null;
  const row = { requirement: 'Max concurrent users', target: `≥ ${number(target)}`, required: true };
  if (highest === null) return [{ ...row, current: 'not known', met: null, basis: 'unknown' }];
  const [limited] = notFair;
  const reason =
    missed !== null
      ? `missed at ${loadName(missed)}`
      : limited === undefined
        ? 'highest tested'
        : `at ${loadName(limited)} the load generator was the limit`;
  const current =
    held !== null
      ? `${missed === null ? '≥ ' : ''}${number(held)} (${reason})`
      : `${missed === null ? 'not known' : 'none'}: ${reason}`;
  const met =
    held !== null && held >= target ? true : missed?.users != null && missed.users <= target ? false : null;
  return [{ ...row, current, met, basis: 'measured' }];
}

/** What was met where the generator was the limit, is met; what was missed there, may be the generator's. */
function metAt(stages: readonly StageMeasurement[], met: boolean): boolean | null {
  return met || stages.every(isFair) ? met : null;
}

/** The stage that a requirement at load is judged at: `readiness.users` if it ran, else the highest. */
function judged({ run }: ReadinessInput, { usable, highest }: Standing): StageMeasurement | null {
  const wanted = run.plan.readiness.users;
  return usable.find((m) => wanted !== null && m.users === wanted) ?? highest;
}

function slaCompliance(input: ReadinessInput, standing: Standing): Row[] {
  const declared = input.run.plan.readiness.slaCompliance;
  const promised = input.run.plan.endpoints.some((e) => e.sla !== null);
  if (!promised && declared === null) return [];
  const stage = judged(input, standing);
  const passed = input.sla.passRate.find((p) => p.stage === stage?.stage);
  const row = {
    requirement: 'SLA compliance at load',
    target: declared === null ? '100 % (default)' : `≥ ${share(declared)}`,
    required: declared !== null,
  };
  if (stage === null || passed === undefined) {
    return [{ ...row, current: 'not known', met: null, basis: 'unknown' }];
  }
  if (standing.notFair.includes(stage)) {
    // What was missed while the generator was the limit may have been kept without it.
    const [all] = slaStages([stage], input.run.plan);
    const least = all === undefined || all.checked === 0 ? 0 : passed.passed / all.checked;
    return [
      {
        ...row,
        current: `at least ${share(least)} at ${loadName(stage)}, where the load generator was the limit`,
        met: least >= (declared ?? 1) ? true : null,
        basis: 'measured',
      },
    ];
  }
  if (passed.share === null) return [{ ...row, current: 'not known', met: null, basis: 'unknown' }];
  return [
    {
      ...row,
      current: `${share(passed.share)} (${number(passed.passed)} of ${count(passed.checked, 'check')}) at ${loadName(stage)}`,
      met: passed.share >= (declared ?? 1),
      basis: 'measured',
    },
  ];
}

function failureRate({ run }: ReadinessInput, { usable }: Standing): Row[] {
  const declared = run.plan.readiness.errors;
  const { limit } = errorLimit(run.plan);
  const target = `≤ ${share(limit)}${declared === null && limit === 0.001 ? ' (default)' : ''}`;
  const row = { requirement: 'Failure rate', target, required: declared !== null };
  const worstOf = (stages: readonly StageMeasurement[]) =>
    stages.reduce<StageMeasurement | null>(
      (w, m) => (w === null || targetErrors(m.total).share >= targetErrors(w.total).share ? m : w),
      null,
    );
  const above = (m: StageMeasurement) => targetErrors(m.total).share > limit;
  const worst = worstOf(usable.filter((m) => isFair(m) && above(m))) ?? worstOf(usable);
  if (worst === null) return [{ ...row, current: 'not known', met: null, basis: 'unknown' }];
  const { count: all, failed } = sumOfTargetErrors(usable.map((m) => m.total));
  const errors = targetErrors(worst.total);
  const current =
    failed === 0
      ? `0 % (0 of ${count(all, 'request')}; 95 % interval up to ${share(wilson(0, all).high ?? 1)})`
      : `${share(errors.share)} (${number(errors.failed)} of ${count(errors.count, 'request')}) at ${loadName(worst)}`;
  return [{ ...row, current, met: metAt([worst], !above(worst)), basis: 'measured' }];
}

function average({ run, measurements }: ReadinessInput): Row[] {
  const required = run.plan.readiness.avgAt;
  if (required === null) return [];
  const row = {
    requirement: `Average response time at ${count(required.users, 'user')}`,
    target: `≤ ${milliseconds(required.maxMs)}`,
    required: true,
  };
  const stage = measurements.find((m) => m.users === required.users);
  const avg = stage?.total.responseTime?.avg;
  if (stage === undefined || avg === undefined) {
    return [{ ...row, current: 'not tested', met: null, basis: 'unknown' }];
  }
  if (stage.validity.state === 'invalid') {
    return [
      { ...row, current: `${milliseconds(avg)}, in a stage that is not valid`, met: null, basis: 'unknown' },
    ];
  }
  const met = metAt([stage], avg <= required.maxMs);
  return [{ ...row, current: milliseconds(avg), met, basis: 'measured' }];
}

/** Throughput at least so far along with the users. */
const linearShare = 0.9;
const linearR2 = 0.95;

function scaling({ run }: ReadinessInput, { usable }: Standing): Row[] {
  if (!run.plan.readiness.linearThroughput) return [];
  const row = { requirement: 'Throughput scaling', target: 'linear with the users', required: true };
  const points = usable.flatMap((m) =>
    m.users === null || m.total.rate === null
      ? []
      : [{ m, n: m.users, x: m.total.rate * (1 - m.total.errors) }],
  );
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first.n === last.n || first.x <= 0) {
    return [{ ...row, current: 'not known: one load', met: null, basis: 'unknown' }];
  }
  const grown = last.x / first.x;
  const asked = last.n / first.n;
  const falls = points.slice(1).some((p, i) => p.x < 0.95 * (points[i]?.x ?? 0));
  const r2 = linearFit(points);
  return [
    {
      ...row,
      current: `${times(grown)} throughput for ${times(asked)} users (${loadName(first.m)} to ${loadName(last.m)}; R² of a straight line through 0: ${number(r2, 2)})${falls ? '; negative between some stages' : ''}`,
      met: metAt(
        points.map((p) => p.m),
        grown >= linearShare * asked && r2 >= linearR2,
      ),
      basis: 'measured',
    },
  ];
}

/** R² of X = a·N, 1 − Σ(x − a·n)²/Σ(x − x̄)², a by least squares; never below 0. */
function linearFit(points: readonly { readonly n: number; readonly x: number }[]): number {
  const a = points.reduce((s, p) => s + p.n * p.x, 0) / points.reduce((s, p) => s + p.n * p.n, 0);
  const mean = points.reduce((s, p) => s + p.x, 0) / points.length;
  const rest = points.reduce((s, p) => s + (p.x - a * p.n) ** 2, 0);
  const all = points.reduce((s, p) => s + (p.x - mean) ** 2, 0);
  return all === 0 ? 0 : Math.max(0, 1 - rest / all);
}

function keepAlive({ lowest }: Standing): Row[] {
  const fresh = lowest?.total.newConnections ?? null;
  const closes = lowest?.total.serverCloses ?? null;
  if (fresh === null || closes === null) return [];
  return [
    {
      requirement: 'HTTP keep-alive',
      current: `${share(1 - fresh)} of the requests reused a connection`,
      target: '≥ 50 % (default)',
      met: fresh < 0.5,
      basis: 'observed',
      required: false,
    },
  ];
}
