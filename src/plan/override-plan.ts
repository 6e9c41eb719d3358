import { faultsOf, type Issue, issue, originWithoutPlaces } from './fault.ts';
import { limits } from './limits.ts';
import type { PlanOutcome } from './normalise-plan.ts';
import type { Load, Plan } from './plan.ts';
import { formatDuration } from './quantity.ts';
import { isTarget, parseTarget } from './target-url.ts';

/** What the command line says instead of the plan. */
export type PlanOverrides = {
  readonly target?: string | undefined;
  readonly users?: readonly number[] | undefined;
  /** Open model: requests per second of each stage. */
  readonly rate?: readonly number[] | undefined;
  readonly spawnRate?: readonly number[] | undefined;
  /** One for all stages, or one for each. */
  readonly durationMs?: number | readonly number[] | undefined;
};

/**
 * The plan with the command line's target and stages. When the number of stages changes, the plan's own spawn
 * rates, ramps and durations are taken by index, the last one repeated. Faults have the option as their path
 * (`--users`).
 */
export function overridePlan(plan: Plan, overrides: PlanOverrides): PlanOutcome {
  const issues: Issue[] = [];
  const target = overrides.target === undefined ? plan.target : newTarget(overrides.target, issues);
  const load = newLoad(plan.load, overrides, issues);
  if (issues.length > 0) return { state: 'faulty', faults: faultsOf(issues, originWithoutPlaces('')) };
  return { state: 'valid', plan: { ...plan, target, load } };
}

function newTarget(text: string, issues: Issue[]): string {
  const found = parseTarget(text, ['--target']);
  if (isTarget(found)) return found.origin + found.basePath;
  issues.push(found);
  return text;
}

function newLoad(load: Load, overrides: PlanOverrides, issues: Issue[]): Load {
  const { users, rate, spawnRate } = overrides;
  const durations = typeof overrides.durationMs === 'number' ? [overrides.durationMs] : overrides.durationMs;
  if (durations !== undefined) {
    const bounds = `durations from ${formatDuration(limits.minStageMs)} to ${formatDuration(limits.durationMs)}`;
    check(
      '--duration',
      bounds,
      durations,
      (ms) => ms >= limits.minStageMs && ms <= limits.durationMs,
      issues,
    );
  }
  if (load.kind === 'open') {
    for (const [option, value] of [
      ['--users', users],
      ['--spawn-rate', spawnRate],
    ] as const) {
      if (value !== undefined)
        issues.push(
          issue([option], 'a plan with load.users', 'one with load.rate (open model)', 'remove the option'),
        );
    }
    if (rate !== undefined) {
      check(
        '--rate',
        `numbers above 0, at most ${limits.ratePerSecond}`,
        rate,
        (perSecond) => perSecond > 0 && perSecond <= limits.ratePerSecond,
        issues,
      );
    }
    const rates = rate ?? load.stages.map((stage) => stage.ratePerSecond);
    if (durations !== undefined) checkLength('--duration', durations, rates.length, issues);
    return {
      ...load,
      stages: rates.map((ratePerSecond, index) => ({
        ...at(load.stages, index),
        ratePerSecond,
        durationMs: at(durations ?? [], index) ?? at(load.stages, index)?.durationMs ?? limits.minStageMs,
      })),
    };
  }
  if (rate !== undefined) {
    issues.push(
      issue(['--rate'], 'a plan with load.rate', 'one with load.users (closed model)', 'remove the option'),
    );
  }
  if (users !== undefined) {
    check(
      '--users',
      `whole numbers from 1 to ${limits.users}`,
      users,
      (count) => Number.isInteger(count) && count >= 1 && count <= limits.users,
      issues,
    );
  }
  if (spawnRate !== undefined) {
    check(
      '--spawn-rate',
      `numbers above 0, at most ${limits.users}`,
      spawnRate,
      (rate) => rate > 0 && rate <= limits.users,
      issues,
    );
  }
  const sizes = users ?? load.stages.map((stage) => stage.users);
  if (spawnRate !== undefined) checkLength('--spawn-rate', spawnRate, sizes.length, issues);
  if (durations !== undefined) checkLength('--duration', durations, sizes.length, issues);
  const stages = sizes.map((size, index) => {
    const own = at(load.stages, index);
    return {
      ...own,
      users: size,
      spawnRate: at(spawnRate ?? [], index) ?? own?.spawnRate ?? 1,
      durationMs: at(durations ?? [], index) ?? own?.durationMs ?? limits.minStageMs,
    };
  });
  return { ...load, stages };
}

/** By index, the last one repeated. */
function at<T>(list: readonly T[], index: number): T | undefined {
  return list[Math.min(index, list.length - 1)];
}

function check(
  option: string,
  what: string,
  values: readonly number[],
  holds: (value: number) => boolean,
  issues: Issue[],
): void {
  if (values.length === 0) issues.push(issue([option], what, 'nothing'));
  if (values.length > limits.stages)
    issues.push(issue([option], `at most ${limits.stages} stages`, String(values.length)));
  const wrong = values.find((value) => !holds(value));
  if (wrong !== undefined)
    issues.push(issue([option], what, option === '--duration' ? formatDuration(wrong) : String(wrong)));
}

function checkLength(option: string, values: readonly number[], stages: number, issues: Issue[]): void {
  if (values.length <= 1 || values.length === stages) return;
  issues.push(
    issue([option], `one value, or one for each of the ${stages} stages`, `${values.length} of them`),
  );
}
