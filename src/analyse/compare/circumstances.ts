import type { Run } from '../../record/run.ts';
import { list, number } from '../words.ts';

/** What beside the target may explain a difference between two sets of runs: machine, versions, generator, time. */
export function circumstances(before: readonly Run[], after: readonly Run[]): string[] {
  return [
    ...sameRun(before, after),
    ...fewRuns(before, after),
    ...notInterleaved(before, after),
    ...unfinished('before', before),
    ...unfinished('after', after),
    ...environment(before, after),
  ];
}

function sameRun(before: readonly Run[], after: readonly Run[]): string[] {
  const both = before.filter(({ id }) => after.some((run) => run.id === id)).map(({ id }) => id);
  return both.length === 0 ? [] : [`Run ${list(both, 3)} is on both sides.`];
}

function fewRuns(before: readonly Run[], after: readonly Run[]): string[] {
  if (before.length > 1 && after.length > 1) return [];
  return before.length === 1 && after.length === 1
    ? [
        'One run a side: what differs between runs by itself is not known. The intervals are widened by what is assumed of it; several interleaved runs a side (before, after, before, after, …) would measure it.',
      ]
    : ['One side is a single run: what differs between runs by itself is taken from the other side alone.'];
}

function notInterleaved(before: readonly Run[], after: readonly Run[]): string[] {
  if (before.length < 2 || after.length < 2) return [];
  const times = (runs: readonly Run[]) => runs.map(({ startedAt }) => Date.parse(startedAt));
  const [a, b] = [times(before), times(after)];
  if ([...a, ...b].some(Number.isNaN)) return [];
  return Math.max(...a) < Math.min(...b) || Math.max(...b) < Math.min(...a)
    ? [
        'The runs are not interleaved: all of one side were made before all of the other, so that whatever changed with time counts as a change of the target.',
      ]
    : [];
}

function unfinished(side: string, runs: readonly Run[]): string[] {
  return runs.flatMap((run) =>
    run.state === 'complete'
      ? []
      : [`Run ${run.id} (${side}) was ${run.state === 'cut' ? 'cut off' : 'interrupted'}.`],
  );
}

const facts: readonly (readonly [string, (run: Run) => string | number | null])[] = [
  ['Target', ({ plan }) => plan.target],
  ['Generator', ({ source }) => `${source.tool} ${source.version}`.trim()],
  ['Machine of the generator', ({ environment: { hostHash } }) => hostHash],
  ['CPU of the generator', ({ environment: { cpuModel } }) => cpuModel],
  ['Cores of the generator', ({ environment: { cores } }) => cores],
  [
    'Memory of the generator',
    ({ environment: { memoryBytes } }) =>
      memoryBytes === null ? null : `${number(memoryBytes / 2 ** 30, 1)} GiB`,
  ],
  ['Workers', ({ environment: { workers } }) => workers],
  ['Node', ({ environment: { node } }) => node],
  ['Platform', ({ environment: { platform } }) => platform],
];

function environment(before: readonly Run[], after: readonly Run[]): string[] {
  return facts.flatMap(([what, of]) => {
    const known = (runs: readonly Run[]) =>
      [...new Set(runs.map(of).filter((value) => value !== null))].map(String).sort();
    const [was, is] = [known(before), known(after)];
    return was.length === 0 || is.length === 0 || was.join('\n') === is.join('\n')
      ? []
      : [`${what}: ${list(was, 3)} → ${list(is, 3)}.`];
  });
}
