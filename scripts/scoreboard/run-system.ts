import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Analysis, analysisSchema } from '../../src/analyse/analysis.ts';
import { readRun } from '../../src/record/run-file.ts';
import { startSystem } from '../../test/ground-truth/start-system.ts';
import { type GroundTruthSystem, planOf, type Started } from '../../test/ground-truth/system.ts';
import { checklist } from './checklist.ts';
import { ProcessorWatch } from './processor-use.ts';
import { answerOf, type Effect, type SystemRecord } from './record.ts';
import { withoutProbes } from './without-probes.ts';

const root = path.resolve(import.meta.dirname, '../..');
const comparedSeconds = 4;
/** No command takes longer, whatever its budget. */
const longestMs = 900_000;

export type RunOptions = {
  readonly budget: string;
  readonly budgetMs: number;
  /** False: what the fault costs is not measured, and its label is believed. */
  readonly compares: boolean;
};

type Measured = Omit<SystemRecord, 'commit' | 'rules'>;

/** Starts the system, lets `loadline diagnose` judge it, and measures what its fault costs. */
export async function runSystem(
  system: GroundTruthSystem,
  { budget, budgetMs, compares }: RunOptions,
): Promise<Measured> {
  const { id, kind: systemKind, seed, half, stack, truth, remedied } = system;
  const named = { kind: 'system' as const, id, systemKind, seed, half, stack, truth, budgetMs };
  const folder = mkdtempSync(path.join(os.tmpdir(), 'loadline-scoreboard-'));
  try {
    const { predicted, ...diagnosed } = await diagnose(system, budget, folder);
    if (remedied === null || !compares) return { ...named, ...diagnosed, effect: null, predictions: [] };
    const effects = new Map<number, Effect>();
    const at = async (users: number): Promise<Effect> => {
      const known = effects.get(users);
      if (known !== undefined) return known;
      const faulty = await figures(system, system.faulty, users, folder);
      const effect = { users, faulty, remedied: await figures(system, remedied, users, folder) };
      effects.set(users, effect);
      return effect;
    };
    const effect = await at(system.comparedUsers);
    const predictions: Measured['predictions'] = [];
    for (const { users, ...prediction } of predicted)
      predictions.push({ ...prediction, outcome: await at(users) });
    return { ...named, ...diagnosed, effect, predictions };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Diagnosed = Pick<Measured, 'diagnosisMs' | 'requests' | 'answers' | 'trouble'> & {
  readonly predicted: readonly {
    readonly users: number;
    readonly metric: string;
    readonly low: number;
    readonly high: number;
  }[];
};

async function diagnose(system: GroundTruthSystem, budget: string, folder: string): Promise<Diagnosed> {
  const server = await startSystem(system.faulty);
  try {
    const watch = new ProcessorWatch(server.pids);
    const from = performance.now();
    const { analysis, complaint } = await loadline(
      ['diagnose', ...given(system, server.url, folder), '--budget', budget, '--allow-bursts'],
      folder,
    );
    const diagnosisMs = Math.round(performance.now() - from);
    const cpu = watch.stop();
    const runs = path.join(folder, '.loadline', 'runs');
    const [file] = analysis === null ? [] : readdirSync(runs);
    if (analysis === null || file === undefined)
      return { diagnosisMs, requests: 0, answers: null, trouble: complaint.slice(-600), predicted: [] };
    const ladder = withoutProbes(readRun(path.join(runs, file)));
    rmSync(path.join(folder, '.loadline'), { recursive: true, force: true });
    return {
      diagnosisMs,
      requests: analysis.summary.requests.total,
      answers: {
        tool: answerOf(analysis),
        withoutProbes: answerOf(ladder),
        checklist: checklist(ladder, cpu),
      },
      trouble: null,
      predicted: predictedGains(analysis, system),
    };
  } finally {
    await server.stop();
  }
}

/** Those whose remedy takes the fault away as the remedied system does: not a pool of another size, not a second instance. */
function predictedGains({ recommendations }: Analysis, { truth }: GroundTruthSystem): Diagnosed['predicted'] {
  return recommendations.flatMap(({ answers, effect }) => {
    const measure = effect?.measure;
    return effect === null ||
      answers !== truth.causes[0] ||
      measure?.statistic !== 'throughput' ||
      effect.unit !== '×' ||
      effect.metric.includes(' with ')
      ? []
      : [{ users: measure.users, metric: effect.metric, low: effect.low, high: effect.high }];
  });
}

type Figures = Effect['faulty'];

/** A few seconds at one load against a fresh server. */
async function figures(
  system: GroundTruthSystem,
  started: Started,
  users: number,
  folder: string,
): Promise<Figures> {
  const server = await startSystem(started);
  try {
    const load = ['--users', String(users), '--duration', `${comparedSeconds}s`];
    const { analysis, complaint } = await loadline(
      ['run', ...given(system, server.url, folder), ...load],
      folder,
    );
    const stage = analysis?.stages[0];
    if (stage === undefined) throw new Error(`${system.id} could not be compared: ${complaint}`);
    return {
      okRate: (stage.rate?.value ?? 0) * (1 - stage.errors),
      p95: stage.responseTime?.p95 ?? null,
    };
  } finally {
    await server.stop();
  }
}

function given(system: GroundTruthSystem, url: string, folder: string): readonly string[] {
  const plan = path.join(folder, 'plan.yaml');
  writeFileSync(plan, planOf(system, url));
  return [plan, '--max-users', String(system.maxUsers), '--seed', String(system.seed)];
}

async function loadline(
  args: readonly string[],
  cwd: string,
): Promise<{ readonly analysis: Analysis | null; readonly complaint: string }> {
  const json = path.join(cwd, 'analysis.json');
  rmSync(json, { force: true });
  const child = spawn(
    path.join(root, 'bin', 'loadline'),
    [...args, '--json', json, '--out', path.join(cwd, 'reports'), '--quiet'],
    // Its own group: Ctrl-C at the terminal lets it finish.
    { cwd, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  const tooLong = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const code = await promise.finally(() => clearTimeout(tooLong));
  try {
    return { analysis: analysisSchema.parse(JSON.parse(readFileSync(json, 'utf8'))), complaint };
  } catch {
    return { analysis: null, complaint: `exit code ${code}: ${complaint}` };
  }
}
