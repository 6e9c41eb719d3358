import type { Plan } from '../../plan/plan.ts';
import type { Estimate } from '../analysis.ts';
import { wilson } from '../measure/interval.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { isGenerators, sumOfTargetErrors, targetErrors } from '../measure/target-errors.ts';
import { list, loadName, number, share } from '../words.ts';
import { insufficientEvidence } from './insufficient-evidence.ts';
import { isFair } from './sla-bracket.ts';
import { loadOf, nextLoad, unitOf, usableStages } from './stage-load.ts';

/** Without a promise about errors this share is the limit. */
const defaultErrorLimit = 0.001;

/** The strictest promise about errors: of the readiness, else of the endpoints' SLAs, else 0.1 %. */
export function errorLimit(plan: Plan): { readonly limit: number; readonly source: string } {
  if (plan.readiness.errors !== null) return { limit: plan.readiness.errors, source: "the plan's readiness" };
  const promised = plan.endpoints.flatMap((endpoint) => endpoint.sla?.errors ?? []);
  if (promised.length > 0) return { limit: Math.min(...promised), source: "the endpoints' SLAs" };
  return { limit: defaultErrorLimit, source: "Loadline's default, the plan names none" };
}

/** Whether the Wilson lower bound of the target's failures is above the limit. */
export function failsTooOften({ total }: Pick<StageMeasurement, 'total'>, limit: number): boolean {
  const { failed, count } = targetErrors(total);
  return (wilson(failed, count).low ?? 0) > limit;
}

/**
 * The first valid stage whose Wilson lower bound of the error rate is above the limit. A lower bound can show that errors
 * have not begun, never that they have: the generator may be why.
 */
export function errorOnset(measurements: readonly StageMeasurement[], plan: Plan): Estimate {
  const { limit, source } = errorLimit(plan);
  const limitWords = `the limit of ${share(limit)} (${source})`;
  const usable = usableStages(measurements);
  const stages = usable.filter((m) => isFair(m) || !failsTooOften(m, limit));
  const last = stages[stages.length - 1];
  const at = stages.findIndex((m) => failsTooOften(m, limit));
  const failing = stages[at];
  const notFair = usable.find((m) => !stages.includes(m));
  if (notFair !== undefined && failing === undefined) {
    return insufficientEvidence(
      `At ${loadName(notFair)} ${share(targetErrors(notFair.total).share)} of the requests failed, above ${limitWords}, but that stage is no fair measurement of the target (see validity).`,
      `the stage at ${loadName(notFair)} again, with a generator that is not the limit`,
    );
  }
  if (last === undefined)
    return insufficientEvidence('No valid stage holds a request.', 'a stage that is valid');
  if (failing === undefined) {
    const { failed, count: all } = sumOfTargetErrors(stages.map((m) => m.total));
    const atLast = targetErrors(last.total);
    const highest = wilson(atLast.failed, atLast.count).high ?? 1;
    return insufficientEvidence(
      failed === 0
        ? `None of ${number(all)} requests failed, up to ${loadName(last)}: errors do not begin within the loads tested. With ${number(atLast.count)} requests at ${loadName(last)} the true error rate there is below ${share(highest)} (Wilson, 95 %).`
        : `${number(failed)} of ${number(all)} requests failed, but at no load up to ${loadName(last)} is the error rate demonstrably above ${limitWords}.`,
      highest > limit
        ? `a longer stage at ${loadName(last)}: so few requests cannot show that the error rate keeps ${limitWords}`
        : `a stage at ${nextLoad(last)}`,
    );
  }
  const errors = targetErrors(failing.total);
  const observed = wilson(errors.failed, errors.count);
  const before = stages[at - 1];
  const to = loadOf(failing) ?? 0;
  const from = before === undefined ? null : loadOf(before);
  const unit = unitOf(failing);
  const span = { value: to, low: from, high: to };
  return {
    state: 'estimated',
    estimate: to,
    low: from,
    high: to,
    confidence: from !== null && to / from <= 1.5 ? 'high' : 'medium',
    method: 'first stage whose Wilson lower bound of the error rate is above the limit',
    unit,
    rate:
      unit === 'requests/s'
        ? span
        : failing.total.rate === null
          ? null
          : { value: failing.total.rate, low: null, high: null },
    users: unit === 'users' ? span : null,
    statement: `Errors begin ${before === undefined ? `at or below ${loadName(failing)}, the lowest load tested` : `between ${loadName(before)} (${share(targetErrors(before.total).share)}) and ${loadName(failing)}`}: there ${number(errors.failed)} of ${number(errors.count)} requests failed, ${share(observed.value)} (95 % interval ${share(observed.low ?? 0)} to ${share(observed.high ?? 1)}), above ${limitWords}.`,
  };
}

/** How the system fails, in words: whether at all, with what, and whether it refuses fast. */
export function failureBehaviour(measurements: readonly StageMeasurement[], slowsDown: boolean): string {
  const stages = measurements.filter(
    (m) => m.validity.state !== 'invalid' && targetErrors(m.total).count > 0,
  );
  const first = stages.find((m) => targetErrors(m.total).failed > 0);
  const highest = stages.reduce<StageMeasurement | null>(
    (best, m) => (best === null || (loadOf(m) ?? 0) > (loadOf(best) ?? 0) ? m : best),
    null,
  );
  if (highest === null) return 'No valid stage shows how the system fails.';
  const { count: all } = sumOfTargetErrors(stages.map((m) => m.total));
  if (first === undefined) {
    return slowsDown
      ? `Up to ${loadName(highest)} the system slows down without failing: none of ${number(all)} requests failed.`
      : `None of ${number(all)} requests failed up to ${loadName(highest)}, and the system did not slow down much either.`;
  }
  const errors = (m: StageMeasurement) => targetErrors(m.total).share;
  const worst = stages.reduce((a, b) => (errors(b) > errors(a) ? b : a), first);
  const kinds = worst.total.failures
    .filter((f) => !isGenerators(f.kind))
    .toSorted((a, b) => b.count - a.count)
    .map((f) => `${number(f.count)} × ${failureWords(f.kind, f.status)}`);
  return `Failures were first seen at ${loadName(first)} (${share(errors(first))} of ${number(targetErrors(first.total).count)} requests); most at ${loadName(worst)} (${share(errors(worst))}${kinds.length === 0 ? '' : `: ${list(kinds, 4)}`}).${rejection(worst)}`;
}

function failureWords(kind: string, status: number | null): string {
  return status === null ? kind : `status ${status}`;
}

const rejecting = new Set([429, 503]);

function rejection(worst: StageMeasurement): string {
  const { failures } = worst.total;
  const { failed } = targetErrors(worst.total);
  const sum = (of: (f: (typeof failures)[number]) => boolean) =>
    failures.filter(of).reduce((total, f) => total + f.count, 0);
  const rejected =
    sum((f) => f.status !== null && rejecting.has(f.status)) + sum((f) => f.kind === 'refused');
  const waited = sum((f) => f.kind === 'timeout');
  if (failed > 0 && rejected >= 0.5 * failed) {
    return ' Most are rejections (429, 503 or refused connections): the system protects itself; how fast it rejects is not part of these figures, since the times hold successful requests and time-outs only.';
  }
  if (failed > 0 && waited >= 0.5 * failed) {
    return ' Most are time-outs: the user waited the whole time for nothing; the system does not reject what it cannot do.';
  }
  return '';
}
