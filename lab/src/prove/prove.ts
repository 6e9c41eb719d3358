import { availableParallelism, cpus, totalmem } from 'node:os';
import { LabError } from '../lab-error.ts';
import type { Setup } from '../setup.ts';
import { benchOf, type Recorded } from './bench.ts';
import { effectAt, predictedAt } from './figures.ts';
import { listAt, textAt } from './json-reading.ts';
import { type Loadline, loadlineIn } from './loadline-command.ts';
import { ladderPlan, readyUsers } from './measuring-plan.ts';
import type { Diagnosed, MeasuredSystem, Probed, Proof, ProvenRemedy } from './proof.ts';
import type { ProvingGround } from './proving-ground.ts';
import { allTogether, limited, overloadRate, type Remedy, remedies, staticRemedies } from './remedy.ts';
import { plannedMinutes, turnsOf } from './schedule.ts';

export interface ProveOptions {
  /** Only these remedies. */
  readonly only?: readonly string[];
  /** Stages of a few seconds: to try the way, not to measure. */
  readonly isShort?: boolean;
  readonly tell: (text: string) => void;
}

const diagnosisSeconds = 240;

/** Everything by itself is a remedy too; it comes last, and is compared like the others. */
const together: Remedy = {
  id: 'together',
  title: 'All together',
  setup: allTogether,
  prediction: {
    whatIf: ['--pool', '120', '--pool-now', '4', '--cache-hit', '0.8', '--keep-alive', '--instances', '3'],
    assumes: '80 % hits; the instances share nothing that is full',
  },
  cost: 'the sum of the above, on one machine',
};

/** Measures the baseline, each remedy by itself on it, and all together, with Loadline; less than half an hour. */
export async function prove(ground: ProvingGround, options: ProveOptions): Promise<Proof> {
  const startedAt = performance.now();
  const when = new Date().toISOString();
  const { tell, isShort = false } = options;
  const loadline = loadlineIn(ground.folder, ground.interrupted);
  const bench = benchOf(ground, loadline, isShort);
  const isChosen = ({ id }: { readonly id: string }) =>
    options.only === undefined || options.only.includes(id);
  const systems = [...remedies.filter(isChosen), together];
  const statics = staticRemedies.filter(isChosen);
  const turns = turnsOf(systems.length);
  if (!isShort) {
    const overloads = 2;
    const work = { ladders: 2, compared: turns.length, statics: statics.length, overloads, diagnosisSeconds };
    tell(`planned: ${plannedMinutes(work).toFixed(0)} minutes`);
  }

  tell('baseline: every trouble of the reference document, by the ladder');
  const baseline = await bench.ladder('baseline', { profile: 'baseline' });
  tell(summaryOf(baseline, baseline.checklist));
  tell('baseline: what does Loadline say of it by itself?');
  const diagnosed = await ground.withStack({ profile: 'baseline' }, async ({ url }) => {
    const command = ['diagnose', '--allow-writes', '--budget', isShort ? '30s' : `${diagnosisSeconds}s`];
    return diagnosedOf((await loadline.measure('diagnosis', command, ladderPlan(url))).analysis);
  });
  tell(`  ${diagnosed.statement}`);

  const unmeasured: Proof['unmeasured'][number][] = [];
  /** One that this machine lacks a program for does not spoil the others; the document names it. */
  const orUnmeasured = async <T>(title: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LabError) || error.code === 'interrupted') throw error;
      tell(`  not measured: ${error.message} (${error.remedy})`);
      unmeasured.push({ title, because: `${error.message}; ${error.remedy}` });
      return undefined;
    }
  };
  const baselines: Recorded[] = [];
  const measured: { remedy: Remedy; system: Recorded }[] = [];
  const compared = (name: string, setup: Partial<Setup>) => async () => {
    const system = await bench.compared(name, setup);
    tell(summaryOf(system));
    return system;
  };
  for (const turn of turns) {
    const remedy = turn.kind === 'remedied' ? systems[turn.at] : undefined;
    if (turn.kind === 'baseline') {
      tell(`baseline at ${readyUsers} users, to compare with: number ${turn.number}`);
      const work = compared(`compared-${turn.number}`, { profile: 'baseline' });
      const system = await orUnmeasured('The baseline, once more', work);
      if (system !== undefined) baselines.push(system);
    } else if (remedy !== undefined) {
      tell(`remedy ${turn.at + 1} of ${systems.length}: ${remedy.title}`);
      const work = compared(`compared-${remedy.id}`, { profile: 'baseline', ...remedy.setup });
      const system = await orUnmeasured(remedy.title, work);
      if (system !== undefined) measured.push({ remedy, system });
    }
  }
  tell(`overload: ${overloadRate} requests/s on the baseline, without a limit and with it`);
  const without = await bench.overload('overload', { profile: 'baseline' });
  const withLimit = await bench.overload('overload-limited', { profile: 'baseline', ...limited });
  const pages: Proof['statics'][number][] = [];
  for (const { id, title, setup, cost } of statics) {
    tell(`static page: ${title}`);
    const work = () => bench.staticPage(id, { profile: 'baseline', ...setup });
    const figures = await orUnmeasured(title, work);
    if (figures !== undefined) pages.push({ id, title, cost, figures });
  }
  tell('all together, by the ladder');
  const all = await bench.ladder('together', allTogether);
  tell(summaryOf(all, all.checklist));

  const effectOf = async ({ run }: Recorded, before: readonly Recorded[]) => {
    const runs = before.map((each) => each.run);
    const sides = ['--before', ...runs, '--after', run];
    return effectAt(await loadline.ask(['compare', ...sides, '--fail-on', 'never', '--anyway']), readyUsers);
  };
  const [first] = baselines;
  const last = baselines.at(-1);
  if (first === undefined || last === undefined)
    throw new LabError('not-measured', 'the baseline answered nothing', 'see what Loadline said of it');
  const proven: ProvenRemedy[] = [];
  for (const { remedy, system } of measured) {
    proven.push({
      ...shown(system),
      id: remedy.id,
      title: remedy.title,
      ...(await predictionOf(loadline, remedy, baseline)),
      effect: await effectOf(system, baselines),
      cost: remedy.cost,
    });
  }
  const others = baselines.slice(0, -1);
  return {
    kind: 'lab-proof',
    when,
    machine: `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}; Node ${process.versions.node}; load and system on the same machine`,
    minutes: (performance.now() - startedAt) / 60_000,
    diagnosed,
    baseline: { ...shown(baseline), ...probed(baseline) },
    compared: { baselines: baselines.length, footprint: first.footprint },
    again: others.length === 0 ? null : await effectOf(last, others),
    remedies: proven,
    statics: pages,
    unmeasured,
    overload: { without, limited: withLimit },
    together: { ...shown(all), ...probed(all) },
  };
}

async function predictionOf(
  loadline: Loadline,
  { prediction }: Pick<Remedy, 'prediction'>,
  baseline: Recorded,
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

function shown({ stages, pool, footprint }: MeasuredSystem): MeasuredSystem {
  return { stages, pool, footprint };
}

function probed({ checklist, staticPage }: Probed): Probed {
  return { checklist, staticPage };
}

function summaryOf({ stages }: MeasuredSystem, checklist: Probed['checklist'] = []): string {
  const last = stages.at(-1);
  const met = checklist.filter((row) => row.met).length;
  const figures =
    last === undefined
      ? 'no stage was measured'
      : `${last.users} users: ${last.rate.toFixed(1)} requests/s, ${Math.round(last.averageMs)} ms on average, p95 ${Math.round(last.p95Ms)} ms, ${last.failed} failed`;
  return `  ${figures}${checklist.length === 0 ? '' : `; ${met} of ${checklist.length} requirements`}`;
}
