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
      ? heldAll(promises, loadName(highest), rateAt(highest))
      : carried === null
        ? `${promises ? 'Misses its SLA' : 'Fails requests'} already at ${loadName(missed)}, the lowest load tested${rateAt(missed)}`
        : `${promises ? 'Holds its SLA' : 'Works without failures'} up to ${loadName(carried)}${rateAt(carried)}; misses it at ${loadName(missed)}`.replace(
            /misses it/,
            promises ? 'misses it' : 'requests fail',
          ),
    kneeText(all),
  ];
  return `${parts.filter((p) => p !== '').join('; ')}.${doubts(all)}`;
}

function heldAll(promises: boolean, load: string, at: string): string {
  return `${promises ? 'Holds its SLA' : 'Works without failures'} up to ${load}, the highest load tested${at}`;
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
