import { issue, type Path, quoted } from './fault.ts';
import { checkFlow } from './flow-check.ts';
import type { FlowInput, ScriptFlowInput, StepInput } from './flow-schema.ts';
import { limits } from './limits.ts';
import { normaliseData } from './normalise-data.ts';
import { normaliseEndpoint, type RequestInput, type Surroundings } from './normalise-endpoint.ts';
import { normaliseSteps } from './normalise-steps.ts';
import type { Endpoint, Flow } from './plan.ts';

/** A request of a flow, which becomes one of the plan's endpoints. */
export type FlowEndpoint = {
  readonly endpoint: Endpoint;
  readonly at: Path;
  /** Written as a text: `GET /posts`. */
  readonly short: boolean;
  /** Its author gave it a name. */
  readonly named: boolean;
};

/** Flows and their requests, whose index in the plan's endpoints begins at `first`. */
export function normaliseFlows(
  inputs: readonly (FlowInput | ScriptFlowInput)[],
  around: Surroundings,
  first: number,
): { readonly flows: readonly Flow[]; readonly endpoints: readonly FlowEndpoint[] } {
  const endpoints: FlowEndpoint[] = [];
  const flows: Flow[] = [];
  const seen = new Map<string, number>();
  const count = inputs.reduce((sum, one) => sum + stepsIn('steps' in one ? one.steps : one.requests), 0);
  if (count > limits.flowSteps) {
    const what = `at most ${limits.flowSteps} steps in all flows`;
    around.report(issue(['flows'], what, `${count} of them`, 'repeat: 10 makes the same steps again'));
    return { flows, endpoints };
  }
  for (const [index, input] of inputs.entries()) {
    const at = ['flows', index];
    // What a broken flow extracts isn't known: more faults would be guesses.
    if (!around.intact(at)) continue;
    const name = input.name ?? `flow ${index + 1}`;
    const earlier = seen.get(name);
    if (earlier === undefined) seen.set(name, index);
    else {
      const place = input.name === undefined ? at : [...at, 'name'];
      const received = `${quoted(name)}, as flows[${earlier}]`;
      around.report(issue(place, 'a name of its own', received, 'choose another name'));
    }
    const weight = input.weight ?? 1;
    const request = (given: string | RequestInput, here: Path, names: ReadonlySet<string>): number => {
      const endpoint = normaliseEndpoint(given, here, { ...around, flowNames: names });
      endpoints.push({
        endpoint: { ...endpoint, weight, flow: name },
        at: here,
        short: typeof given === 'string',
        named: typeof given !== 'string' && given.name !== undefined,
      });
      return first + endpoints.length - 1;
    };
    const data = normaliseData(input.data ?? {}, [...at, 'data'], around);
    const steps =
      'steps' in input ? normaliseSteps(input.steps, [...at, 'steps'], data, around, request) : [];
    if ('$script' in input) {
      const names = new Set(Object.keys(data));
      for (const [place, given] of (input.requests ?? []).entries())
        request(given, [...at, 'requests', place], names);
    }
    const flow: Flow = { name, weight, data, steps };
    flows.push(flow);
    checkFlow(flow, at, endpoints, first, around);
  }
  return { flows, endpoints };
}

function stepsIn(steps: readonly (StepInput | RequestInput)[] = []): number {
  return steps.reduce((sum: number, one) => {
    if (typeof one === 'string') return sum + 1;
    if ('repeat' in one) return sum + 1 + stepsIn(one.steps);
    return sum + 1 + ('then' in one ? stepsIn(one.then) + stepsIn(one.else) : 0);
  }, 0);
}
