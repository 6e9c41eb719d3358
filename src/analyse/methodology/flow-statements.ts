import type { Plan } from '../../plan/plan.ts';
import type { Run } from '../../record/run.ts';
import { count, list, number, share } from '../words.ts';

/** What users choose between, where it is more than single requests. */
export function flowStatements({ endpoints, flows = [], load }: Plan): readonly string[] {
  if (flows.length === 0) return [];
  const single = endpoints.filter(({ flow }) => flow === undefined);
  const weights = [...single, ...flows].reduce((sum, { weight }) => sum + weight, 0);
  const choices = [
    ...flows.map(({ name, weight, steps }) => {
      const own = endpoints.filter(({ flow }) => flow === name).length;
      const what = steps.length > 0 ? count(own, 'request') : 'a function';
      return `the flow "${name}" (${what}) in ${share(weight / weights)} of the passes`;
    }),
    ...(single.length > 0
      ? [
          `one of ${count(single.length, 'single request')} in ${share(single.reduce((sum, { weight }) => sum + weight, 0) / weights)}`,
        ]
      : []),
  ];
  const passes =
    load.kind === 'open'
      ? 'An arrival is a pass: the rate counts passes, not requests.'
      : 'The think time comes between two passes.';
  return [`Users choose, pass by pass: ${list(choices)}. ${passes}`];
}

/** Requests that the target saw and that no endpoint's count holds. */
export function followedStatements({ events }: Pick<Run, 'events'>): readonly string[] {
  const told = events.filter(({ kind }) => kind === 'followed');
  if (told.length === 0) return [];
  const shown = told.slice(0, 5).map(({ text }) => text.split(';', 1)[0] ?? '');
  const more = told.length > shown.length ? `, and in ${number(told.length - shown.length)} stages more` : '';
  return [
    `The target saw more requests than are counted here, since redirects and challenges count as part of their request: ${list(shown)}${more}.`,
  ];
}
