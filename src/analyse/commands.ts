import type { Run } from '../record/run.ts';
import { searchOptions, trialsOf } from '../record/trial.ts';

/** Commands that a report may tell its reader to run, with the plan's file as it was named, or PLAN where none is known. */

function planFile(run: Pick<Run, 'plan'>): string {
  const { file, target, targetFrom } = run.plan;
  if (file === undefined) return 'PLAN';
  return targetFrom === undefined ? word(file) : `${word(file)} --target ${word(target)}`;
}

/** Quoted for a POSIX shell where it holds anything but plain characters. */
function word(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `loadline run PLAN --users 50,60,70 --duration 60s`; an open plan's loads are its rates: `--rate 50,60,70`. */
export function runCommand(
  run: Run,
  loads: readonly number[] | null = null,
  durationSeconds: number | null = null,
): string {
  return [
    `loadline run ${planFile(run)}`,
    ...(loads === null || loads.length === 0
      ? []
      : [`${run.plan.load.kind === 'open' ? '--rate' : '--users'} ${loads.join(',')}`]),
    ...(durationSeconds === null ? [] : [`--duration ${durationText(durationSeconds)}`]),
  ].join(' ');
}

/** The same stages once more, to be held against this run. */
export function repeatCommand(run: Run): string {
  return runCommand(
    run,
    run.stages.flatMap((s) => s.users ?? s.askedRatePerSecond ?? []),
  );
}

/** What gives this run again, seed included. */
export function reproduceCommand(run: Run): string {
  const search = searchOf(run);
  if (search !== null)
    return [
      `loadline ${search} ${planFile(run)}`,
      ...searchOptions(run).map(word),
      `--seed ${run.seed}`,
    ].join(' ');
  const stages = run.stages;
  const loads = stages.flatMap((s) => s.users ?? s.askedRatePerSecond ?? []);
  const spawn = stages.flatMap((s) => s.spawnRate ?? []);
  const seconds = plannedSeconds(run);
  return [
    runCommand(run, loads.length === stages.length ? loads : null),
    ...(spawn.length === stages.length && spawn.length > 0
      ? [`--spawn-rate ${(new Set(spawn).size === 1 ? spawn.slice(0, 1) : spawn).join(',')}`]
      : []),
    ...(seconds === null ? [] : [`--duration ${durationText(seconds)}`]),
    `--seed ${run.seed}`,
  ].join(' ');
}

/** The command that chose the stages of this run; null: the plan did. */
function searchOf(run: Run): 'find' | 'diagnose' | null {
  const kinds = [...trialsOf(run).values()].map(({ kind }) => kind);
  if (kinds.length === 0) return null;
  const found = ['ladder', 'rate', 'hold', 'recovery'];
  return kinds.every((kind) => found.includes(kind)) ? 'find' : 'diagnose';
}

/** `loadline find PLAN`: looks for the breaking point. */
export function findCommand(run: Pick<Run, 'plan'>): string {
  return `loadline find ${planFile(run)}`;
}

/** `loadline diagnose PLAN`: the ladder and the probes. */
export function diagnoseCommand(run: Pick<Run, 'plan'>): string {
  return `loadline diagnose ${planFile(run)}`;
}

/**
 * What shows whether a fix helped: of a search `loadline verify latest --plan PLAN`, its stages once more and what became
 * of each finding; of a plan's own stages these stages again.
 */
export function verifyCommand(run: Run): string {
  return searchOf(run) === null ? repeatCommand(run) : `loadline verify latest --plan ${planFile(run)}`;
}

/** What would decide between the causes that a run left open: the probes, or, where they were made, more time. */
export function decideCommand(run: Run): string {
  return searchOf(run) === 'diagnose' ? `${diagnoseCommand(run)} --budget 8m` : diagnoseCommand(run);
}

/** Planned length of every stage, s; null: they differ. */
export function plannedSeconds(run: Run): number | null {
  const lengths = new Set(run.plan.load.stages.map((s) => s.durationMs / 1000));
  const [only] = lengths;
  return lengths.size === 1 && only !== undefined && only > 0 ? only : null;
}

function durationText(seconds: number): string {
  if (seconds >= 60 && seconds % 60 === 0 && seconds !== 60) return `${seconds / 60}m`;
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
}

/**
 * Loads between the last good and the first bad one, both included, about evenly apart in ratio and round:
 * 50 and 100 give 50, 60, 70, 85, 100.
 */
export function narrowing(good: number, bad: number): number[] {
  if (!(good >= 1) || !(bad > good)) return [];
  const between = [1, 2, 3].map((k) => rounded(good * (bad / good) ** (k / 4)));
  return [...new Set([good, ...between.filter((n) => n > good && n < bad), bad])];
}

function rounded(value: number): number {
  const step = value < 20 ? 1 : value < 200 ? 5 : value < 2000 ? 50 : 500;
  return Math.round(value / step) * step;
}
