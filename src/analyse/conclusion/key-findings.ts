import { abortReason } from '../../record/abort-event.ts';
import type { EndpointAnalysis } from '../analysis.ts';
import { isOpportunity } from '../diagnosis/cause-names.ts';
import { sumOfTargetErrors, targetErrors } from '../measure/target-errors.ts';
import { usersOf } from '../recommendations/standing.ts';
import { change, count, list, loadName, milliseconds, number, rate, share } from '../words.ts';
import type { Concluding } from './conclusion.ts';

/** Three to seven sentences, each on figures of this run. */
export function keyFindingsOf(all: Concluding): string[] {
  return [
    ...stopped(all),
    ...breakingPoint(all),
    ...worst(all),
    ...best(all),
    ...failures(all),
    ...passRates(all),
    ...cause(all),
  ].slice(0, 7);
}

function stopped({ run }: Concluding): string[] {
  const because = abortReason(run);
  return because === null
    ? []
    : [`The run stopped itself in ${because}; what would have come after was not measured.`];
}

function breakingPoint({ standing, capacity }: Concluding): string[] {
  const { usable } = standing;
  const knee = usersOf(capacity.knee);
  const [before, after] =
    knee?.high != null && knee.low !== null
      ? [
          usable.findLast((m) => m.users !== null && m.users <= (knee.low ?? 0)) ?? usable.at(-2),
          usable.find((m) => m.users !== null && m.users >= (knee.high ?? 0)) ?? usable.at(-1),
        ]
      : [usable.at(-2), usable.at(-1)];
  if (before === undefined || after === undefined || before === after) {
    const only = usable[0];
    if (only === undefined || only.total.rate === null) return [];
    return [`At ${loadName(only)}, the only usable stage, throughput was ${rate(only.total.rate)}.`];
  }
  const [x0, x1] = [before.total.rate, after.total.rate];
  const [r0, r1] = [before.total.responseTime?.avg, after.total.responseTime?.avg];
  const pair = `Between ${list([loadName(before), loadName(after)])}`;
  const throughput =
    x0 === null || x1 === null || x0 <= 0
      ? []
      : [`throughput went from ${rate(x0)} to ${rate(x1)} (${change(x1 / x0 - 1)})`];
  const times =
    r0 === undefined || r1 === undefined || r0 <= 0
      ? []
      : [
          `the average response time from ${milliseconds(r0)} to ${milliseconds(r1)} (${change(r1 / r0 - 1)})`,
        ];
  const both = [...throughput, ...times];
  return [
    ...(both.length === 0 ? [] : [`${pair} ${list(both)}.`]),
    ...(times.length === 0 ? wholeRange(usable) : []),
  ];
}

/** Where the stages of the break hold no average: from the lowest to the highest load. */
function wholeRange(usable: Concluding['standing']['usable']): string[] {
  const [first, last] = [usable[0], usable.at(-1)];
  const [from, to] = [first?.total.responseTime?.avg, last?.total.responseTime?.avg];
  if (first === undefined || last === undefined || from === undefined || to === undefined || from <= 0)
    return [];
  return [
    `Between ${list([loadName(first), loadName(last)])} the average response time went from ${milliseconds(from)} to ${milliseconds(to)} (${change(to / from - 1)}).`,
  ];
}

function ranked(endpoints: readonly EndpointAnalysis[]) {
  return endpoints
    .flatMap((e) => (e.degradation === null ? [] : [{ ...e, degradation: e.degradation }]))
    .toSorted((a, b) => b.degradation.change.value - a.degradation.change.value);
}

const named = 3;
/** Endpoints whose times changed by less than this did not slow down. */
const noticeable = 0.1;

function worst({ endpoints }: Concluding): string[] {
  const rows = ranked(endpoints).filter((e) => e.degradation.change.value >= noticeable);
  const first = rows[0]?.degradation;
  if (first === undefined) return [];
  const range = load(first);
  const names = rows
    .slice(0, named)
    .map((e) => `${e.name} (${change(e.degradation.change.value)}, to ${milliseconds(e.degradation.to)})`);
  return [`Slowed down most, ${first.statistic} ${range}: ${list(names)}.`];
}

function best({ endpoints }: Concluding): string[] {
  const rows = ranked(endpoints);
  const last = rows.at(-1);
  if (last === undefined || rows.length < 2) return [];
  const d = last.degradation;
  const all = rows.every((e) => e.degradation.change.value >= 1);
  return [
    `Slowed down least, ${d.statistic} ${load(d)}: ${last.name} (${change(d.change.value)}, to ${milliseconds(d.to)})${all ? '; every endpoint at least doubled its time' : ''}.`,
  ];
}

function load(d: NonNullable<EndpointAnalysis['degradation']>): string {
  const from = loadName({ stage: d.fromStage, users: d.fromUsers });
  return `from ${from} to ${loadName({ stage: d.toStage, users: d.toUsers })}`;
}

function failures({ standing, capacity }: Concluding): string[] {
  const { usable } = standing;
  const { count: all, failed } = sumOfTargetErrors(usable.map((m) => m.total));
  const generators = usable.reduce((sum, m) => sum + m.total.failed, 0) - failed;
  const own =
    generators === 0
      ? ''
      : ` ${number(generators)} more did not reach it or were given up: the load generator's failures.`;
  if (all === 0) return [];
  if (failed === 0)
    return [
      `No request failed: 0 of ${number(all)} in the analysed parts of ${count(usable.length, 'stage')}.${own}`,
    ];
  const rows = usable.filter((m) => targetErrors(m.total).failed > 0);
  const begin =
    capacity.errors.state === 'estimated' ? '' : ' At no load is the share proven to be above the limit.';
  return [
    `${number(failed)} of ${number(all)} requests failed: ${list(rows.map((m) => `${share(targetErrors(m.total).share)} at ${loadName(m)}`))}.${begin}${own}`,
  ];
}

function passRates({ sla }: Concluding): string[] {
  const rows = sla.passRate.filter((p) => p.checked > 0);
  if (rows.length === 0) return [];
  return [
    `SLA checks passed: ${list(rows.map((p) => `${number(p.passed)} of ${number(p.checked)} at ${loadName(p)}`))}.`,
  ];
}

function cause({ diagnosis }: Concluding): string[] {
  const open = diagnosis.undecided.filter((u) => !isOpportunity(u));
  switch (diagnosis.verdict) {
    case 'found':
    case 'invalid':
      return [diagnosis.statement];
    case 'unknown':
      return [
        open.length === 0
          ? diagnosis.statement
          : `The cause is open: ${list(open.map((u) => u.title.charAt(0).toLowerCase() + u.title.slice(1)))}.`,
      ];
    case 'none':
      return [];
    default:
      return diagnosis.verdict satisfies never;
  }
}
