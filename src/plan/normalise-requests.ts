import { issue, type Path, pathText, quoted } from './fault.ts';
import { normaliseEndpoint, type Surroundings } from './normalise-endpoint.ts';
import { type FlowEndpoint, normaliseFlows } from './normalise-flows.ts';
import { checkPlaceholders } from './placeholder-check.ts';
import type { Endpoint, Flow } from './plan.ts';
import type { PlanOutput } from './plan-schema.ts';
import type { Report } from './plan-text.ts';

/** All requests of a plan, those of the mix first, then those of its flows in their order. */
export function normaliseRequests(
  { endpoints: given = [], flows: flowInputs = [] }: PlanOutput,
  around: Surroundings,
): { readonly endpoints: readonly Endpoint[]; readonly flows: readonly Flow[] } {
  if (given.length === 0 && flowInputs.length === 0) {
    const what = 'a list of requests such as [GET /posts]';
    around.report(issue(['endpoints'], what, 'nothing', 'write endpoints: [GET /], or flows'));
  }
  const plain = given.map((input, index): FlowEndpoint => {
    const at = ['endpoints', index];
    const short = typeof input === 'string';
    const endpoint = normaliseEndpoint(input, at, around);
    checkPlaceholders(endpoint, at, short, around);
    return { endpoint, at, short, named: !short && input.name !== undefined };
  });
  const { flows, endpoints: ofFlows } = normaliseFlows(flowInputs, around, plain.length);
  checkNames(plain, ofFlows, around.report);
  return { flows, endpoints: [...plain.map(({ endpoint }) => endpoint), ...namedApart(plain, ofFlows)] };
}

/** The names of the mix and those that were given to requests of flows differ from each other. */
function checkNames(plain: readonly FlowEndpoint[], ofFlows: readonly FlowEndpoint[], report: Report): void {
  const seen = new Map<string, Path>();
  for (const { endpoint, at, short, named } of [...plain, ...ofFlows.filter((one) => one.named)]) {
    const earlier = seen.get(endpoint.name);
    if (earlier === undefined) {
      seen.set(endpoint.name, at);
      continue;
    }
    const key = short ? [] : [named ? 'name' : 'request'];
    const hint = named ? 'choose another name' : 'give one of them a name: name: …';
    const received = `${quoted(endpoint.name)}, as ${pathText(earlier)}`;
    report(issue([...at, ...key], 'a name of its own', received, hint));
  }
}

/** A request line that stands once in the plan is its request's name; otherwise the flow's name stands before it. */
function namedApart(plain: readonly FlowEndpoint[], ofFlows: readonly FlowEndpoint[]): readonly Endpoint[] {
  const taken = new Set(
    [...plain, ...ofFlows.filter(({ named }) => named)].map(({ endpoint }) => endpoint.name),
  );
  const lines = new Map<string, number>();
  for (const { endpoint, named } of ofFlows)
    if (!named) lines.set(endpoint.name, (lines.get(endpoint.name) ?? 0) + 1);
  return ofFlows.map(({ endpoint, named }) => {
    if (named) return endpoint;
    const line = endpoint.name;
    const repeated = (lines.get(line) ?? 0) > 1;
    let name = line;
    for (let count = 1; taken.has(name) || (repeated && name === line); count++)
      name = `${endpoint.flow}: ${line}${count === 1 ? '' : ` (${count})`}`;
    taken.add(name);
    return { ...endpoint, name };
  });
}
