import type { Condition, FlowStep, ThinkTime } from '../../plan/plan.ts';
import { compileExtractions, type ValuesReader } from '../extraction.ts';
import type { User } from '../scenario.ts';

/**
 * The steps of a flow one after the other, with jumps: where a user is in it is one number, whatever the depth of the
 * flow. Jumps are counted from the step after.
 */
export type FlowProgram = {
  readonly steps: readonly ProgramStep[];
  /** Repeats that lie within each other have a counter each. */
  readonly counters: number;
};

export type RequestStep = {
  readonly kind: 'request';
  readonly endpoint: number;
  readonly once: boolean;
  /** Null: nothing is taken from the answer. */
  readonly extract: ValuesReader | null;
  readonly thinkTime: ThinkTime | null;
};

export type ProgramStep =
  | RequestStep
  | { readonly kind: 'think'; readonly thinkTime: ThinkTime }
  | { readonly kind: 'unless'; readonly holds: (user: User) => boolean; readonly skip: number }
  | { readonly kind: 'jump'; readonly skip: number }
  | {
      readonly kind: 'repeat';
      readonly counter: number;
      readonly from: number;
      readonly to: number;
      readonly skip: number;
    }
  | { readonly kind: 'again'; readonly counter: number; readonly back: number };

export function compileFlow(steps: readonly FlowStep[]): FlowProgram {
  const counters = { deepest: 0 };
  const program = compileSteps(steps, 0, counters);
  return { steps: program, counters: counters.deepest };
}

function compileSteps(
  steps: readonly FlowStep[],
  counter: number,
  counters: { deepest: number },
): ProgramStep[] {
  counters.deepest = Math.max(counters.deepest, counter);
  return steps.flatMap((step): ProgramStep[] => {
    switch (step.kind) {
      case 'request': {
        const { kind, endpoint, once, thinkTime } = step;
        const reads = Object.keys(step.extract).length > 0;
        return [
          { kind, endpoint, once, thinkTime, extract: reads ? compileExtractions(step.extract) : null },
        ];
      }
      case 'think':
        return [step];
      case 'choose': {
        const then = compileSteps(step.steps, counter, counters);
        const otherwise = compileSteps(step.otherwise, counter, counters);
        const holds = compileCondition(step.when);
        if (otherwise.length === 0) return [{ kind: 'unless', holds, skip: then.length }, ...then];
        return [
          { kind: 'unless', holds, skip: then.length + 1 },
          ...then,
          { kind: 'jump', skip: otherwise.length },
          ...otherwise,
        ];
      }
      case 'repeat': {
        const { kind, from, to } = step;
        const body = compileSteps(step.steps, counter + 1, counters);
        return [
          { kind, counter, from, to, skip: body.length + 1 },
          ...body,
          { kind: 'again', counter, back: body.length + 1 },
        ];
      }
      default:
        return step satisfies never;
    }
  });
}

function compileCondition(when: Condition): (user: User) => boolean {
  switch (when.kind) {
    case 'chance': {
      const { share } = when;
      return (user) => user.random() < share;
    }
    case 'values': {
      const wanted = Object.entries(when.values).map(([name, texts]) => ({ name, texts: new Set(texts) }));
      return ({ values }) =>
        wanted.every(({ name, texts }) => {
          const value = values[name];
          return value !== undefined && texts.has(value);
        });
    }
    default:
      return when satisfies never;
  }
}
