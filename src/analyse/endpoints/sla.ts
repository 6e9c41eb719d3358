import type { Run } from '../../record/run.ts';
import type { SlaAnalysis, SlaCheck } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { count, list, loadName, milliseconds } from '../words.ts';
import { type Judgement, judge, promisesOf } from './promise.ts';

/** Every promise of the plan at every stage, on the declared statistic. */
export function analyseSla(run: Run, measurements: readonly StageMeasurement[]): SlaAnalysis {
  const promises = promisesOf(run.plan);
  const checks = promises.map(
    (promise): SlaCheck => ({
      endpoint: promise.name,
      statistic: promise.statistic,
      limit: promise.limit,
      stages: measurements.map((measurement) => {
        const { value, state } = judge(measurement, promise);
        return { stage: measurement.stage, users: measurement.users, value, met: metOf(state) };
      }),
    }),
  );
  const notFair = measurements.flatMap((measurement) => {
    const missed = promises.filter((promise) => judge(measurement, promise).state === 'not-fair').length;
    return missed === 0 ? [] : [{ measurement, missed }];
  });
  const passRate = measurements.map((measurement, i) => passRateOf(measurement, checks, i));
  const judged = checks.flatMap((check) => check.stages.filter((stage) => stage.met !== null));
  const held = judged.length === 0 ? null : judged.every((stage) => stage.met === true);
  return {
    checks,
    passRate,
    held,
    verdict: verdictOf(measurements, checks, passRate, held, notFair),
    notes: notesOf(run, measurements, checks, notFair),
  };
}

type NotFair = { readonly measurement: StageMeasurement; readonly missed: number };

function metOf(state: Judgement['state']): boolean | null {
  switch (state) {
    case 'kept':
      return true;
    case 'missed':
      return false;
    case 'not-fair':
    case 'unknown':
      return null;
    default:
      return state satisfies never;
  }
}

function passRateOf(
  { stage, users }: StageMeasurement,
  checks: readonly SlaCheck[],
  at: number,
): SlaAnalysis['passRate'][number] {
  const byEndpoint = new Map<string, boolean>();
  let passed = 0;
  let checked = 0;
  for (const check of checks) {
    const met = check.stages[at]?.met ?? null;
    if (met === null) continue;
    checked += 1;
    if (met) passed += 1;
    byEndpoint.set(check.endpoint, met && (byEndpoint.get(check.endpoint) ?? true));
  }
  return {
    stage,
    users,
    passed,
    checked,
    share: checked > 0 ? passed / checked : null,
    endpointsPassed: [...byEndpoint.values()].filter((met) => met).length,
    endpointsChecked: byEndpoint.size,
  };
}

function verdictOf(
  measurements: readonly StageMeasurement[],
  checks: readonly SlaCheck[],
  passRate: SlaAnalysis['passRate'],
  held: boolean | null,
  notFair: readonly NotFair[],
): string {
  if (checks.length === 0) return 'The plan promises nothing: there is no SLA to check.';
  if (held === null) return 'No promise could be checked: no usable stage holds the declared statistics.';
  const names = (which: readonly SlaAnalysis['passRate'][number][]) =>
    list(which.map(({ stage }) => nameOf(measurements, stage)));
  const judged = passRate.filter(({ checked }) => checked > 0);
  const open = new Set(notFair.map(({ measurement }) => measurement.stage));
  const full = judged.filter(({ passed, checked, stage }) => passed === checked && !open.has(stage));
  if (held) {
    return full.length > 0
      ? `All promises held at ${names(full)}.`
      : `No promise was missed in a valid stage, and at no stage could all be judged: the generator was the limit at ${list(notFair.map(({ measurement }) => loadName(measurement)))}.`;
  }
  const missed = (only: string) =>
    list(
      judged
        .filter(({ passed, checked }) => passed < checked)
        .map(({ stage, passed, checked }) => {
          const share = passed === 0 ? `none of ${checked}` : `${only}${passed} of ${checked}`;
          return `${share} at ${nameOf(measurements, stage)}`;
        }),
    );
  return full.length > 0
    ? `All promises held at ${names(full)}; ${missed('only ')}.`
    : `No stage held all promises: ${missed('')} held.`;
}

/** Notes that name single checks stop here; the matrix names them all. */
const maxCloseCalls = 5;

function notesOf(
  run: Run,
  measurements: readonly StageMeasurement[],
  checks: readonly SlaCheck[],
  notFair: readonly NotFair[],
): string[] {
  const notes: string[] = [];
  const unpromised = run.plan.endpoints.filter(({ sla }) => sla === null).map(({ name }) => name);
  if (checks.length > 0 && unpromised.length > 0) {
    notes.push(`Nothing is promised for ${list(unpromised, 5)}.`);
  }
  const unknown = new Map<string, string[]>();
  for (const { endpoint, statistic, stages } of checks) {
    const index = run.plan.endpoints.findIndex(({ name }) => name === endpoint);
    const lacks = stages.some((stage, i) => {
      const measured = measurements[i]?.endpoints[index];
      return stage.value === null && stage.met === null && (measured?.count ?? 0) > (measured?.failed ?? 0);
    });
    if (lacks) unknown.set(statistic, [...(unknown.get(statistic) ?? []), endpoint]);
  }
  for (const [statistic, names] of unknown) {
    notes.push(
      `${statistic} is promised for ${list(names, 5)}, and the results hold no ${statistic}: whether it held is not known.`,
    );
  }
  const averaged = checks.filter(({ statistic }) => statistic === 'avg');
  const worst = averageNote(run, measurements, averaged);
  if (worst !== null) notes.push(worst);
  const close = closeCalls(run, measurements, checks);
  notes.push(...close.slice(0, maxCloseCalls));
  if (close.length > maxCloseCalls) {
    const more = close.length - maxCloseCalls;
    notes.push(more === 1 ? 'One more check is as close to its limit.' : `${more} more checks are as close.`);
  }
  for (const { measurement, missed } of notFair) {
    notes.push(
      `At ${loadName(measurement)} ${count(missed, 'check')} ${missed === 1 ? 'was' : 'were'} missed and ${missed === 1 ? 'is' : 'are'} not judged: the load generator was the limit there, and may be why.`,
    );
  }
  const invalid = measurements.filter(({ validity }) => validity.state === 'invalid');
  if (checks.length > 0 && invalid.length > 0) {
    notes.push(`Not judged, because the measurement is not valid: ${list(invalid.map((m) => loadName(m)))}.`);
  }
  return notes;
}

/** An SLA on the average says little about the slow requests: the worst case among those that held is named. */
function averageNote(
  run: Run,
  measurements: readonly StageMeasurement[],
  averaged: readonly SlaCheck[],
): string | null {
  if (averaged.length === 0) return null;
  let found: { ratio: number; text: string } | null = null;
  for (const { endpoint, limit, stages } of averaged) {
    const index = run.plan.endpoints.findIndex(({ name }) => name === endpoint);
    for (const [i, stage] of stages.entries()) {
      const measurement = measurements[i];
      const p95 = measurement?.endpoints[index]?.responseTime?.p95;
      if (!measurement || p95 === undefined || stage.value === null || stage.met !== true) continue;
      const ratio = p95 / stage.value;
      if (p95 <= limit || (found !== null && ratio <= found.ratio)) continue;
      found = {
        ratio,
        text: `${endpoint} at ${loadName(measurement)} held its ${milliseconds(limit)} on the average (${milliseconds(stage.value)}), while its p95 was ${milliseconds(p95)}`,
      };
    }
  }
  const told = averaged.some(({ endpoint }) => {
    const index = run.plan.endpoints.findIndex(({ name }) => name === endpoint);
    return measurements.some((m) => m.endpoints[index]?.responseTime?.p95 !== undefined);
  });
  const advice = 'promise a p95 to bound them.';
  if (found !== null) return `An average hides the slow requests: ${found.text}; ${advice}`;
  return told
    ? `${count(averaged.length, 'promise')} on the average: an average hides the slow requests; ${advice}`
    : `${count(averaged.length, 'promise')} on the average: an average hides the slow requests, and these results hold no p95 to tell how slow they were; ${advice}`;
}

function closeCalls(
  run: Run,
  measurements: readonly StageMeasurement[],
  checks: readonly SlaCheck[],
): readonly string[] {
  return checks.flatMap(({ endpoint, statistic, limit, stages }) => {
    const index = run.plan.endpoints.findIndex(({ name }) => name === endpoint);
    return stages.flatMap((stage, i) => {
      const measurement = measurements[i];
      const intervals = measurement?.endpoints[index]?.intervals;
      if (!measurement || !intervals || stage.met === null || stage.value === null) return [];
      const interval =
        statistic === 'avg' || statistic === 'p50' || statistic === 'p95' || statistic === 'p99'
          ? intervals[statistic]
          : null;
      if (interval === null || interval.low === null || interval.high === null) return [];
      if (limit < interval.low || limit > interval.high) return [];
      return [
        `Too close to call: the ${statistic} of ${endpoint} at ${loadName(measurement)} is ${milliseconds(stage.value)} (95 % interval ${milliseconds(interval.low)} to ${milliseconds(interval.high)}), promised are ${milliseconds(limit)}.`,
      ];
    });
  });
}

function nameOf(measurements: readonly StageMeasurement[], stage: number): string {
  const measurement = measurements.find((candidate) => candidate.stage === stage);
  return measurement ? loadName(measurement) : `stage ${stage}`;
}
