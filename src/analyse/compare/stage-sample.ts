import type { Run } from '../../record/run.ts';
import { blockSeconds } from '../measure/block-bootstrap.ts';
import { isTimed } from '../measure/measure.ts';
import type { Block, Measurement, StageMeasurement } from '../measure/measurement.ts';
import { type SteadyPart, steadyPart } from '../measure/steady-part.ts';
import { generatorChecks } from '../validity/generator-checks.ts';

/** What one run brings to the comparison of one stage. */
export type StageSample = {
  readonly measurement: StageMeasurement;
  readonly state: 'usable' | 'unusable';
  /** Why it is unusable, or what to know of it; null: nothing. */
  readonly because: string | null;
  /** Length of its blocks, s. */
  readonly blockSeconds: number;
  /** Numbers of the blocks in which the generator was well; empty: a summary, or too short for blocks. */
  readonly kept: readonly number[];
  readonly leftOut: number;
  readonly total: SubjectSample;
  /** By the run's endpoint index; null: no request of it. */
  readonly endpoints: readonly (SubjectSample | null)[];
};

/** One endpoint, or all together. */
export type SubjectSample = {
  readonly measurement: Measurement;
  readonly blocks: readonly Block[];
  /** Of the seconds in these blocks: mean response time in ms, and successful requests. */
  readonly secondMeans: readonly number[];
  readonly secondCounts: readonly number[];
};

/** The blocks of a stage in which the generator passed its checks, for all endpoints together and for each. */
export function stageSample(run: Run, measurement: StageMeasurement): StageSample {
  const stage = run.stages[measurement.stage - 1];
  const part =
    stage === undefined || stage.data.kind === 'summary'
      ? null
      : steadyPart(stage, stage.data, run.plan.endpoints.length);
  const length = part === null ? null : blockSeconds(part.seconds);
  const all = measurement.total.blocks.map((_, i) => i);
  const well =
    part === null || length === null
      ? all
      : all.filter((i) => generatorWasWell(run, measurement, blockOf(part, i, length, all.length)));
  const seconds = new Set(
    part === null || length === null
      ? []
      : well.flatMap((i) => {
          const { from, seconds: many } = blockOf(part, i, length, all.length);
          return Array.from({ length: many }, (_, second) => from + second);
        }),
  );
  const subject = (own: Measurement, endpoint: number | null): SubjectSample => ({
    measurement: own,
    blocks: well.flatMap((i) => own.blocks[i] ?? []),
    ...secondsOf(part, seconds, endpoint),
  });
  const invalid = measurement.validity.state === 'invalid';
  const generatorAlways = all.length > 0 && well.length === 0;
  return {
    measurement,
    state: invalid || generatorAlways || measurement.total.count === 0 ? 'unusable' : 'usable',
    because: invalid
      ? (measurement.validity.because[0] ?? 'The stage is not valid.')
      : generatorAlways
        ? `The generator failed its checks in every block of time. ${measurement.validity.because[0] ?? ''}`.trim()
        : measurement.total.count === 0
          ? 'No request ended.'
          : null,
    blockSeconds: length ?? 5,
    kept: well,
    leftOut: all.length - well.length,
    total: subject(measurement.total, null),
    endpoints: measurement.endpoints.map((own, i) => (own === null ? null : subject(own, i))),
  };
}

/** The seconds of one block as a part of their own; the last block takes those that remain. */
function blockOf(part: SteadyPart, index: number, length: number, blocks: number): SteadyPart {
  const from = part.from + index * length;
  const seconds = index === blocks - 1 ? part.seconds - index * length : length;
  const inside = ({ second }: { readonly second: number }) => second >= from && second < from + seconds;
  return {
    ...part,
    from,
    seconds,
    windows: part.windows.filter(inside),
    unsent: part.unsent.filter(inside),
    fine: [],
    health: part.health.filter(inside),
  };
}

function generatorWasWell(run: Run, measurement: StageMeasurement, block: SteadyPart): boolean {
  const stage = run.stages[measurement.stage - 1];
  if (stage === undefined) return false;
  const { total, endpoints, inFlight, thinkTimeMs, stage: number } = measurement;
  return generatorChecks(
    { run, stage, number, part: block, total, endpoints, inFlight, thinkTimeMs },
    block,
  ).every(({ consequence }) => consequence === 'none');
}

function secondsOf(
  part: SteadyPart | null,
  seconds: ReadonlySet<number>,
  endpoint: number | null,
): Pick<SubjectSample, 'secondMeans' | 'secondCounts'> {
  const of = new Map([...seconds].map((second) => [second, { sumUs: 0, timed: 0, ok: 0 }]));
  for (const window of part?.windows ?? []) {
    const own = of.get(window.second);
    if (own === undefined || (endpoint !== null && window.endpoint !== endpoint)) continue;
    if (window.outcome === 'ok') own.ok += window.count;
    if (!isTimed(window.outcome)) continue;
    own.sumUs += window.response.sumUs;
    own.timed += window.response.count;
  }
  const values = [...of.values()];
  return {
    secondMeans: values.flatMap(({ sumUs, timed }) => (timed > 0 ? [sumUs / timed / 1000] : [])),
    secondCounts: values.map(({ ok }) => ok),
  };
}
