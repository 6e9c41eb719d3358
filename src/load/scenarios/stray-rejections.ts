import type { ResolvedFlow } from '../../plan/plan.ts';
import { type FlowFaultReport, FlowFaults, thrownText } from './flow-faults.ts';

/**
 * A promise that a function of the plan made and did not await would end the worker when it is rejected, and the run
 * with it. It is told instead. Whose of several flows it was, nobody knows.
 */
export function tellStrayRejections(
  flows: readonly ResolvedFlow[],
  report: (fault: FlowFaultReport) => void,
): void {
  const scripts = flows.filter(({ script }) => script !== null);
  const file = scripts[0]?.script?.file;
  if (file === undefined) return;
  const faults = new FlowFaults(scripts.map(({ name }) => name).join('" or "'), report);
  process.on('unhandledRejection', (reason) =>
    faults.add('threw', `a promise was rejected and nobody awaited it: ${thrownText(reason, file)}`),
  );
}
