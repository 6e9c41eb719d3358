import { expect, it } from 'vitest';
import { plannedMinutes, turnsOf } from './schedule.ts';

const told = (systems: number) =>
  turnsOf(systems)
    .map((turn) => (turn.kind === 'baseline' ? `B${turn.number}` : `${turn.at}`))
    .join(' ');

it.each([
  [1, 'B1 0 B2'],
  [2, 'B1 0 B2 1 B3'],
  [4, 'B1 0 1 B2 2 3 B3'],
  [13, 'B1 0 1 2 3 4 5 6 B2 7 8 9 10 11 12 B3'],
])('%s remedied systems lie between baselines', (systems, expected) => {
  expect(told(systems)).toBe(expected);
});

it('adds up what is planned', () => {
  const nothing = { ladders: 0, compared: 0, statics: 0, overloads: 0, diagnosisSeconds: 0 };
  expect(plannedMinutes({ ...nothing, diagnosisSeconds: 49 })).toBe(1);
  // The whole proof on two cores.
  const whole = { ladders: 2, compared: 16, statics: 2, overloads: 2, diagnosisSeconds: 240 };
  expect(plannedMinutes(whole)).toBeLessThan(27);
});
