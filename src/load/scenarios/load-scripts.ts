import { type FlowFunction, flowFunction } from '../../plan/flow-script.ts';
import type { ResolvedFlow } from '../../plan/plan.ts';
import { FlowFault } from './flow-fault.ts';

/**
 * The functions of those flows that are some, in the order of the flows; null: a flow of steps. Each worker imports the
 * plan's module for itself: a function can't be sent to another thread.
 *
 * @throws {FlowFault} FLOW_MISSING
 */
export async function loadScripts(flows: readonly ResolvedFlow[]): Promise<readonly (FlowFunction | null)[]> {
  const works: (FlowFunction | null)[] = [];
  for (const { name, script } of flows) works.push(script === null ? null : await loadScript(name, script));
  return works;
}

async function loadScript(
  name: string,
  { file, index }: { readonly file: string; readonly index: number },
): Promise<FlowFunction> {
  const missing = (reason: string): FlowFault =>
    new FlowFault(
      'FLOW_MISSING',
      `the function of flow ${JSON.stringify(name)} cannot be had from ${file}: ${reason}`,
    );
  // The reader of plans is large, and most workers have no use for it.
  const { importPlan } = await import('../../plan/load-plan.ts');
  const imported = await importPlan(file);
  if (imported.state === 'faulty') throw missing(imported.issue.received);
  const { value } = imported;
  const flows: unknown = typeof value === 'object' && value !== null && 'flows' in value ? value.flows : null;
  const list: readonly unknown[] = Array.isArray(flows) ? flows : [];
  const work = flowFunction(list[index]);
  if (work === null)
    throw missing(
      `flows[${index}] of its default export is no flow(…) any more; a plan gives the same flows whenever it is imported`,
    );
  return work;
}
