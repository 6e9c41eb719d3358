import { Command, CommanderError, Option } from 'commander';
import { version } from '../plan/version.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Commands import what they need when they are called: `--help` and `--version` load none of it. */
function program(io: Io, exit: (code: number) => void): Command {
  const root = new Command('loadline')
    .description(
      'Finds how much load an HTTP API carries, what breaks first, why, and what each fix is worth.',
    )
    .version(version, '-V, --version')
    .showHelpAfterError('(loadline --help tells more)')
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });

  const measuring = (command: Command): Command =>
    command
      .option('--target <url>', "load this target instead of the plan's")
      .option('--users <list>', 'concurrent users of each stage, such as 10,50,100')
      .option('--rate <list>', 'open model: requests per second of each stage, such as 50,100,200')
      .option('--spawn-rate <list>', 'users started per second, such as 2,5,10')
      .option('--duration <list>', 'steady part of each stage, such as 60s')
      .option('--workers <n>', 'generator threads (default: cores − 1, at least 1)')
      .option('--max-users <n>', 'refuse a plan with a stage above so many users')
      .option(
        '--max-rate <n>',
        'refuse a plan with a stage above so many requests/s; stop a run by users that exceeds it',
      )
      .option('--yes-i-may-load-this-target', 'load a target that is not this machine and not in the plan')
      .option('--seed <n>', 'seed of every random choice (default: 1)')
      .option('--out <dir>', 'where the reports go (default: .loadline/reports/<run>)')
      .option('--json <file>', 'write the analysis as JSON here as well; - for standard output')
      .option('--quiet', 'no progress, no summary: results only as files and exit code');

  root
    .command('init')
    .argument('[url]', 'address of the API')
    .option('--file <file>', 'name of the plan to write', 'loadline.yaml')
    .description('write a commented plan')
    .action(async (url: string | undefined, options: { file: string }) =>
      exit(await (await import('./init.ts')).init(url, options, io)),
    );

  measuring(root.command('run').argument('<plan>', 'YAML, JSON or TypeScript'))
    .description("run the plan's stages, then analyse and report")
    .action(async (plan: string, options) => exit(await (await import('./run.ts')).run(plan, options, io)));

  measuring(root.command('find').argument('<plan>', 'YAML, JSON or TypeScript'))
    .option('--budget <time>', 'all the time that it may take (default: 90s)')
    .description('search the breaking point: knee, highest rate within the SLA, first errors')
    .action(async (plan: string, options) => exit(await (await import('./find.ts')).find(plan, options, io)));

  measuring(root.command('diagnose').argument('<plan>', 'YAML, JSON or TypeScript'))
    .option('--budget <time>', 'all the time that it may take (default: 4m)')
    .option('--allow-writes', 'also probes that change data')
    .option('--allow-bursts', 'also probes that burst')
    .description('ladder and probes, then the causes with their evidence')
    .action(async (plan: string, options) =>
      exit(await (await import('./diagnose.ts')).diagnose(plan, options, io)),
    );

  root
    .command('analyse')
    .alias('analyze')
    .argument('<run...>', 'run files, or with --from locust: 10=a_stats.csv 50=b_stats.csv …')
    .addOption(new Option('--from <tool>', "another tool's results").choices(['locust']))
    .option('--plan <plan>', 'take SLAs and readiness from this plan (with --from)')
    .option('--out <dir>', 'write the reports here')
    .option('--json <file>', 'write the analysis as JSON; - for standard output')
    .option('--quiet', 'no summary')
    .description("analyse a stored run again, or another tool's results")
    .action(async (runs: string[], options) =>
      exit(await (await import('./analyse.ts')).analyseCommand(runs, options, io)),
    );

  root
    .command('report')
    .argument('<run>', 'a run file, its name, or latest')
    .option('--format <list>', 'html, md, json, junit, terminal', 'html,md')
    .option('--out <dir>', 'where the reports go (default: .loadline/reports/<run>)')
    .description('render the reports of a stored run again')
    .action(async (run: string, options: { format: string; out?: string }) =>
      exit(await (await import('./report.ts')).report(run, options, io)),
    );

  const changing = (command: Command): Command =>
    command
      .option('--pool <n>', 'places of the connection pool (or workers)')
      .option('--pool-now <n>', 'places today, where the run does not tell')
      .option('--cache-hit <share>', 'share of the reads that a cache answers, such as 0.8')
      .option('--demand <factor>', 'requests cost so many times what they do now, such as 0.5')
      .option('--endpoint <name...>', 'whom --cache-hit and --demand concern (default: all reads, all)')
      .option('--instances <n>', 'so many instances instead of one')
      .option('--keep-alive', 'connections are kept');

  changing(root.command('what-if').argument('<run>', 'a run file, its name, or latest'))
    .option('--think-time <time>', 'the users think so long between requests')
    .option('--users <list>', 'predict at these loads as well')
    .option('--format <list>', 'html, md, json, terminal (default: terminal)')
    .option('--out <dir>', 'where the reports go (default: .loadline/reports/<run>)')
    .option('--json <file>', 'write the prediction as JSON here; - for standard output')
    .option('--quiet', 'no summary')
    .description('what a change would bring, beside what was measured')
    .action(async (run: string, options) =>
      exit(await (await import('./what-if.ts')).whatIf(run, options, io)),
    );

  root
    .command('compare')
    .argument('[runs...]', 'BEFORE and AFTER: run files, their names, or latest')
    .option('--before <run...>', 'a set of runs in place of BEFORE; best made in turns with those after')
    .option('--after <run...>', 'the set to compare it with')
    .option('--format <list>', 'write reports: html, md, json (default with --out: all)')
    .option('--out <dir>', 'where the reports go (default: .loadline/comparisons/<before>-vs-<after>)')
    .option('--json <file>', 'write the comparison as JSON; - for standard output')
    .addOption(
      new Option(
        '--fail-on <verdict>',
        'exit with 1 on this verdict; inconclusive: also if nothing was decided',
      )
        .choices(['regressed', 'inconclusive', 'never'])
        .default('regressed'),
    )
    .option('--anyway', 'compare what both sides have although their plans differ')
    .option('--quiet', 'no progress, no summary: results only as files and exit code')
    .description('tell what changed between two runs, or two sets of runs, and whether it matters')
    .addHelpText(
      'after',
      '\nTwo runs:  loadline compare old new\nSets:      loadline compare --before old-1 old-2 old-3 --after new-1 new-2 new-3\nExit code: 0 no regression, 1 regressed, 2 the plans differ, 3 no stage is usable on both sides',
    )
    .action(async (runs: string[], options) =>
      exit(await (await import('./compare.ts')).compare(runs, options, io)),
    );

  changing(measuring(root.command('verify').argument('<before>', 'a run file, its name, or latest')))
    .option('--plan <plan>', 'what to measure again: YAML, JSON or TypeScript')
    .option('--against <run>', 'take this run, made after the fix, and measure nothing')
    .option('--format <list>', 'html, md, json, terminal', 'html,md,json')
    .description("measure a run's stages again after a fix: what of its findings and predictions came true")
    .action(async (before: string, options) =>
      exit(await (await import('./verify.ts')).verify(before, options, io)),
    );

  root
    .command('runs')
    .option('--json', 'as JSON')
    .description('list the stored runs')
    .action(async (options: { json?: boolean }) => exit(await (await import('./runs.ts')).runs(options, io)));

  root
    .command('calibrate')
    .option(
      '--workers <n>',
      'generator threads, measured beside a single one (default: cores − 1, at least 1)',
    )
    .option('--duration <time>', 'length of each measurement (default: 1500ms)')
    .option('--json <file>', 'write the figures as JSON here as well; - for standard output')
    .option('--quiet', 'no progress, no figures: results only as files and exit code')
    .description("measure what this machine's load generator carries")
    .action(async (options) => exit(await (await import('./calibrate.ts')).calibrateCommand(options, io)));

  root
    .command('lab')
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .passThroughOptions()
    .description('start the reference API with chosen bottlenecks (loadline lab --help)')
    .action(async (args: string[]) => exit(await (await import('./lab.ts')).lab(args, io)));
  return root;
}

/** Runs a command line and returns its exit code. Never throws. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.ok;
  try {
    await program(io, (exitCode) => {
      code = exitCode;
    }).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const { explain } = await import('./explain.ts');
    const { message, exitCode } = explain(error);
    io.stderr.write(`${message}\n`);
    return exitCode;
  }
}

if (import.meta.main) {
  const { stdout, stderr, env } = process;
  // A reader that closes early (`| head`) is no fault of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.exitCode = await main(process.argv.slice(2), { cwd: process.cwd(), env, stdout, stderr });
}
