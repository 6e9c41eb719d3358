import type { Endpoint } from '../../plan/plan.ts';
import type { Run } from '../../record/run.ts';
import { type Scouted, scoutingOf } from '../../record/scouting.ts';
import type { Trial } from '../../record/trial.ts';
import type { Analysis, Check, Interval } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { noReadings, type ProbeReadings } from '../probes/probe-readings.ts';
import { type SourceTelemetry, telemetryByStage } from '../telemetry/by-stage.ts';
import { averageOf, rateOf, ratioOf } from './contrast.ts';
import { type Coupling, couplingOf } from './coupling.ts';
import { type FailureFacts, failureFactsOf } from './failures.ts';
import { type SharedLimit, sharedLimitsOf } from './shared-limit.ts';

/** What the probes made of a run: all stages, those of the report first, and all endpoints, those of probes last. */
export type Probed = {
  readonly whole: Run;
  readonly all: readonly StageMeasurement[];
  readonly readings: ProbeReadings;
  /** What each of `all` was for; null: a stage of the plan's own. */
  readonly trials: readonly (Trial | null)[];
};

/** What the rules look at, computed once. */
export type Facts = {
  readonly run: Run;
  readonly capacity: Analysis['capacity'];
  /** All stages, as measured. */
  readonly measurements: readonly StageMeasurement[];
  /** Loadline's own recording, not another tool's summary. */
  readonly recorded: boolean;
  /** Valid stages, lowest load first: the only ones from which causes are drawn. */
  readonly sound: readonly StageMeasurement[];
  /** Stages in which the generator itself failed a check. */
  readonly generator: readonly { readonly stage: StageMeasurement; readonly checks: readonly Check[] }[];
  readonly saturation: Saturation | null;
  readonly coupling: Coupling | null;
  readonly failures: FailureFacts;
  readonly readings: ProbeReadings;
  /** What single requests showed, by endpoint. */
  readonly scouted: ReadonlyMap<number, Scouted>;
  /** The plan's endpoints, then those of the probes: what the indices of readings point to. */
  readonly endpoints: readonly Endpoint[];
  /** With all its stages and endpoints. */
  readonly whole: Run;
  /** All stages, those of probes included, by their number less one. */
  readonly all: readonly StageMeasurement[];
  readonly trials: readonly (Trial | null)[];
  /** What the coupling probes showed of each endpoint that was held at its limit. */
  readonly limits: readonly SharedLimit[];
  /** What the target told of itself, by stage as in `all`. */
  readonly telemetry: readonly (readonly SourceTelemetry[])[];
};

/** Response times grew with the load, and throughput less than it, or not at all. */
export type Saturation = {
  /**
   * `plateau`: throughput stands still (or falls). `behind`: it grows, and far less than the load. `waiting`: it still
   * grows about with the load, for the think time hides it, and response times already grow several times over.
   */
  readonly kind: 'plateau' | 'behind' | 'waiting';
  /** Neighbouring stages, the lower load first. */
  readonly before: StageMeasurement;
  readonly after: StageMeasurement;
  readonly load: number;
  readonly throughput: Interval;
  readonly slowdown: Interval;
};

/**
 * Throughput that grows by less than the load to this power stands still: doubled users bring less than 2^0.35 = 1.27
 * times the throughput. A system far from its limit grows with the power 1. `high` is for the interval's end.
 */
const plateau = { elasticity: 0.35, high: 0.6, slowdown: 1.3, slowdownLow: 1 };
const fewestRequests = 40;
/** Throughput per user fell to this part: most users wait. */
const behind = { perUser: 0.75, high: 0.85, slowdown: 1.5, slowdownLow: 1.2 };
const waiting = { slowdown: 2, slowdownLow: 1.5 };

/**
 * Whether this failed check means that the generator, not the target, set the figures. The laws of Little and of the
 * response time are not among them: heavy tails break them by chance, which makes a stage unusable and no one guilty.
 */
export function blamesGenerator({ check }: Check): boolean {
  return /^(generator|send-lag|sockets|achieved-rate|users-reached)/.test(check);
}

export function factsOf(
  measurements: readonly StageMeasurement[],
  run: Run,
  capacity: Analysis['capacity'],
  probed: Probed = { whole: run, all: measurements, readings: noReadings, trials: [] },
): Facts {
  const byLoad = measurements.toSorted((a, b) => loadOf(a) - loadOf(b) || a.stage - b.stage);
  const recorded = run.stages.length > 0 && run.stages.every((stage) => stage.data.kind === 'windows');
  const failing = (m: StageMeasurement) => m.validity.checks.filter((c) => c.outcome === 'fail');
  const sound = byLoad.filter((m) => m.validity.state === 'valid' && m.total.count > 0);
  const generator = measurements
    .map((stage) => ({ stage, checks: failing(stage).filter(blamesGenerator) }))
    .filter(({ stage, checks }) => checks.length > 0 && stage.validity.state !== 'valid');
  const saturation = recorded ? saturationOf(sound) : null;
  const base = sound[0];
  return {
    run,
    capacity,
    measurements,
    recorded,
    sound,
    generator,
    saturation,
    coupling: saturation === null || base === undefined ? null : couplingOf(base, saturation.after, run.plan),
    failures: failureFactsOf(sound, run),
    readings: probed.readings,
    scouted: scoutingOf(probed.whole),
    endpoints: probed.whole.plan.endpoints,
    whole: probed.whole,
    all: probed.all,
    trials: probed.trials,
    limits: sharedLimitsOf(probed.readings, probed.whole.plan.endpoints, saturation?.after ?? null),
    telemetry: telemetryByStage(probed.whole),
  };
}

/** Users of a closed stage, asked rate of an open one. */
export function loadOf(m: StageMeasurement): number {
  return m.users ?? m.askedRate ?? 0;
}

/** The highest pair of neighbouring loads between which throughput stood still while response times grew. */
function saturationOf(sound: readonly StageMeasurement[]): Saturation | null {
  for (let i = sound.length - 1; i > 0; i -= 1) {
    const after = sound[i];
    if (after === undefined) continue;
    // A step of less than 1.5 × tells little: look further down for the stage to compare with.
    const before = sound
      .slice(0, i)
      .findLast((m) => m.users !== null && after.users !== null && after.users >= 1.5 * m.users);
    const found = before === undefined ? null : standstill(before, after);
    if (found !== null) return found;
  }
  return null;
}

function standstill(before: StageMeasurement, after: StageMeasurement): Saturation | null {
  if (before.total.count < fewestRequests || after.total.count < fewestRequests) return null;
  const load = loadOf(after) / loadOf(before);
  const rates = [rateOf(before.total), rateOf(after.total)] as const;
  const averages = [averageOf(before.total), averageOf(after.total)] as const;
  if (rates[0] === null || rates[1] === null || averages[0] === null || averages[1] === null) return null;
  const throughput = ratioOf(rates[0], rates[1]);
  const slowdown = ratioOf(averages[0], averages[1]);
  if (throughput === null || slowdown === null) return null;
  if (throughput.high === null || slowdown.low === null) return null;
  const isPlateau =
    throughput.value <= load ** plateau.elasticity &&
    throughput.high <= load ** plateau.high &&
    slowdown.value >= plateau.slowdown &&
    slowdown.low > plateau.slowdownLow;
  const isBehind =
    throughput.value <= behind.perUser * load &&
    throughput.high <= behind.high * load &&
    slowdown.value >= behind.slowdown &&
    slowdown.low > behind.slowdownLow;
  const isWaiting = slowdown.value >= waiting.slowdown && slowdown.low > waiting.slowdownLow;
  if (!isPlateau && !isBehind && !isWaiting) return null;
  return {
    kind: isPlateau ? 'plateau' : isBehind ? 'behind' : 'waiting',
    before,
    after,
    load,
    throughput,
    slowdown,
  };
}
