import type { Expectation } from '../plan/plan.ts';
import type { Outcome } from '../record/run.ts';
import type { Answer } from './scenario.ts';

/** Says how a complete answer is counted. */
export type Judge = (answer: Answer) => Outcome;

/** `holds`: what must be true of an answer whose status is accepted. */
export function judgeOf(expect: Expectation, holds: ((answer: Answer) => boolean)[]): Judge {
  const { status: accepted, bodyContains } = expect;
  const statusHolds =
    accepted.length > 0
      ? (status: number) => accepted.includes(status)
      : (status: number) => status >= 200 && status < 400;
  const rest = [
    ...(bodyContains === null ? [] : [(answer: Answer) => answer.body().includes(bodyContains)]),
    ...holds,
  ];
  if (rest.length === 0) return ({ status }) => (statusHolds(status) ? 'ok' : 'status');
  return (answer) => {
    if (!statusHolds(answer.status)) return 'status';
    return rest.every((one) => one(answer)) ? 'ok' : 'expectation';
  };
}
