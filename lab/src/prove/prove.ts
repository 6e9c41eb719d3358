import { availableParallelism, cpus, totalmem } from 'node:os';
import { LabError } from '../lab-error.ts';
import type { Setup } from '../setup.ts';
import type { StackReading } from '../stack/stack.ts';
import { checklistOf } from './checklist.ts';
import { effectAt, overloadOf, predictedAt, stagesOf } from './figures.ts';
import { footprintOf } from './footprint.ts';
import { listAt, textAt } from './json-reading.ts';
import { type Loadline, loadlineIn } from './loadline-command.ts';
import { ladderPlan, overloadPlan, readyUsers } from './measuring-plan.ts';
import {
  observeBalancer,
  observeCache,
  observeMonitoring,
  observePool,
  observeStatic,
  watchPools,
} from './observation.ts';
import type { Diagnosed, MeasuredSystem, Probed, Proof, ProvenRemedy } from './proof.ts';
import type { ProvingGround } from './proving-ground.ts';
import { allTogether, limited, overloadRate, type Remedy, remedies } from './remedy.ts';

export interface ProveOptions {
  /** Only these remedies. */
  readonly only?: readonly string[];
  /** Stages of three seconds: to try the way, not to measure. */
  readonly isShort?: boolean;
  readonly tell: (text: string) => void;
}

/** Measures the baseline, each remedy by itself on it, and all together, with Loadline; about a quarter of an hour. */
export async function prove(ground: ProvingGround, options: ProveOptions): Promise<Proof> {
  const startedAt = performance.now();
  const when = new Date().toISOString();
  const { tell } = options;
  const loadline = loadlineIn(ground.folder);
  const bench = benchOf(ground, loadline, options.isShort === true);
  const chosen = remedies.filter(({ id }) => options.only === undefined || options.only.includes(id));

  tell('baseline: every trouble of the reference document');
  const baseline = await bench.ladder('baseline', { profile: 'baseline' }, true);
  tell(summaryOf(baseline));
  tell('baseline: what does Loadline say of it by itself?');
  const diagnosed = await ground.withStack({ profile: 'baseline' }, async ({ url }) => {
    const budget = options.isShort === true ? '30s' : '120s';
    const command = ['diagnose', '--allow-writes', '--budget', budget];
    return diagnosedOf((await loadline.measure('diagnosis', command, ladderPlan(url))).analysis);
  });
  tell(`  ${diagnosed.statement}`);

  const measured: { remedy: Remedy; system: Laddered }[] = [];
  const unmeasured: Proof['unmeasured'][number][] = [];
  for (const [at, remedy] of chosen.entries()) {
    tell(`remedy ${at + 1} of ${chosen.length}: ${remedy.title}`);
    try {
      const system = await bench.ladder(remedy.id, { profile: 'baseline', ...remedy.setup }, false);
      tell(summaryOf(system));
      measured.push({ remedy, system });
    } catch (error) {
      // One that this machine lacks a program for does not spoil the others; the document names it.
      if (!(error instanceof LabError) || error.code === 'interrupted') throw error;
      tell(`  not measured: ${error.message} (${error.remedy})`);
      unmeasured.push({ title: remedy.title, because: `${error.message}; ${error.remedy}` });
    }
  }
  tell(`overload: ${overloadRate} requests/s on the baseline, without a limit and with it`);
  const without = await bench.overload('overload', { profile: 'baseline' });
  const withLimit = await bench.overload('overload-limited', { profile: 'baseline', ...limited });
  tell('all together');
  const together = await bench.ladder('together', allTogether, true);
  tell(summaryOf(together));
  tell('baseline again: what a difference of nothing looks like');
  const again = await bench.ladder('baseline-again', { profile: 'baseline' }, false);
  tell(summaryOf(again));

  const compared = async (system: Laddered, before: readonly Laddered[]) =>
    effectAt(
      await loadline.ask([
        'compare',
        '--before',
        ...before.map(({ run }) => run),
        '--after',
        system.run,
        '--fail-on',
        'never',
        '--anyway',
      ]),
      readyUsers,
    );
  const before = [baseline, again];
  const proven: ProvenRemedy[] = [];
  for (const { remedy, system } of measured) {
    proven.push({
      ...shown(system),
      id: remedy.id,
      title: remedy.title,
      ...(await predictionOf(loadline, remedy, baseline)),
      effect: await compared(system, before),
      cost: remedy.cost,
    });
  }
  const all: Remedy['prediction'] = {
    whatIf: [
      ...['--pool', '120', '--pool-now', '4', '--cache-hit', '0.8', '--keep-alive', '--instances', '3'],
    ],
    assumes: '80 % hits; the instances share nothing that is full',
  };
  return {
    kind: 'lab-proof',
    when,
    machine: `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}; Node ${process.versions.node}; load and system on the same machine`,
    minutes: (performance.now() - startedAt) / 60_000,
    diagnosed,
    baseline: { ...shown(baseline), ...probed(baseline) },
    again: await compared(again, [baseline]),
    remedies: proven,
    unmeasured,
    overload: { without, limited: withLimit },
    together: {
      ...shown(together),
      id: 'together',
      title: 'All together',
      ...(await predictionOf(loadline, { prediction: all }, baseline)),
      effect: await compared(together, before),
      cost: 'the sum of the above, on one machine',
      ...probed(together),
    },
  };
}

interface Laddered extends MeasuredSystem, Probed {
  readonly run: string;
}

/** Starts a system, measures it by a plan, and looks at it from outside meanwhile. */
function benchOf(ground: ProvingGround, loadline: Loadline, isShort: boolean) {
  const instances = async () =>
    (await ground.present()).components.flatMap(({ name, url }) =>
      name.startsWith('api-') && url !== null ? [url] : [],
    );
  return {
    ladder: (name: string, setup: Partial<Setup>, isProbed: boolean): Promise<Laddered> =>
      ground.withStack(setup, async (stack) => {
        const watch = watchPools(instances);
        const { analysis, run } = await loadline
          .measure(name, ['run'], ladderPlan(stack.url, isShort))
          .catch(async (error: unknown) => {
            await watch.stop();
            throw error;
          });
        const footprint = await footprintNow(ground);
        const pool = await watch.stop();
        const stages = stagesOf(analysis);
        const checklist = isProbed ? await checklistNow(stack, stages, pool) : [];
        const staticPage = isProbed ? (await observeStatic(stack.url)).seen : null;
        return { stages, pool, footprint, run, checklist, staticPage };
      }),
    overload: (name: string, setup: Partial<Setup>) =>
      ground.withStack(setup, async ({ url }) =>
        overloadOf(
          (await loadline.measure(name, ['run'], overloadPlan(url, overloadRate, isShort))).analysis,
        ),
      ),
  };
}

async function footprintNow(ground: ProvingGround) {
  return footprintOf((await ground.present()).components.map(({ pid }) => pid));
}

async function checklistNow(
  stack: StackReading,
  stages: MeasuredSystem['stages'],
  pool: MeasuredSystem['pool'],
) {
  return checklistOf(stages, {
    cache: await observeCache(stack.url),
    pool: observePool(pool),
    balancer: await observeBalancer(stack.url),
    monitoring: await observeMonitoring(stack),
  });
}

async function predictionOf(
  loadline: Loadline,
  { prediction }: Pick<Remedy, 'prediction'>,
  baseline: Laddered,
): Promise<Pick<ProvenRemedy, 'predicted' | 'assumes'>> {
  if ('noModel' in prediction) return { predicted: prediction.noModel, assumes: null };
  const answer = await loadline.ask(['what-if', baseline.run, ...prediction.whatIf]);
  return { predicted: predictedAt(answer, readyUsers), assumes: prediction.assumes };
}

function diagnosedOf(analysis: unknown): Diagnosed {
  return {
    statement: textAt(analysis, 'diagnosis', 'statement'),
    findings: listAt(analysis, 'diagnosis', 'findings').map(
      (finding) =>
        `\`${textAt(finding, 'cause')}\` (${textAt(finding, 'confidence')} confidence): ${textAt(finding, 'title')}`,
    ),
    recommendations: listAt(analysis, 'recommendations').map(
      (each) => `[${textAt(each, 'priority')}] ${textAt(each, 'action')}`,
    ),
  };
}

function shown({ stages, pool, footprint }: Laddered): MeasuredSystem {
  return { stages, pool, footprint };
}

function probed({ checklist, staticPage }: Laddered): Probed {
  return { checklist, staticPage };
}

function summaryOf({ stages, checklist }: Laddered): string {
  const last = stages.at(-1);
  const met = checklist.filter((row) => row.met).length;
  const figures =
    last === undefined
      ? 'no stage was measured'
      : `${last.users} users: ${last.rate.toFixed(1)} requests/s, ${Math.round(last.averageMs)} ms on average, p95 ${Math.round(last.p95Ms)} ms, ${last.failed} failed`;
  return `  ${figures}${checklist.length === 0 ? '' : `; ${met} of ${checklist.length} requirements`}`;
}
