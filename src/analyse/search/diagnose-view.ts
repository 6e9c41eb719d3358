import type { Endpoint, EndpointProbe, Plan } from '../../plan/plan.ts';
import { whyNotProbed } from '../../plan/probe-plan.ts';
import { isNoThinkTime, meanThinkTimeMs } from '../../plan/think-time.ts';
import type { Run } from '../../record/run.ts';
import { type Scouted, scoutingOf } from '../../record/scouting.ts';
import type { Trial } from '../../record/trial.ts';
import { type StageFigures, stageFiguresOf } from './stage-figures.ts';
import { type MeasuredBefore, seenTrials } from './trial-view.ts';

/** What a diagnosis knows so far, as far as it decides what comes next. */
export type DiagnoseView = {
  readonly plan: Plan;
  readonly scouted: ReadonlyMap<number, Scouted>;
  readonly stages: readonly StageFigures[];
  /** Indices of stages in which something outside the target disturbed the measurement: nothing is drawn from them. */
  readonly disturbed: ReadonlySet<number>;
  /** Endpoints of the plan that can be asked one by one (those of flows cannot). */
  readonly alone: readonly number[];
  readonly controls: readonly number[];
  /** As single users met them: by endpoint's index; absent: not asked alone yet. */
  readonly single: ReadonlyMap<number, Single>;
  /** Lowest load first. */
  readonly ladder: readonly StageFigures[];
  readonly saturation: SaturationSeen | null;
  /** A load of the ladder was slower when it came again: time slows the target, not load alone. */
  readonly drifts: boolean;
  /** Some stage was answered 429 or 503. */
  readonly refused: boolean;
  /** Endpoints that the load slowed, the most added time first. */
  readonly slowed: readonly Slowed[];
  /** Mean time of a control, ms; null: none was asked. */
  readonly controlMs: number | null;
  /** Requests that the target works on at once when its throughput stands still, at most; at least 1. */
  readonly parallelism: number;
  /** The stage after which the target did not answer as before. */
  readonly died: StageFigures | null;
};

export type Single = { readonly ok: number; readonly meanMs: number };

export type Slowed = { readonly endpoint: number; readonly singleMs: number; readonly addedMs: number };

export type SaturationSeen = {
  readonly kind: 'plateau' | 'waiting';
  readonly stage: StageFigures;
  /** Highest throughput of the mix. */
  readonly okRate: number;
};

/** Throughput that grows by less than the load to this power stands still (as in `diagnosis/facts.ts`). */
const plateauElasticity = 0.35;
const plateauSlowdown = 1.3;
const waitingSlowdown = 2;
const driftSlowdown = 1.25;
/** Added time that is worth a question: ms, and share of its own time alone. */
const addedFloorMs = 2;
const addedShare = 0.5;
/** A load is at the limit if it brought this share of the highest throughput. */
const nearLimit = 0.9;
/** Beyond this share of lost requests a stage has knocked the target over. */
const lostShare = 0.3;

/** `before`: what was measured of earlier stages; a cache, nothing else. */
export function diagnoseViewOf(run: Run, plan: Plan, before: MeasuredBefore): DiagnoseView {
  const stages = stageFiguresOf(run);
  const disturbed = new Set(
    seenTrials(run, before).flatMap(({ stage, measurement }) =>
      measurement.validity.state === 'valid' ? [] : [stage.index],
    ),
  );
  const alone = indicesOf(plan, ({ flow, probe }) => flow === undefined && probe === undefined);
  const controls = probesOf(plan, 'control', null);
  const sound = stages.filter(({ index }) => !disturbed.has(index));
  const soundSingle = singleOf(sound);
  // Disturbed figures are better than none for what is asked next.
  const single = soundSingle.size > 0 ? soundSingle : singleOf(stages);
  const ladder = stages
    .filter(({ trial, total }) => trial?.kind === 'ladder' && total.count > 0)
    .toSorted((a, b) => (a.users ?? 0) - (b.users ?? 0) || a.index - b.index);
  const saturation = saturationOf(ladder, single);
  const controlTimes = controls.flatMap((index) => single.get(index)?.meanMs ?? []);
  return {
    plan,
    scouted: scoutingOf(run),
    stages,
    disturbed,
    alone,
    controls,
    single,
    ladder,
    saturation,
    drifts: driftsIn(ladder, single),
    refused: stages.some(({ total }) => total.refused >= Math.max(5, 0.01 * total.count)),
    slowed: saturation === null ? [] : slowedOf(alone, single, ladder, saturation),
    controlMs: controlTimes.length === 0 ? null : Math.min(...controlTimes),
    parallelism: parallelismOf(saturation, single, ladder),
    died: stages.findLast((stage) => isLost(stage, plan)) ?? null,
  };
}

/** Of the plan's own requests: a control may be a path that is not there, and is not lost for that. */
function isLost({ endpoints }: StageFigures, plan: Plan): boolean {
  const own = endpoints.filter((_, index) => plan.endpoints[index]?.probe === undefined);
  const count = own.reduce((sum, figures) => sum + figures.count, 0);
  const failed = own.reduce((sum, figures) => sum + figures.failed, 0);
  return count >= 10 && failed > lostShare * count;
}

/** Indices of the endpoints of that probe; `of`: the plan's endpoint that they vary, null: any. */
export function probesOf(plan: Plan, kind: EndpointProbe['kind'], of: number | null): readonly number[] {
  return indicesOf(plan, ({ probe }) => probe?.kind === kind && (of === null || probe.of === of));
}

export function indicesOf(plan: Plan, holds: (endpoint: Endpoint) => boolean): readonly number[] {
  return plan.endpoints.flatMap((endpoint, index) => (holds(endpoint) ? [index] : []));
}

/** May be asked again without harm. */
export function isHarmless(plan: Plan, index: number): boolean {
  const endpoint = plan.endpoints[index];
  return endpoint !== undefined && whyNotProbed(endpoint) === null;
}

/** Of the plan's users; 0 in an open plan and where it is not known. */
export function planThinkMs({ load }: Plan): number {
  return load.kind === 'open' || isNoThinkTime(load.thinkTime) ? 0 : (meanThinkTimeMs(load.thinkTime) ?? 0);
}

/** Times of all stages in which one user made its requests one after the other. */
function singleOf(stages: readonly StageFigures[]): ReadonlyMap<number, Single> {
  const found = new Map<number, Single>();
  for (const { trial, endpoints } of stages) {
    if (trial?.kind !== 'single-user') continue;
    for (const [index, { ok, meanMs }] of endpoints.entries()) {
      if (ok === 0) continue;
      const before = found.get(index) ?? { ok: 0, meanMs: 0 };
      const all = before.ok + ok;
      found.set(index, { ok: all, meanMs: (before.meanMs * before.ok + meanMs * ok) / all });
    }
  }
  return found;
}

function saturationOf(
  ladder: readonly StageFigures[],
  single: ReadonlyMap<number, Single>,
): SaturationSeen | null {
  const [base] = ladder;
  const best = Math.max(...ladder.map(({ total }) => total.okRate));
  for (const after of ladder.toReversed()) {
    const before = ladder.findLast(({ users }) => (after.users ?? 0) >= 1.5 * (users ?? 0));
    if (before === undefined || base === undefined || before.total.okRate <= 0) continue;
    const load = (after.users ?? 0) / Math.max(1, before.users ?? 1);
    const growth = Math.log(after.total.okRate / before.total.okRate) / Math.log(load);
    const slowdown = slowdownOf(after, single) / slowdownOf(before, single);
    if (growth <= plateauElasticity && slowdown >= plateauSlowdown)
      return { kind: 'plateau', stage: after, okRate: best };
    if (slowdownOf(after, single) >= waitingSlowdown * Math.max(1, slowdownOf(base, single)))
      return { kind: 'waiting', stage: after, okRate: best };
  }
  return null;
}

/**
 * Mean of the stage ÷ what its answers would take alone, endpoint by endpoint: a short stage of few users has never the
 * mix of a long one. Endpoints that nobody met alone are left out; without any it is the mean itself.
 */
export function slowdownOf({ endpoints, total }: StageFigures, single: ReadonlyMap<number, Single>): number {
  let [took, alone] = [0, 0];
  for (const [index, { ok, meanMs }] of endpoints.entries()) {
    const singleMs = single.get(index)?.meanMs ?? 0;
    if (ok === 0 || singleMs <= 0) continue;
    took += ok * meanMs;
    alone += ok * singleMs;
  }
  return alone > 0 ? took / alone : Math.max(0.001, total.meanMs);
}

function driftsIn(ladder: readonly StageFigures[], single: ReadonlyMap<number, Single>): boolean {
  return ladder.some((first) => {
    const again = ladder.findLast(({ users, index }) => users === first.users && index > first.index);
    return again !== undefined && slowdownOf(again, single) >= driftSlowdown * slowdownOf(first, single);
  });
}

function slowedOf(
  alone: readonly number[],
  single: ReadonlyMap<number, Single>,
  ladder: readonly StageFigures[],
  { stage, okRate }: SaturationSeen,
): readonly Slowed[] {
  const [base] = ladder;
  // Two full queues take turns in being the longer one: each endpoint's worst stage at the limit counts.
  const full = ladder.filter(({ total }) => total.okRate >= nearLimit * okRate);
  const all = alone.flatMap((endpoint) => {
    const singleMs = single.get(endpoint)?.meanMs ?? base?.endpoints[endpoint]?.meanMs ?? 0;
    const loaded = [...full, stage].flatMap(({ endpoints }) => endpoints[endpoint] ?? []);
    const worst = Math.max(0, ...loaded.filter(({ ok }) => ok >= 10).map(({ meanMs }) => meanMs));
    return worst <= 0 || singleMs <= 0 ? [] : [{ endpoint, singleMs, addedMs: worst - singleMs }];
  });
  return all
    .filter(({ addedMs, singleMs }) => addedMs >= Math.max(addedFloorMs, addedShare * singleMs))
    .toSorted((a, b) => b.addedMs - a.addedMs || a.endpoint - b.endpoint);
}

/** Σ Xₑ·R₁ₑ at the highest throughput: whatever is waited for, at most so many are worked on. */
function parallelismOf(
  saturation: SaturationSeen | null,
  single: ReadonlyMap<number, Single>,
  ladder: readonly StageFigures[],
): number {
  if (saturation === null) return 1;
  const [base] = ladder;
  const sum = saturation.stage.endpoints.reduce((total, { okRate }, index) => {
    const singleMs = single.get(index)?.meanMs ?? base?.endpoints[index]?.meanMs ?? 0;
    return total + (okRate * singleMs) / 1000;
  }, 0);
  return Math.max(1, sum);
}

/** Stages of a kind: how many were made, and how many of them can be used. */
export function madeOf(
  { stages, disturbed }: DiagnoseView,
  fits: (trial: Trial) => boolean,
): { readonly made: number; readonly sound: number } {
  const own = stages.filter(({ trial }) => trial !== null && fits(trial));
  return { made: own.length, sound: own.filter(({ index }) => !disturbed.has(index)).length };
}

/** What was disturbed is asked once more, and then left. */
export function isDone(view: DiagnoseView, fits: (trial: Trial) => boolean): boolean {
  const { made, sound } = madeOf(view, fits);
  return sound > 0 || made >= 2;
}
