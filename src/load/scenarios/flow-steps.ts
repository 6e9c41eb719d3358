import type { ResolvedFlow } from '../../plan/plan.ts';
import { drawThinkTime } from '../draw-think-time.ts';
import type { Scenario, User } from '../scenario.ts';
import { FlowFaults } from './flow-faults.ts';
import { type FlowParts, idlePauseMs } from './flow-parts.ts';
import { compileFlow, type RequestStep } from './flow-program.ts';
import { ScenarioMemory } from './scenario-memory.ts';

/** A user may go through so many steps without a request or a pause: repeats of repeats of nothing have no end. */
const stepsAtOnce = 10_000;

/**
 * The steps of a flow, carried out by every user at its own place in them. A failed request ends the pass, and so does an
 * answer without a value that later steps need: that is judged with the answer. A `once` step is made until it has
 * succeeded, then never again by this user.
 */
export function flowSteps(flow: ResolvedFlow, { draw, report }: FlowParts): Scenario {
  const program = compileFlow(flow.steps);
  const faults = new FlowFaults(flow.name, report);
  const first = program.steps.find((step) => step.kind === 'request')?.endpoint ?? 0;

  const idle = (state: StepsMemory, then: () => void): void => {
    faults.add('idle', `a pass without a request or a pause was held up for ${idlePauseMs} ms`);
    state.user.think(idlePauseMs, then);
  };

  const finish = (state: StepsMemory): void => {
    if (state.isActive) state.user.finish();
    else idle(state, () => state.user.finish());
  };

  const pauseThenGoOn = (state: StepsMemory, ms: number): void => {
    state.isActive = true;
    state.user.think(ms, state.goOn);
  };

  const goOn = (state: StepsMemory): void => {
    const { user } = state;
    for (let left = stepsAtOnce; left > 0; left -= 1) {
      const step = program.steps[state.at];
      if (step === undefined) {
        finish(state);
        return;
      }
      state.at += 1;
      switch (step.kind) {
        case 'request':
          if (step.once && state.done?.has(step) === true) break;
          state.isActive = true;
          user.request(step.endpoint);
          return;
        case 'think': {
          const ms = drawThinkTime(step.thinkTime, user.random);
          if (ms <= 0) break;
          pauseThenGoOn(state, ms);
          return;
        }
        case 'unless':
          if (!step.holds(user)) state.at += step.skip;
          break;
        case 'jump':
          state.at += step.skip;
          break;
        case 'repeat': {
          const times = step.from + Math.floor(user.random() * (step.to - step.from + 1));
          if (times === 0) state.at += step.skip;
          else state.left[step.counter] = times;
          break;
        }
        case 'again': {
          const times = (state.left[step.counter] ?? 0) - 1;
          state.left[step.counter] = times;
          if (times > 0) state.at -= step.back;
          break;
        }
        default:
          step satisfies never;
      }
    }
    idle(state, state.goOn);
  };

  const scenario: Scenario = {
    weight: flow.weight,
    first,
    begin: (user) => {
      const state = StepsMemory.of(user, scenario, goOn);
      state.at = 0;
      state.isActive = false;
      if (draw(user)) goOn(state);
    },
    judges: (user) => {
      const step = program.steps[StepsMemory.of(user, scenario, goOn).at - 1];
      if (step?.kind !== 'request' || step.extract === null) return true;
      return step.extract(user.answer, user.values);
    },
    answered: (user) => {
      const state = StepsMemory.of(user, scenario, goOn);
      const step = program.steps[state.at - 1];
      if (user.answer.outcome !== 'ok' || step?.kind !== 'request') {
        user.finish();
        return;
      }
      if (step.once) {
        state.done ??= new Set();
        state.done.add(step);
      }
      const ms = step.thinkTime === null ? 0 : drawThinkTime(step.thinkTime, user.random);
      if (ms > 0) pauseThenGoOn(state, ms);
      else goOn(state);
    },
  };
  return scenario;
}

/** Where a user is in a flow. */
class StepsMemory extends ScenarioMemory {
  readonly user: User;
  readonly goOn: () => void;
  /** The step that comes next. */
  at = 0;
  /** The pass under way has requested something, or paused. */
  isActive = false;
  /** Of each repeat: how often it is still to come, the time under way included. */
  readonly left: number[] = [];
  /** Null: none of the `once` steps has succeeded. */
  done: Set<RequestStep> | null = null;

  private constructor(user: User, scenario: Scenario, goOn: (state: StepsMemory) => void) {
    super(scenario, user.memory);
    this.user = user;
    this.goOn = () => goOn(this);
  }

  static of(user: User, scenario: Scenario, goOn: (state: StepsMemory) => void): StepsMemory {
    for (let one = user.memory; one instanceof ScenarioMemory; one = one.next) {
      if (one.scenario === scenario && one instanceof StepsMemory) return one;
    }
    const made = new StepsMemory(user, scenario, goOn);
    user.memory = made;
    return made;
  }
}
