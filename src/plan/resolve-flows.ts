import type { Plan, ResolvedFlow } from './plan.ts';
import type { Report } from './plan-text.ts';
import { type EndpointData, type ReadFile, resolveData, usersOf } from './resolve-data.ts';

export type FlowWithData = { readonly flow: ResolvedFlow; readonly data: EndpointData };

/** Flows with their data read. One without steps is a function of `module`, the absolute path of the plan's own. */
export async function resolveFlows(
  plan: Plan,
  module: string | null,
  readFile: ReadFile,
  report: Report,
): Promise<readonly FlowWithData[]> {
  const found: FlowWithData[] = [];
  for (const [index, { name, weight, steps, data: sources }] of (plan.flows ?? []).entries()) {
    const data = await resolveData(sources, ['flows', index, 'data'], readFile, report, usersOf(plan.load));
    const script = steps.length === 0 && module !== null ? { file: module, index } : null;
    found.push({ flow: { name, weight, steps, tables: data.tables, script }, data });
  }
  return found;
}
