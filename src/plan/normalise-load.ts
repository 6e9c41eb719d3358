import type * as z from 'zod';
import { describeValue, issue, type Path } from './fault.ts';
import { limits } from './limits.ts';
import { normaliseThinkTime } from './normalise-think-time.ts';
import type { Load, Readiness } from './plan.ts';
import type { planSchema } from './plan-schema.ts';
import type { Report } from './plan-text.ts';
import { parseDuration, parseShare } from './quantity.ts';

type LoadInput = z.output<typeof planSchema>['load'];
type ReadinessInput = z.output<typeof planSchema>['readiness'];

const defaultDurationMs = 60_000;
const noLoad: Load = { kind: 'closed', stages: [], thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 } };

/**
 * Stages of the load. A closed stage's duration is its steady part, after the last user was started: so a slow
 * spawn rate never eats the measurement, and stages of different size are measured equally long.
 */
export function normaliseLoad(input: LoadInput, at: Path, report: Report): Load {
  if ((input.users === undefined) === (input.rate === undefined)) {
    const hint =
      input.users === undefined
        ? 'write users: [10, 50, 100]'
        : 'keep users (closed model) or rate (open model)';
    report(issue(at, 'users or rate', input.users === undefined ? 'neither' : 'both', hint));
  }
  if (input.users === undefined && input.rate === undefined) return noLoad;
  const open = input.users === undefined && input.rate !== undefined;
  reportForeignKeys(input, open, at, report);
  const sizes = toList((open ? input.rate : input.users) ?? []);
  type StageKey = 'spawnRate' | 'duration' | 'ramp' | 'rampDown';
  const perStage = <T>(key: StageKey, given: T | T[] | undefined): ((stage: number) => T | undefined) => {
    if (given === undefined) return () => undefined;
    const list = toList(given);
    if (list.length !== 1 && list.length !== sizes.length) {
      const what = `one value, or one for each of the ${sizes.length} stages`;
      report(issue([...at, key], what, `a list of ${list.length}`));
    }
    return (stage) => (list.length === 1 ? list[0] : list[stage]);
  };
  const duration = perStage('duration', input.duration ?? `${defaultDurationMs}ms`);
  const durationMs = (stage: number) => parseDuration(duration(stage) ?? '') ?? defaultDurationMs;
  const rampDown = perStage('rampDown', input.rampDown);
  const down = (stage: number) => {
    const rampDownMs = durationOf(rampDown(stage));
    return rampDownMs > 0 ? { rampDownMs } : {};
  };
  if (open) {
    const ramp = perStage('ramp', input.ramp);
    const up = (stage: number) => {
      const rampMs = durationOf(ramp(stage));
      return rampMs > 0 ? { rampMs } : {};
    };
    return {
      kind: 'open',
      stages: sizes.map((ratePerSecond, stage) => ({
        ratePerSecond,
        durationMs: durationMs(stage),
        ...up(stage),
        ...down(stage),
      })),
      arrivals: input.arrivals ?? 'poisson',
    };
  }
  const spawnRate = perStage('spawnRate', input.spawnRate);
  return {
    kind: 'closed',
    stages: sizes.map((users, stage) => ({
      users,
      spawnRate: spawnRate(stage) ?? defaultSpawnRate(users, durationMs(stage)),
      durationMs: durationMs(stage),
      ...down(stage),
    })),
    thinkTime: normaliseThinkTime(input.thinkTime ?? 0, [...at, 'thinkTime'], report),
    ...(input.pacing === undefined ? {} : { pacingMs: durationOf(input.pacing) }),
  };
}

/** Keys of the other model, each with what says the same in this one. */
function reportForeignKeys(input: LoadInput, open: boolean, at: Path, report: Report): void {
  const foreign = open
    ? ([
        ['spawnRate', 'ramp says over how long the rate goes up'],
        ['thinkTime', 'remove it'],
        ['pacing', 'remove it'],
      ] as const)
    : ([
        ['arrivals', 'remove it'],
        ['ramp', 'spawnRate says how fast users start'],
      ] as const);
  const model = open ? 'the open model (rate)' : 'the closed model (users)';
  for (const [key, hint] of foreign) {
    if (input[key] === undefined) continue;
    report(issue([...at, key], `no ${key} in ${model}`, describeValue(input[key]), hint, 'key'));
  }
}

function durationOf(given: string | undefined): number {
  return parseDuration(given ?? '') ?? 0;
}

/** Users per second, whole, so that the ramp takes at most a tenth of the stage's duration. */
function defaultSpawnRate(users: number, durationMs: number): number {
  return Math.min(limits.users, Math.max(1, Math.ceil((users * 10_000) / durationMs)));
}

function toList<T>(given: T | T[]): readonly T[] {
  return Array.isArray(given) ? given : [given];
}

export function normaliseReadiness(input: ReadinessInput): Readiness {
  const { users, slaCompliance, errors, avgAt, linearThroughput, declared } = input ?? {};
  return {
    users: users ?? null,
    slaCompliance: slaCompliance === undefined ? null : parseShare(slaCompliance),
    errors: errors === undefined ? null : parseShare(errors),
    avgAt: avgAt === undefined ? null : { users: avgAt.users, maxMs: parseDuration(avgAt.max) ?? 0 },
    linearThroughput: linearThroughput ?? false,
    declared: declared ?? {},
  };
}
