import type { Plan } from '../../plan/plan.ts';
import { randomFrom } from '../../record/random.ts';
import type { Run, RunEvent, RunStage } from '../../record/run.ts';
import { scoutedEvent } from '../../record/scouting.ts';
import { type TrialOrder, trialEvent } from '../../record/trial.ts';
import { Agenda, WorkClock } from './queueing.ts';
import { scoutedOf, sessionPlan } from './session-plan.ts';
import { simulateTrial } from './session-stage.ts';
import type { SimulatedSystem } from './simulated-system.ts';
import { SimulatedTarget } from './simulated-target.ts';

export type SimulatedSession = {
  /** Adds the stage to the run. */
  carryOut(order: TrialOrder): void;
  /** The run so far. */
  run(): Run;
  elapsedMs(): number;
};

/**
 * A target that carries out what a search orders, one stage after the other, and records it as Loadline's engine would.
 * Its queues, caches and clock last from stage to stage. The same system, seed and orders give the same run.
 *
 * `plan`: with probes other than {@link sessionPlan}'s; its own endpoints must be the system's.
 */
export function simulatedSession(
  system: SimulatedSystem,
  { seed = 1, plan = sessionPlan(system) }: { readonly seed?: number; readonly plan?: Plan } = {},
): SimulatedSession {
  const random = randomFrom(seed);
  const agenda = new Agenda();
  const { stall } = system;
  const clock = new WorkClock(
    stall ? { everyUs: stall.everyMs * 1000, lengthUs: stall.lengthMs * 1000 } : null,
  );
  const target = new SimulatedTarget(system, agenda, clock, random);
  const setting = { system, plan, target, agenda, clock, random };
  const stages: RunStage[] = [];
  const events: RunEvent[] = plan.endpoints.flatMap(({ probe }, endpoint) =>
    probe === undefined || probe.kind === 'control'
      ? [scoutedEvent(scoutedOf(system, plan, endpoint), 0)]
      : [],
  );
  return {
    carryOut(order) {
      const stage = simulateTrial(setting, order, stages.length);
      stages.push(stage);
      events.push(trialEvent(stage.index, order.trial, stage.startMs, order.because));
    },
    run: () => ({
      kind: 'run',
      formatVersion: 1,
      id: `simulated-${seed}`,
      name: system.name,
      startedAt: '2026-02-10T12:00:00.000Z',
      state: 'complete',
      source: { tool: 'loadline', version: '0.1.0' },
      plan,
      environment: {
        loadline: '0.1.0',
        node: '24.0.0',
        platform: 'linux x64',
        cpuModel: 'simulated',
        cores: 4,
        memoryBytes: 8 * 2 ** 30,
        workers: 1,
        hostHash: 'simulated',
        ...(system.generator ? { generatorCeilingPerSecond: system.generator.perSecond } : {}),
      },
      seed,
      stages: [...stages],
      events: [...events],
    }),
    elapsedMs: () => Math.ceil(clock.now / 1000),
  };
}
