import type { Run, RunStage } from '../../record/run.ts';
import { measure } from '../measure/measure.ts';
import { count, list } from '../words.ts';
import type { ComparedStage } from './comparison.ts';
import type { Measured } from './line.ts';
import { type StageSample, stageSample } from './stage-sample.ts';
import { subjectLines, type Taken } from './subject-lines.ts';

/** A run with what each of its stages brings. */
export type SampledRun = {
  readonly run: Run;
  readonly stages: readonly StageSample[];
  readonly seed: number;
};

export function sampledRun(run: Run): SampledRun {
  let seed = run.seed;
  for (const character of `${run.id} ${run.startedAt}`) {
    seed = Math.imul(seed, 31) + (character.codePointAt(0) ?? 0);
  }
  return { run, stages: measure(run).map((measurement) => stageSample(run, measurement)), seed };
}

/** One stage of the first run before, in all runs: whether it can be compared, and its lines. */
export function compareStage(
  first: Run,
  index: number,
  before: readonly SampledRun[],
  after: readonly SampledRun[],
): { readonly stage: ComparedStage; readonly lines: readonly Measured[] } {
  const asked = first.stages[index];
  const load = {
    stage: index + 1,
    users: asked?.users ?? null,
    askedRate: asked?.askedRatePerSecond ?? null,
  };
  const sides = [sideOf('before', before, first, index), sideOf('after', after, first, index)] as const;
  const [was, is] = [sides[0].taken, sides[1].taken];
  const all = [...was, ...is];
  // A side that lost some of its runs is compared by those it has; one that lost all cannot be.
  const compared = was.length > 0 && is.length > 0;
  const names = compared ? endpointsOf(first, all) : [];
  const missing = first.plan.endpoints
    .filter(({ name }) => compared && !names.includes(name))
    .map(({ name }) => name);
  // Of a plan with one endpoint, all endpoints together are that one.
  const subjects = first.plan.endpoints.length === 1 ? [null] : [null, ...names];
  return {
    stage: {
      ...load,
      state: compared ? 'compared' : 'not-compared',
      because: [
        ...sides.flatMap(({ because }) => because),
        ...(missing.length === 0 ? [] : [`Not on both sides: ${list(missing, 4)}.`]),
      ],
      blocks: {
        before: was.reduce((sum, { sample }) => sum + sample.kept.length, 0),
        after: is.reduce((sum, { sample }) => sum + sample.kept.length, 0),
        leftOut: all.reduce((sum, { sample }) => sum + sample.leftOut, 0),
      },
    },
    lines: compared ? subjects.flatMap((endpoint) => subjectLines({ ...load, endpoint }, was, is)) : [],
  };
}

type Side = { readonly taken: readonly Taken[]; readonly because: readonly string[] };

/** The runs of a side that can be used for the stage, and what is to be said of it. */
function sideOf(side: string, runs: readonly SampledRun[], first: Run, index: number): Side {
  const asked = first.stages[index];
  // Stages are found by their load, the n-th at the same load: plans compared anyway may have other stages between.
  const nth = first.stages.slice(0, index).filter((stage) => sameLoad(stage, asked)).length;
  const taken: Taken[] = [];
  const because: string[] = [];
  for (const { run, stages, seed } of runs) {
    const who = `${side}, run ${run.id}`;
    const at = [...run.stages.keys()].filter((i) => sameLoad(run.stages[i], asked))[nth];
    const sample = at === undefined ? undefined : stages[at];
    if (sample === undefined) because.push(`Not measured ${who}.`);
    else if (sample.state === 'unusable') because.push(`Not used ${who}: ${sample.because ?? ''}`);
    else {
      taken.push({ run, seed, sample });
      because.push(...notesOf(who, sample));
    }
  }
  return { taken, because };
}

function notesOf(who: string, { measurement, leftOut, kept }: StageSample): readonly string[] {
  const limited = measurement.validity.state === 'lower-bound';
  return [
    ...(leftOut > 0
      ? [
          `${count(leftOut, 'block')} of ${leftOut + kept.length} left out (${who}): the generator failed its checks.`,
        ]
      : []),
    ...(limited && leftOut === 0
      ? [`A lower bound (${who}): ${measurement.validity.because[0] ?? 'the generator was the limit.'}`]
      : []),
  ];
}

function sameLoad(a: RunStage | undefined, b: RunStage | undefined): boolean {
  return (
    a !== undefined && b !== undefined && a.users === b.users && a.askedRatePerSecond === b.askedRatePerSecond
  );
}

/** Names of the endpoints that every run holds requests of. */
function endpointsOf(first: Run, all: readonly Taken[]): readonly string[] {
  return first.plan.endpoints
    .map(({ name }) => name)
    .filter((name) =>
      all.every(({ run, sample }) => {
        const own = sample.endpoints[run.plan.endpoints.findIndex((endpoint) => endpoint.name === name)];
        return own != null && own.measurement.count > 0;
      }),
    );
}
