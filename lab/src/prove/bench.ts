import { LabError } from '../lab-error.ts';
import type { Setup } from '../setup.ts';
import type { StackReading } from '../stack/stack.ts';
import { checklistOf } from './checklist.ts';
import { type OverloadFigures, overloadOf, stagesOf } from './figures.ts';
import { footprintOf } from './footprint.ts';
import type { Loadline } from './loadline-command.ts';
import { comparisonPlan, ladderPlan, overloadPlan } from './measuring-plan.ts';
import { observeBalancer, observeCache, observeMonitoring, observePool, watchPools } from './observation.ts';
import type { MeasuredSystem, Probed } from './proof.ts';
import type { ProvingGround } from './proving-ground.ts';
import { overloadRate } from './remedy.ts';
import { measureStatic, type StaticFigures } from './static-figures.ts';

/** A system and the file of its run. */
export interface Recorded extends MeasuredSystem {
  readonly run: string;
}

/** Starts a system, measures it by a plan, and looks at it from outside meanwhile. A name is used once. */
export interface Bench {
  /** By the whole ladder; then the checklist's probes, and its static page. */
  ladder(name: string, setup: Partial<Setup>): Promise<Recorded & Probed>;
  /** At the checklist's load, for as long as a comparison needs. @throws LabError when nothing was answered. */
  compared(name: string, setup: Partial<Setup>): Promise<Recorded>;
  /** Its static page only. */
  staticPage(name: string, setup: Partial<Setup>): Promise<StaticFigures>;
  /** Far above its capacity. */
  overload(name: string, setup: Partial<Setup>): Promise<OverloadFigures>;
}

export function benchOf(ground: ProvingGround, loadline: Loadline, isShort: boolean): Bench {
  const instances = async () =>
    (await ground.present()).components.flatMap(({ name, url }) =>
      name.startsWith('api-') && url !== null ? [url] : [],
    );
  const recorded = async (name: string, plan: string): Promise<Recorded> => {
    const watch = watchPools(instances);
    const measured = loadline.measure(name, ['run'], plan);
    const { analysis, run } = await measured.catch(async (error: unknown) => {
      await watch.stop();
      throw error;
    });
    const footprint = footprintOf((await ground.present()).components.map(({ pid }) => pid));
    return { stages: stagesOf(analysis), pool: await watch.stop(), footprint, run };
  };
  return {
    ladder: (name, setup) =>
      ground.withStack(setup, async (stack) => {
        const system = await recorded(name, ladderPlan(stack.url, isShort));
        const checklist = await checklistNow(stack, system);
        return { ...system, checklist, staticPage: await measureStatic(loadline, name, stack.url, isShort) };
      }),
    compared: (name, setup) =>
      ground.withStack(setup, async ({ url }) => {
        const system = await recorded(name, comparisonPlan(url, isShort));
        if (system.stages.length > 0) return system;
        throw new LabError('not-measured', 'every request failed', 'see what Loadline said of it');
      }),
    staticPage: (name, setup) =>
      ground.withStack(setup, ({ url }) => measureStatic(loadline, name, url, isShort)),
    overload: (name, setup) =>
      ground.withStack(setup, async ({ url }) =>
        overloadOf(
          (await loadline.measure(name, ['run'], overloadPlan(url, overloadRate, isShort))).analysis,
        ),
      ),
  };
}

async function checklistNow(stack: StackReading, { stages, pool }: MeasuredSystem) {
  return checklistOf(stages, {
    cache: await observeCache(stack.url),
    pool: observePool(pool),
    balancer: await observeBalancer(stack.url),
    monitoring: await observeMonitoring(stack),
  });
}
