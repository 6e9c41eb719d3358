import type { Interval } from '../analysis.ts';
import { differenceOf, meanOf, okRateOf, ratioOf } from '../diagnosis/contrast.ts';
import type { Measurement } from '../measure/measurement.ts';
import { productOf, scaled } from './probe-interval.ts';
import type { SingleUserReading, SoloReading } from './probe-readings.ts';
import { type ProbedStage, type Probing, stagesOf } from './trial-stage.ts';

/** Throughput stands still if it grew by less than the load to this power, the interval's high end to that. */
const standing = { elasticity: 0.35, high: 0.6 };
/** Loads are compared if they lie so far apart. */
const leastStep = 1.5;
/** At one load only: more users than this times X·R₁, so that most of them wait. */
const waitingUsers = 1.8;

type Point = {
  readonly stage: number;
  readonly users: number;
  readonly own: Measurement;
  readonly okRate: Interval;
};

/**
 * P2: an endpoint alone at rising loads. The stage in which it was held for the coupling is one of them: what others ask
 * meanwhile is a small part.
 */
export function readSolo(
  probing: Probing,
  single: readonly SingleUserReading[],
  controlMs: Interval | null,
): readonly SoloReading[] {
  const stages: readonly { readonly endpoint: number; readonly stage: ProbedStage }[] = [
    ...stagesOf(probing, 'solo').map((stage) => ({ endpoint: stage.trial.endpoint, stage })),
    ...stagesOf(probing, 'coupling').map((stage) => ({ endpoint: stage.trial.held, stage })),
  ];
  const endpoints = [...new Set(stages.map(({ endpoint }) => endpoint))].sort((a, b) => a - b);
  return endpoints.map((endpoint) => {
    const own = stages.filter((one) => one.endpoint === endpoint).map(({ stage }) => stage);
    const mean = single.find((one) => one.endpoint === endpoint)?.mean ?? null;
    return readingOf(endpoint, own, mean, controlMs);
  });
}

function readingOf(
  endpoint: number,
  stages: readonly ProbedStage[],
  single: Interval | null,
  controlMs: Interval | null,
): SoloReading {
  const points = stages
    .flatMap(({ measurement, unusable }): Point[] => {
      const own = measurement.endpoints[endpoint];
      const okRate = own ? okRateOf(own) : null;
      if (unusable !== null || !own || okRate === null || measurement.users === null) return [];
      return [{ stage: measurement.stage, users: measurement.users, own, okRate }];
    })
    .toSorted((a, b) => a.users - b.users || a.stage - b.stage);
  const count = points.reduce((sum, { own }) => sum + own.count, 0);
  const errors = count > 0 ? points.reduce((sum, { own }) => sum + own.failed, 0) / count : 0;
  const reading = { endpoint, stages: stages.map(({ measurement }) => measurement.stage), single, errors };
  const none = { saturation: null, knee: null, parallelism: null };
  if (points.length === 0) {
    const [reason] = stages.flatMap(({ unusable }) => unusable ?? []);
    return { ...reading, ...none, because: reason ?? 'no request of it ended' };
  }
  const flat = plateauOf(points, single);
  if (flat.length === 0)
    return {
      ...reading,
      ...none,
      because: 'its throughput still grew with the users, or too little is known of it',
    };
  const saturation = together(flat);
  const seconds = single === null ? null : scaled(single, 1 / 1000);
  return {
    ...reading,
    saturation,
    knee: seconds === null ? null : productOf(saturation, seconds),
    parallelism:
      single === null ? null : productOf(saturation, scaled(heldTime(single, controlMs), 1 / 1000)),
    because: null,
  };
}

/** The loads at which it brought no more; empty: it still grew. */
function plateauOf(points: readonly Point[], single: Interval | null): readonly Point[] {
  const top = points.at(-1);
  if (top === undefined) return [];
  const before = points.findLast(({ users }) => users * leastStep <= top.users);
  if (before !== undefined) {
    const step = top.users / before.users;
    const growth = ratioOf(before.okRate, top.okRate);
    const stands =
      growth !== null &&
      growth.value <= step ** standing.elasticity &&
      (growth.high ?? Number.POSITIVE_INFINITY) <= step ** standing.high;
    if (!stands) return [];
    const from = before.users;
    const flat = points.filter(({ users }) => users >= from);
    return waits(before, single) ? flat : flat.filter(({ users }) => users > from);
  }
  return waits(top, single) ? [top] : [];
}

/** Most of its users wait: one user alone would bring 1/R₁. */
function waits({ users, okRate }: Point, single: Interval | null): boolean {
  if (single === null) return false;
  return users >= (waitingUsers * (okRate.high ?? okRate.value) * single.value) / 1000;
}

/** The plateau's throughput: all its blocks together. */
function together(points: readonly Point[]): Interval {
  const seconds = points.flatMap(({ own }) => own.blocks).reduce((sum, block) => sum + block.seconds, 0);
  const [only] = points;
  if (only !== undefined && (points.length === 1 || seconds <= 0)) return only.okRate;
  const rates = points.flatMap(({ own }) =>
    own.blocks.map((block) => (block.count - block.failed) / Math.max(0.001, block.seconds)),
  );
  return meanOf(rates) ?? only?.okRate ?? { value: 0, low: null, high: null };
}

/**
 * How long a request holds what limits it: its time alone without what every request costs (network, parsing), as the
 * control shows. At least a tenth of it stays.
 */
function heldTime(single: Interval, controlMs: Interval | null): Interval {
  if (controlMs === null || controlMs.value > 0.9 * single.value) return single;
  const held = differenceOf(controlMs, single);
  const least = single.value / 10;
  return { ...held, low: held.low === null ? null : Math.max(least, held.low) };
}
