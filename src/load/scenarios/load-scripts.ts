import { pathToFileURL } from 'node:url';
import { type FlowFunction, flowFunction } from '../../plan/flow-script.ts';
import type { ResolvedFlow } from '../../plan/plan.ts';
import { FlowFault } from './flow-fault.ts';

/**
 * The functions of those flows that are some, in the order of the flows; null: a flow of steps. Each worker imports the
 * plan's module for itself: a function can't be sent to another thread.
 *
 * @throws {FlowFault} FLOW_MISSING
 */
export function loadScripts(flows: readonly ResolvedFlow[]): Promise<readonly (FlowFunction | null)[]> {
  return Promise.all(flows.map(({ name, script }) => (script === null ? null : loadScript(name, script))));
}

async function loadScript(
  name: string,
  { file, index }: { file: string; index: number },
): Promise<FlowFunction> {
  const missing = (reason: string, cause?: unknown): FlowFault =>
    new FlowFault(
      'FLOW_MISSING',
      `the function of flow ${JSON.stringify(name)} cannot be had from ${file}: ${reason}`,
      {
        cause,
      },
    );
  let exported: unknown;
  try {
    const loaded: { default?: unknown } = await import(pathToFileURL(file).href);
    exported = loaded.default;
  } catch (error) {
    throw missing(error instanceof Error ? error.message : String(error), error);
  }
  const flows: unknown =
    typeof exported === 'object' && exported !== null && 'flows' in exported ? exported.flows : null;
  const list: readonly unknown[] = Array.isArray(flows) ? flows : [];
  const work = flowFunction(list[index]);
  if (work !== null) return work;
  throw missing(
    `flows[${index}] of its default export is no flow(…); a plan must give the same flows each time it is imported`,
  );
}
