import type { Facts } from './facts.ts';
import type { SharedLimit } from './shared-limit.ts';

/** Shares of all processors of the machine that runs target and generator. */
export type MachineUse = {
  /** While the endpoint was held beyond its limit. */
  readonly busy: number;
  /** With a single user; null: not known. */
  readonly alone: number | null;
  /** What the generator took of it; null: not known. */
  readonly generator: number | null;
};

/** A machine that was busier than this may have been full. */
export const fullMachine = 0.9;
/** … and one that was less busy was not. */
export const idleMachine = 0.75;
/**
 * Surely full, and by the target: so busy, the generator has taken hardly any of it, a single user left much of it, and
 * more than one request but hardly more than there are processors were worked on at once.
 */
const surelyFull = { busy: 0.95, generator: 0.1, alone: 0.8, atWork: 1.25, perCore: 1.25 } as const;

/** Null: the target is elsewhere, or it is not known. */
export function machineUseOf({ held, neighbours, solo }: SharedLimit, facts: Facts): MachineUse | null {
  if (!isLocal(facts.run.plan.target)) return null;
  const numbers = new Set([...neighbours.map((n) => n.reading.stage), ...(solo?.stages.slice(-1) ?? [])]);
  const stages = [...numbers].flatMap((stage) => facts.all[stage - 1] ?? []);
  const busy = stages.flatMap((stage) => stage.machineCpu ?? []);
  if (busy.length === 0) return null;
  const single = facts.readings.single.find((r) => r.endpoint === held)?.stage;
  const { cores } = facts.run.environment;
  const generators = stages.flatMap((stage) => stage.generatorCpuCores ?? []);
  return {
    busy: Math.max(...busy),
    alone: single === undefined ? null : (facts.all[single - 1]?.machineCpu ?? null),
    generator: cores === null || generators.length === 0 ? null : Math.max(...generators) / cores,
  };
}

/** The target filled the processors: whatever else waits, none of them has time left. */
export function fillsProcessors(limit: SharedLimit, facts: Facts): boolean {
  const use = machineUseOf(limit, facts);
  const { cores } = facts.run.environment;
  if (use === null || use.alone === null || use.generator === null || cores === null) return false;
  const atWork = limit.parallelism?.low ?? null;
  return (
    use.busy >= surelyFull.busy &&
    use.generator <= surelyFull.generator &&
    use.alone <= surelyFull.alone &&
    atWork !== null &&
    atWork > surelyFull.atWork &&
    atWork <= surelyFull.perCore * cores
  );
}

export function isLocal(target: string): boolean {
  return /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])([:/]|$)/i.test(target);
}
