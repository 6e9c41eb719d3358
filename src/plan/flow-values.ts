import type { Path } from './fault.ts';
import type { FlowStep, Plan } from './plan.ts';
import { placeholdersIn } from './plan-text.ts';

/** A step, where it stands in the plan, and the names that have a value when it begins. */
export type StepPlace = {
  readonly step: FlowStep;
  readonly at: Path;
  readonly known: ReadonlySet<string>;
};

/**
 * The steps in the order of the plan. A value is known after a step if it is extracted on every way through it: in both
 * branches of a choice, in a repeat that is made at least once.
 */
export function* placedSteps(
  steps: readonly FlowStep[],
  at: Path,
  before: ReadonlySet<string>,
): Generator<StepPlace, ReadonlySet<string>> {
  let known = before;
  for (const [index, step] of steps.entries()) {
    const here = [...at, index];
    yield { step, at: here, known };
    switch (step.kind) {
      case 'request':
        known = new Set([...known, ...Object.keys(step.extract)]);
        break;
      case 'think':
        break;
      case 'repeat': {
        const after = yield* placedSteps(step.steps, [...here, 'steps'], known);
        if (step.from > 0) known = after;
        break;
      }
      case 'choose': {
        const one = yield* placedSteps(step.steps, [...here, 'then'], known);
        const other = yield* placedSteps(step.otherwise, [...here, 'else'], known);
        known = new Set([...one].filter((name) => other.has(name)));
        break;
      }
      default:
        step satisfies never;
    }
  }
  return known;
}

/** What a flow fills of one of its endpoints. */
export type FlowRequestPlace = {
  readonly at: Path;
  /** Index of the flow. */
  readonly flow: number;
  readonly names: ReadonlySet<string>;
};

/** The endpoints that flows request, by their index. A function may give any value that path, query or headers name. */
export function flowRequests(plan: Plan): ReadonlyMap<number, FlowRequestPlace> {
  const found = new Map<number, FlowRequestPlace>();
  for (const [flow, { name, steps, data }] of (plan.flows ?? []).entries()) {
    const at = ['flows', flow];
    const drawn = new Set(Object.keys(data));
    for (const { step, at: here, known } of placedSteps(steps, [...at, 'steps'], drawn))
      if (step.kind === 'request') found.set(step.endpoint, { at: here, flow, names: known });
    if (steps.length > 0) continue;
    const own = [...plan.endpoints.entries()].filter(([, endpoint]) => endpoint.flow === name);
    for (const [request, [index, endpoint]] of own.entries()) {
      const texts = [endpoint.path, ...Object.values(endpoint.query), ...Object.values(endpoint.headers)];
      const names = new Set([...drawn, ...texts.flatMap((text) => placeholdersIn(text))]);
      found.set(index, { at: [...at, 'requests', request], flow, names });
    }
  }
  return found;
}
