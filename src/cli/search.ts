import type { SearchPlanner } from '../analyse/search/search.ts';
import { openLoad } from '../load/run-load.ts';
import { scout, scoutingEvents } from '../load/scout.ts';
import { shapeOf } from '../load/stage-shape.ts';
import { reachTarget } from '../load/target.ts';
import type { ResolvedPlan } from '../plan/plan.ts';
import { withProbes } from '../plan/probe-plan.ts';
import { RunMemory } from '../record/run-memory.ts';
import type { RunWriter } from '../record/run-writer.ts';
import type { Scouted } from '../record/scouting.ts';
import { askedEvent, doneEvent, trialEvent } from '../record/trial.ts';
import type { Io } from './io.ts';
import { type MeasureOptions, recordWork } from './measure.ts';

export type SearchOptions = MeasureOptions & {
  /** Single requests beforehand, and endpoints that only probes request. */
  readonly scouts: boolean;
  /** As they were typed: a report gives them back. */
  readonly asked: readonly string[];
  /** Decides what is measured next. */
  readonly plannerOf: (plan: ResolvedPlan) => SearchPlanner;
};

/** Measures what a planner asks for, stage after stage, into one run file; returns it, still open. */
export function search(plan: ResolvedPlan, options: SearchOptions, io: Io): Promise<RunWriter> {
  return recordWork(plan, options, io, async ({ view, load, open }) => {
    const address = await reachTarget(plan, load.confirm);
    const scouting = options.scouts
      ? await scout(plan, address, load.stop === undefined ? {} : { stop: load.stop })
      : null;
    const probing = scouting === null ? plan : withProbes(plan, byEndpoint(scouting.answers));
    const planner = options.plannerOf(probing);
    const { header, sink } = open(probing.plan);
    const memory = new RunMemory(header, sink);
    memory.event(askedEvent(options.asked, 0));
    if (scouting !== null) for (const event of scoutingEvents(scouting, plan, 0)) memory.event(event);
    const session = await openLoad(probing, { ...load, address, opens: true, open: () => memory });
    try {
      for (let stage = 0; ; stage += 1) {
        const step = planner.next(memory.run(), session.elapsedMs());
        if (step.kind === 'done') {
          view?.say(step.because);
          memory.event(doneEvent(step.because, step.notRun ?? [], session.elapsedMs()));
          return 'complete';
        }
        view?.say(step.order.because);
        memory.event(trialEvent(stage, step.order.trial, session.elapsedMs(), step.order.because));
        const shape = shapeOf(step.order);
        const state = await (step.order.trial.kind === 'workers'
          ? session.stageBy(step.order.trial.workers, shape, step.of)
          : session.stage(shape, step.of));
        if (state === 'interrupted') return 'interrupted';
      }
    } finally {
      await session.close();
    }
  });
}

function byEndpoint(scouted: readonly Scouted[]): ReadonlyMap<number, Scouted> {
  return new Map(scouted.map((one) => [one.endpoint, one]));
}
