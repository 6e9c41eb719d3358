import path from 'node:path';
import { analyse } from '../analyse/analyse.ts';
import { splitRun } from '../analyse/split-run.ts';
import type { Verification } from '../analyse/verify/verification.ts';
import { verifyFix } from '../analyse/verify/verify.ts';
import { faultsOfChange } from '../analyse/what-if/change.ts';
import { loadPlan } from '../plan/load-plan.ts';
import type { PlanOverrides } from '../plan/override-plan.ts';
import { version } from '../plan/version.ts';
import type { Run } from '../record/run.ts';
import { readRun } from '../record/run-file.ts';
import { renderReport } from '../report/report.ts';
import {
  renderVerification,
  type VerificationFormat,
  verificationFormats,
} from '../report/verification/report.ts';
import { renderVerificationTerminal } from '../report/verification/terminal.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { measure } from './measure.ts';
import { ceilingOf, type MeasuringOptions, overridesOf, seedOf, workersOf } from './options.ts';
import { shownPath, wantsColour, writeJson, writeText } from './output.ts';
import { findRun, reportsFolder } from './stored-runs.ts';
import { UsageError } from './usage-error.ts';
import { type ChangeOptions, changeOf } from './what-if.ts';

export type VerifyOptions = Omit<MeasuringOptions, 'users'> &
  Omit<ChangeOptions, 'users' | 'thinkTime'> & {
    readonly users?: string;
    readonly plan?: string;
    readonly against?: string;
    readonly format?: string;
  };

/**
 * `loadline verify BEFORE --plan PLAN`: measures the same stages again and says for each finding and each prediction of
 * BEFORE what came of it. Exit code 1: a finding stands, or something got worse; 3: no load is valid in both runs.
 */
export async function verify(asked: string, options: VerifyOptions, io: Io): Promise<number> {
  const formats = formatsOf(options.format);
  const before = readRun(findRun(asked, io.cwd));
  const { users: _users, ...typed } = options;
  const change = changeOf(typed);
  const names = before.plan.endpoints.map((e) => e.name);
  const applied = Object.keys(change).length === 0 ? null : change;
  const faults = applied === null ? [] : faultsOfChange(applied, names);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const { after, file, interrupted } = await measuredAgain(before, options, io);
  const verification = verifyFix(before, after, { applied, version });
  const folder = options.out === undefined ? reportsFolder(io.cwd, file) : path.resolve(io.cwd, options.out);
  const written = formats.map((format) => {
    const to = path.join(folder, `verification.${format}`);
    writeText(to, renderVerification(verification, format));
    return to;
  });
  if (options.json !== undefined) writeJson(renderVerification(verification, 'json'), options.json, io);
  if (options.quiet !== true && options.json !== '-') {
    const colour = wantsColour(io.stdout, io.env);
    io.stdout.write(renderVerificationTerminal(verification, { colour, width: io.stdout.columns ?? 100 }));
    io.stdout.write(`\nRun      ${shownPath(file, io.cwd)}\n`);
    for (const to of written) io.stdout.write(`Report   ${shownPath(to, io.cwd)}\n`);
  }
  return interrupted ? exitCodes.interrupted : exitCodeOf(verification);
}

type Again = { readonly after: Run; readonly file: string; readonly interrupted: boolean };

/** Loads the plan with the stages of the run before, or takes a run that was made since. */
async function measuredAgain(before: Run, options: VerifyOptions, io: Io): Promise<Again> {
  if (options.against !== undefined) {
    const file = findRun(options.against, io.cwd);
    return { after: readRun(file), file, interrupted: false };
  }
  if (options.plan === undefined)
    throw new UsageError(
      'verify measures again, and needs to know what: --plan PLAN',
      'Or name a run that was made after the fix: --against RUN',
    );
  const own = overridesOf(options);
  const ceiling = ceilingOf(options);
  const other = own.users !== undefined || own.rate !== undefined;
  const overrides: PlanOverrides = other ? own : { ...stagesOf(before), ...own };
  const plan = await loadPlan(options.plan, { env: io.env, cwd: io.cwd, overrides, ceiling });
  const writer = await measure(
    plan,
    {
      workers: workersOf(options),
      seed: seedOf(options),
      quiet: options.quiet === true,
      mayLoad: options.yesIMayLoadThisTarget === true,
      maxRatePerSecond: ceiling.ratePerSecond ?? null,
    },
    io,
  );
  try {
    const after = readRun(writer.path);
    writer.storeAnalysis(renderReport(analyse(after, { version, earlier: before }), 'json'));
    return { after, file: writer.path, interrupted: after.state === 'interrupted' };
  } finally {
    writer.close();
  }
}

/** The plan's own stages of a run, or those of its ladder; each load once. */
export function stagesOf(before: Run): PlanOverrides {
  const { run } = splitRun(before);
  const seen = new Set<number>();
  const stages = run.stages.filter((stage) => {
    const load = stage.users ?? stage.askedRatePerSecond;
    if (load === null || seen.has(load)) return false;
    seen.add(load);
    return true;
  });
  if (stages.length === 0) return {};
  const durationMs = stages.map((s) =>
    Math.max(1000, Math.round((s.steadyToMs - s.steadyFromMs) / 1000) * 1000),
  );
  if (run.plan.load.kind === 'open')
    return { rate: stages.flatMap((s) => s.askedRatePerSecond ?? []), durationMs };
  return {
    users: stages.flatMap((s) => s.users ?? []),
    spawnRate: stages.map((s) => s.spawnRate ?? s.users ?? 1),
    durationMs,
  };
}

function exitCodeOf({ verdict }: Verification): ExitCode {
  switch (verdict) {
    case 'stands':
    case 'worse':
      return exitCodes.missed;
    case 'invalid':
      return exitCodes.invalid;
    case 'fixed':
    case 'eased':
    case 'unknown':
    case 'nothing-to-verify':
      return exitCodes.ok;
    default:
      return verdict satisfies never;
  }
}

function formatsOf(format: string | undefined): readonly VerificationFormat[] {
  if (format === undefined) return verificationFormats;
  return format
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== 'terminal')
    .map((text) => {
      const known = verificationFormats.find((name) => name === text);
      if (known === undefined)
        throw new UsageError(
          `--format: there is no format ${JSON.stringify(text)}`,
          `Choose of ${verificationFormats.join(', ')}, terminal.`,
        );
      return known;
    });
}
