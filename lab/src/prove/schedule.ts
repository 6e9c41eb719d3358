import { comparedSeconds } from './measuring-plan.ts';

/** What `lab prove` does one after the other. `baseline` is measured again and again, so that time counts on both sides. */
export type Turn =
  | { readonly kind: 'baseline'; readonly number: number }
  | { readonly kind: 'remedied'; readonly at: number };

/** Parts that the remedied systems are cut into, a baseline before and after each. */
const parts = 2;

/** Remedied systems in order, the baseline before them, between them and after them. */
export function turnsOf(systems: number): readonly Turn[] {
  const length = Math.max(1, Math.ceil(systems / parts));
  const turns: Turn[] = [];
  let number = 0;
  const baseline = () => {
    number += 1;
    turns.push({ kind: 'baseline', number });
  };
  for (let at = 0; at < systems; at += 1) {
    if (at % length === 0) baseline();
    turns.push({ kind: 'remedied', at });
  }
  baseline();
  return turns;
}

/** Seconds to start a stack and Loadline, to ramp, and to end them; measured on two cores. */
const aroundSeconds = 11;
/** Seconds of each kind of work, what is around it included. */
const workSeconds = {
  ladder: 42 + 11 + 20 + aroundSeconds,
  compared: comparedSeconds + 3 + aroundSeconds,
  static: 22 + aroundSeconds,
  overload: 30 + aroundSeconds,
} as const;

/** How long it will take, in minutes. */
export function plannedMinutes(work: {
  readonly ladders: number;
  readonly compared: number;
  readonly statics: number;
  readonly overloads: number;
  readonly diagnosisSeconds: number;
}): number {
  const seconds =
    work.ladders * workSeconds.ladder +
    work.compared * workSeconds.compared +
    work.statics * workSeconds.static +
    work.overloads * workSeconds.overload +
    work.diagnosisSeconds +
    aroundSeconds;
  return seconds / 60;
}
