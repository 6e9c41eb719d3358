import type { FlowStep, ResolvedPlan } from '../../plan/plan.ts';
import { type FeederShare, feederOf } from '../feeder.ts';
import type { Scenario } from '../scenario.ts';
import type { FlowFaultReport } from './flow-faults.ts';
import type { FlowParts } from './flow-parts.ts';
import { flowScript } from './flow-script.ts';
import { flowSteps } from './flow-steps.ts';
import { loadScripts } from './load-scripts.ts';
import { scriptEndpoints } from './script-requests.ts';
import { tellStrayRejections } from './stray-rejections.ts';

export type FlowScenariosOptions = {
  readonly share: FeederShare;
  readonly flowFault: (fault: FlowFaultReport) => void;
  /** The unique data of the flow that this endpoint stands for is used up. */
  readonly usedUp: (endpoint: number) => void;
};

/** The plan's flows as scenarios. Loads the modules of those that are functions. */
export async function flowScenarios(
  plan: ResolvedPlan,
  { share, flowFault, usedUp }: FlowScenariosOptions,
): Promise<readonly Scenario[]> {
  const flows = plan.flows ?? [];
  const scripts = await loadScripts(flows);
  tellStrayRejections(flows, flowFault);
  return flows.map((flow, index) => {
    const feeders = flow.tables.map((table) => feederOf(table, share));
    const parts: FlowParts = {
      draw: (user) => {
        for (const feeder of feeders) {
          if (user.draw(feeder)) continue;
          usedUp(scenario.first);
          return false;
        }
        return true;
      },
      report: flowFault,
    };
    const work = scripts[index] ?? null;
    const scenario: Scenario = work === null ? flowSteps(flow, parts) : flowScript(plan, flow, work, parts);
    return scenario;
  });
}

/** Endpoints whose answers flows look into beyond what the endpoints themselves expect: a function may read any of its. */
export function endpointsRead({ plan, flows = [] }: ResolvedPlan): ReadonlySet<number> {
  const byScripts = flows.flatMap((flow) =>
    flow.script === null ? [] : scriptEndpoints(plan, flow).map(({ index }) => index),
  );
  return new Set([...byScripts, ...flows.flatMap(({ steps }) => steps.flatMap(readBy))]);
}

function readBy(step: FlowStep): readonly number[] {
  switch (step.kind) {
    case 'request':
      return Object.keys(step.extract).length > 0 ? [step.endpoint] : [];
    case 'think':
      return [];
    case 'choose':
      return [...step.steps, ...step.otherwise].flatMap(readBy);
    case 'repeat':
      return step.steps.flatMap(readBy);
    default:
      return step satisfies never;
  }
}
