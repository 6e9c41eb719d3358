import type { StageMeasurement } from '../measure/measurement.ts';
import { usersOf } from '../recommendations/standing.ts';
import { capital, count, list, loadName, number, rate } from '../words.ts';
import type { Concluding } from './conclusion.ts';

/** The run in one line. */
export function verdictOf(all: Concluding): string {
  const { standing, validity, diagnosis, run } = all;
  const { carried, missed, highest } = standing;
  const generator = diagnosis.findings.some((f) => f.cause === 'generator');
  if (highest === null || diagnosis.verdict === 'invalid') {
    return generator
      ? 'Not valid: the load generator was the limit, so nothing is said about the target.'
      : `Not valid: ${validity.statement}`;
  }
  const promises = run.plan.endpoints.some((e) => e.sla !== null);
  const parts = [
    missed === null
      ? nothingMissed(promises, standing, highest)
      : carried === null
        ? `${promises ? 'Misses its SLA' : 'Fails requests'} already at ${loadName(missed)}${missed === standing.lowest ? ', the lowest load tested' : ''}${rateAt(missed)}`
        : `${promises ? 'Holds its SLA' : 'Works without failures'} up to ${loadName(carried)}${rateAt(carried)}; misses it at ${loadName(missed)}`.replace(
            /misses it/,
            promises ? 'misses it' : 'requests fail',
          ),
    kneeText(all),
  ];
  return `${parts.filter((p) => p !== '').join('; ')}.${doubts(all)}`;
}

function nothingMissed(
  promises: boolean,
  { carried, notFair }: Concluding['standing'],
  highest: StageMeasurement,
): string {
  const holds = promises ? 'Holds its SLA' : 'Works without failures';
  const [first] = notFair;
  if (first === undefined)
    return `${holds} up to ${loadName(highest)}, the highest load tested${rateAt(highest)}`;
  const limit = `at ${loadName(first)} the load generator was the limit`;
  return carried === null
    ? `Nothing is told of the target's limit: ${limit}`
    : `${holds} up to ${loadName(carried)}${rateAt(carried)}; beyond it nothing is told: ${limit}`;
}

function rateAt({ total }: { readonly total: { readonly rate: number | null } }): string {
  return total.rate === null ? '' : ` (≈ ${rate(total.rate)})`;
}

function kneeText({ capacity, standing }: Concluding): string {
  const knee = usersOf(capacity.knee);
  const { highest, usable } = standing;
  if (knee === null) {
    return usable.length > 1 && capacity.knee.state === 'insufficient-evidence' && standing.missed === null
      ? 'no knee was placed'
      : '';
  }
  const { low, high, value } = knee;
  if (low !== null && high !== null) {
    const [from, to] = [number(Math.round(low)), number(Math.round(high))];
    return from === to
      ? `throughput stops growing at about ${from} users`
      : `throughput stops growing between ${from} and ${to} users`;
  }
  return high === null && highest?.users != null && value > highest.users
    ? ''
    : `throughput bends at about ${count(Math.round(value), 'user')}`;
}

/** Stages that the line above must not be read from. */
function doubts({ validity, run }: Concluding): string {
  if (run.stages.some((stage) => stage.data.kind === 'summary')) {
    return ` From the totals of ${capital(run.source.tool)}: nothing in its files confirms the measurement.`;
  }
  const bad = validity.stages.filter((s) => s.state !== 'valid');
  if (bad.length === 0) return '';
  const names = list(bad.map((s) => String(s.stage)));
  return ` ${bad.length === 1 ? `Stage ${names} is` : `Stages ${names} are`} not a fair measurement of the target (see validity).`;
}
