import type { FlowFunction } from '../../plan/flow-script.ts';
import type { ResolvedFlow, ResolvedPlan } from '../../plan/plan.ts';
import type { Scenario, User } from '../scenario.ts';
import { FlowFaults } from './flow-faults.ts';
import type { FlowParts } from './flow-parts.ts';
import type { OnceResults } from './once-pass.ts';
import { ScenarioMemory } from './scenario-memory.ts';
import type { Script, ScriptKeeps } from './script.ts';
import { ScriptPass } from './script-pass.ts';
import { ScriptRequests } from './script-requests.ts';

/**
 * A flow that is a function of a TypeScript plan: each pass calls it. What it throws ends the pass and is told; the
 * requests up to there are counted as what they were.
 */
export function flowScript(
  plan: ResolvedPlan,
  flow: ResolvedFlow,
  work: FlowFunction,
  { draw, report }: FlowParts,
): Scenario {
  const requests = new ScriptRequests(plan, flow);
  const script: Script = {
    work,
    file: flow.script?.file ?? '',
    requests,
    faults: new FlowFaults(flow.name, report),
    dataOf: dataOf(flow),
  };
  const scenario: Scenario = {
    weight: flow.weight,
    first: requests.all[0]?.endpoint ?? 0,
    begin: (user) => {
      if (!draw(user)) return;
      const memory = ScriptMemory.of(user, scenario);
      const pass = new ScriptPass(script, user, memory);
      memory.pass = pass;
      pass.run();
    },
    judges: (user) => ScriptMemory.of(user, scenario).pass?.judges() ?? true,
    answered: (user) => ScriptMemory.of(user, scenario).pass?.answered(),
    abandoned: (user) => {
      const memory = ScriptMemory.of(user, scenario);
      memory.pass?.abandon();
      memory.pass = null;
    },
  };
  return scenario;
}

/** A copy: a function may keep it while the next pass draws. */
function dataOf({ tables }: ResolvedFlow): Script['dataOf'] {
  const names = tables.flatMap((table) => (table.kind === 'range' ? [table.name] : table.names));
  const none = Object.freeze({});
  if (names.length === 0) return () => none;
  return (values) => Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
}

class ScriptMemory extends ScenarioMemory implements ScriptKeeps {
  readonly memory: Record<string, unknown> = {};
  readonly results: OnceResults = new Map();
  pass: ScriptPass | null = null;

  static of(user: User, scenario: Scenario): ScriptMemory {
    for (let one = user.memory; one instanceof ScenarioMemory; one = one.next) {
      if (one.scenario === scenario && one instanceof ScriptMemory) return one;
    }
    const made = new ScriptMemory(scenario, user.memory);
    user.memory = made;
    return made;
  }
}
